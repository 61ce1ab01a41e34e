/** `gt say`, `gt checkpoint`, `gt ask` for agents in their sandbox, and `gt answer` for people. */
import { checkpointReplySchema } from "../../../../agent-sandbox/protocol/control.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { agentViewSchema, gateViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { isInSandbox } from "../../lib/town-client.ts";
import type { GtContext } from "../context.ts";

function forAgents(context: GtContext, command: string): void {
  if (isInSandbox(context.io)) return;
  throw new AppError("not_supported", `"gt ${command}" is for agents, in their sandbox.`, {
    hint: 'A person writes to an agent by "gt nudge", and on a bead by "bd comment".',
  });
}

export const say = defineCommand<GtContext>()({
  summary: "Says in one line what you are doing; people see it beside your name",
  examples: [{ line: 'gt say "the parser works; writing its tests"' }],
  positionals: [{ name: "text", required: true, rest: true }],
  async run({ args }, context) {
    forAgents(context, "say");
    const view = await context.client().send("POST", "/say", { text: args.join(" ") }, agentViewSchema);
    context.print(view, () => [`Said: ${printable(view.says ?? "")}`]);
    return undefined;
  },
});

export const checkpoint = defineCommand<GtContext>()({
  summary: "Keeps a note for whoever goes on with your work, and a copy of all that is not committed",
  description:
    "The next attempt is shown the note and where the copy is. Your branch and files stay as they are.",
  examples: [{ line: 'gt checkpoint "the parser works; its tests are missing; do not touch lexer.ts"' }],
  positionals: [{ name: "note", required: true, rest: true }],
  async run({ args }, context) {
    forAgents(context, "checkpoint");
    const response = await context.client().raw("POST", "/agent/checkpoint", { note: args.join(" ") });
    const reply = checkpointReplySchema.parse(await response.json());
    context.print(reply, () => [
      `Kept on ${reply.bead}${reply.ref === undefined ? "" : `, with your files under ${reply.ref}`}.`,
    ]);
    return undefined;
  },
});

export const ask = defineCommand<GtContext>()({
  summary: "Asks people; go on meanwhile with what does not depend on the answer",
  description:
    "With --wait your run ends, and the work goes on, with the answer, when it is there: commit first.",
  examples: [{ line: 'gt ask "Keep the old flag as an alias?" --option yes --option no' }],
  flags: {
    option: {
      type: "string",
      multiple: true,
      value: "answer",
      summary: "an answer that is possible; any when none is given",
    },
    wait: { type: "boolean", summary: "nothing can be done without the answer: end here until it is there" },
  },
  positionals: [{ name: "question", required: true, rest: true }],
  async run({ flags, args }, context) {
    forAgents(context, "ask");
    const body = { question: args.join(" "), options: flags.option, wait: flags.wait === true };
    const gate = await context.client().send("POST", "/questions", body, gateViewSchema);
    context.print(gate, () => [
      body.wait
        ? `Asked as ${gate.id}. Commit and end: the work goes on by itself with the answer.`
        : `Asked as ${gate.id}. Go on; the answer is told to you, and \`gt prime\` shows it.`,
    ]);
    return undefined;
  },
});

export const answer = defineCommand<GtContext>()({
  summary: "Answers the question of an agent; what waits for it goes on",
  examples: [{ line: "gt answer web-7fj yes" }],
  positionals: [
    { name: "question", required: true, complete: "bead" },
    { name: "answer", required: true, rest: true },
  ],
  async run({ args: [id = "", ...words] }, context) {
    const gate = await context
      .client()
      .send(
        "POST",
        `/questions/${encodeURIComponent(id)}/answer`,
        { answer: words.join(" ") },
        gateViewSchema,
      );
    context.print(gate, () => [
      `${gate.id} is answered${gate.bead === undefined ? "" : `; ${gate.bead} hears of it`}.`,
    ]);
    return undefined;
  },
});
