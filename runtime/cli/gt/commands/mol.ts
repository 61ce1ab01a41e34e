/** `gt mol`: the formula that work follows, step by step. */
import { nextStepReplySchema } from "../../../gateway/contract/requests.ts";
import { moleculeViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { currentLines, moleculeLines } from "../show/molecule.ts";

const bead = [{ name: "bead", complete: "bead", summary: "the bead; an agent's own when left out" }] as const;

/** `gt mol status`, `gt mol show` */
export const molStatus = defineCommand<GtContext>()({
  summary: "Shows the steps of the formula that the work on a bead follows, and how far it has come",
  examples: [
    { line: "gt mol status web-4k2" },
    { line: "gt mol status --json", note: "an agent, about its own bead" },
  ],
  positionals: bead,
  async run({ args: [named] }, context) {
    const view = await context.client().get("/molecule", moleculeViewSchema, { query: { bead: named } });
    context.print(view, () => moleculeLines(view, context));
    return undefined;
  },
});

export const molCurrent = defineCommand<GtContext>()({
  summary: "Shows the step that is to be done now",
  examples: [{ line: "gt mol current" }],
  positionals: bead,
  async run({ args: [named] }, context) {
    const view = await context.client().get("/molecule", moleculeViewSchema, { query: { bead: named } });
    const { current = null, state, completed, total, waiting_for } = view;
    context.print({ state, completed, total, current, waiting_for }, () => currentLines(view, context));
    return undefined;
  },
});

const FLAGS = {
  bead: { type: "string", complete: "bead", summary: "the bead; an agent's own when left out" },
} as const;

export const molNext = defineCommand<GtContext>()({
  summary: "The step is done: closes it and shows the next",
  description: "The same step twice is once. A step out of its order is refused with the one that is due.",
  examples: [
    { line: "gt mol next build" },
    { line: 'gt mol next build -m "the parser takes comments now"' },
    {
      line: `gt mol next survey --output '{"files":["a.ts","b.ts"]}'`,
      note: "for a step that makes steps of its output",
    },
  ],
  flags: {
    ...FLAGS,
    message: { type: "string", short: "m", aliases: ["summary"], summary: "what was done" },
    output: { type: "string", value: "json", summary: "what the step gives on, as a JSON object" },
  },
  positionals: [{ name: "step", summary: "the step that is done; the current one when left out" }],
  async run({ flags, args: [named] }, context) {
    const client = context.client();
    // Without a name it is the current one as of now: a call that is made again then closes no second step.
    const step =
      named ??
      (await client.get("/molecule", moleculeViewSchema, { query: { bead: flags.bead } })).current?.step;
    if (step === undefined) {
      const view = await client.get("/molecule", moleculeViewSchema, { query: { bead: flags.bead } });
      context.print(view, () => currentLines(view, context));
      return undefined;
    }
    const reply = await client.send(
      "POST",
      "/molecule/next",
      {
        step,
        ...(flags.bead === undefined ? {} : { bead: flags.bead }),
        ...(flags.message === undefined ? {} : { summary: flags.message }),
        ...(flags.output === undefined ? {} : { output: jsonObject(flags.output) }),
      },
      nextStepReplySchema,
    );
    context.print(reply, () => [
      `${reply.closed} ${reply.repeated ? "was done before" : "is done"}: ${reply.molecule.completed} of ${reply.molecule.total}.`,
      ...currentLines(reply.molecule, context),
    ]);
    return undefined;
  },
});

export const molFail = defineCommand<GtContext>()({
  summary: "The step cannot be done: ends the attempt; the next one begins at this step",
  examples: [{ line: 'gt mol fail build "the service that it needs is gone"' }],
  flags: FLAGS,
  positionals: [
    { name: "step", required: true },
    { name: "reason", required: true, rest: true },
  ],
  async run({ flags, args: [step = "", ...reason] }, context) {
    const view = await context
      .client()
      .send(
        "POST",
        "/molecule/fail",
        { step, reason: reason.join(" "), ...(flags.bead === undefined ? {} : { bead: flags.bead }) },
        moleculeViewSchema,
      );
    context.print(view, () => [`The attempt ends; ${step} is where the next one begins.`]);
    return undefined;
  },
});

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below.
  }
  throw usageError("--output takes a JSON object.", `For example: --output '{"files":["a.ts"]}'.`);
}
