/** `gt attach` */
import { defineCommand } from "../../lib/args.ts";
import { agentId, agentPath } from "../agent-path.ts";
import { attachTerminal } from "../attach-terminal.ts";
import type { GtContext } from "../context.ts";

export const attach = defineCommand<GtContext>()({
  summary: "Shows an agent's terminal in yours, live, or its last recording; ctrl-] leaves it",
  description:
    "You type and size the terminal, unless --read-only: then you only watch. Leaving never stops the agent. Without a terminal of your own, the output is written as it comes.",
  examples: [
    { line: "gt attach web/toast" },
    { line: "gt attach web/toast --read-only" },
    { line: "gt attach web/toast --run RUN-ID | less -R", note: "an earlier run, from its recording" },
  ],
  flags: {
    "read-only": { type: "boolean", short: "r", summary: "watch without typing" },
    run: { type: "string", value: "id", summary: "an earlier run; the latest when left out" },
  },
  positionals: [{ name: "agent", required: true, summary: "<rig>/<name>", complete: "agent" }],
  async run({ flags, args: [agent = ""] }, context) {
    // Says what is wrong with the name before a connection is made.
    agentPath(agent);
    return await attachTerminal(
      {
        agent: agentId(agent),
        readOnly: flags["read-only"] === true,
        ...(flags.run === undefined ? {} : { run: flags.run }),
      },
      context,
    );
  },
});
