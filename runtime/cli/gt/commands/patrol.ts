/** `gt patrol`, `gt triage list` and `gt triage resolve` */
import { z } from "zod";
import { AppError } from "../../../../store/schema/errors.ts";
import { patrolLineSchema, TRIAGE_ACTIONS, triageViewSchema } from "../../../../store/schema/patrol.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { ago, table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

export const patrol = defineCommand<GtContext>()({
  summary: "Shows what the patrol sees of agents at work: who gets on, who waits, and what is the matter",
  examples: [{ line: "gt patrol" }, { line: "gt patrol --json" }],
  async run(_, context) {
    const lines = await context.client().get("/patrol", z.array(patrolLineSchema));
    const { style } = context;
    context.print(lines, () =>
      lines.length === 0
        ? ["Nobody is at work."]
        : table(
            lines.map(line => [
              { text: line.agent, paint: style.bold },
              line.bead,
              `${line.minutes} min`,
              line.findings.length === 0
                ? { text: line.verdict, paint: style.green }
                : {
                    text: line.findings
                      .map(({ kind, tier, text }) => `${kind} (${tier}): ${printable(text)}`)
                      .join("; "),
                    paint: style.yellow,
                  },
            ]),
            context.io.stdout.columns,
          ),
    );
    return undefined;
  },
});

export const triageList = defineCommand<GtContext>()({
  summary: "Lists what the patrol asks people to look at",
  examples: [{ line: "gt triage list" }],
  async run(_, context) {
    const list = await context.client().get("/triage", z.array(triageViewSchema));
    const { style } = context;
    context.print(list, () =>
      list.length === 0
        ? ["Nothing is to be looked at."]
        : table(
            list.map(one => [
              { text: one.id, paint: style.bold },
              one.agent,
              one.bead,
              one.kind,
              { text: ago(one.asked_at, context.now()), paint: style.dim },
              printable(one.evidence),
            ]),
            context.io.stdout.columns,
          ),
    );
    return undefined;
  },
});

export const triageResolve = defineCommand<GtContext>()({
  summary: "Says what is to be done about an agent that the patrol found",
  description:
    "restart: its bead goes to the next free agent. backoff: the attempt has failed, the next one comes after a pause. nudge: tell it something. unsling: take the bead back. escalate: ask others. dismiss: all is well.",
  examples: [
    { line: "gt triage resolve hq-4k2 --action restart" },
    { line: 'gt triage resolve hq-4k2 --action nudge --text "try npm ci"' },
  ],
  flags: {
    action: { type: "string", short: "a", choices: [...TRIAGE_ACTIONS], summary: "what to do" },
    text: { type: "string", short: "t", summary: "what to say to the agent, or why" },
  },
  positionals: [{ name: "id", required: true, summary: "the request" }],
  async run({ flags, args: [id = ""] }, context) {
    if (flags.action === undefined) {
      throw new AppError("invalid_argument", "No action was named.", {
        hint: `Name one of ${TRIAGE_ACTIONS.join(", ")}: --action restart`,
      });
    }
    const body = { action: flags.action, ...(flags.text === undefined ? {} : { text: flags.text }) };
    const view = await context
      .client()
      .send("POST", `/triage/${encodeURIComponent(id)}/resolve`, body, triageViewSchema);
    context.print(view, () => [`${view.id} is resolved: ${flags.action} (${view.agent}, ${view.bead})`]);
    return undefined;
  },
});
