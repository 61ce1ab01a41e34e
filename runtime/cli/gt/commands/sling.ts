/** `gt sling` */
import { isolationSchema } from "../../../../store/schema/agent.ts";
import { slingReplySchema } from "../../../gateway/contract/requests.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { AGENT_FLAGS, driverOf, varsOf } from "../rig-flags.ts";

export const sling = defineCommand<GtContext>()({
  summary: "Has beads worked on: each gets an agent as soon as it is ready and a place is free",
  description:
    "Slinging again what is slung changes nothing. The agent's work is tested and merged by the rig's refinery; the bead closes when it is merged.",
  examples: [
    { line: "gt sling web-4k2 web-7fj --agent claude" },
    { line: "gt sling web-4k2 --formula feature --var test='npm test'" },
    { line: "gt sling web-4k2 --agent gemini --model gemini-3-flash" },
    {
      line: "gt sling web-4k2 -- my-agent --prompt-file-from-env",
      note: "any program; it reads $GASTOWN_PROMPT_FILE",
    },
  ],
  flags: {
    rig: {
      type: "string",
      short: "r",
      complete: "rig",
      summary: "the rig, for beads of the town's own store",
    },
    formula: {
      type: "string",
      short: "f",
      value: "name",
      summary: "formula that the work follows step by step (gt formula list); none for no formula",
    },
    var: {
      type: "string",
      multiple: true,
      value: "name=value",
      summary: "value of a variable of the formula",
    },
    ...AGENT_FLAGS,
  },
  positionals: [{ name: "bead", required: true, rest: true, complete: "bead" }],
  trailing: {
    name: "command",
    summary: "with --agent: more arguments for it; without: the command line to run",
  },
  async run({ flags, args, trailing }, context) {
    const driver = driverOf(flags, trailing);
    const reply = await context.client().send(
      "POST",
      "/sling",
      {
        beads: args,
        ...(flags.rig === undefined ? {} : { rig: flags.rig }),
        ...(driver === undefined ? {} : { driver }),
        ...(flags.formula === undefined ? {} : { formula: flags.formula === "none" ? null : flags.formula }),
        ...(flags.var.length === 0 ? {} : { vars: varsOf(flags.var) }),
        ...(flags.isolation === undefined ? {} : { isolation: isolationSchema.parse(flags.isolation) }),
      },
      slingReplySchema,
    );
    context.print(reply, () =>
      reply.slung.map(
        ({ bead, rig, already }) => `${bead} ${already ? "was slung before" : "is slung"} (${rig})`,
      ),
    );
    if (flags.isolation === "none") {
      context.note(context.style.red("Not isolated: the agent can read and write everything that you can."));
    }
    return undefined;
  },
});
