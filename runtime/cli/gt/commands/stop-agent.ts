/** `gt stop-agent` */
import { agentViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { agentPath } from "../agent-path.ts";
import type { GtContext } from "../context.ts";
import { agentLines } from "../show/agents.ts";

export const stopAgent = defineCommand<GtContext>()({
  summary: "Ends an agent's run; its work is kept, and its bead is open again",
  examples: [{ line: 'gt stop-agent web/toast --reason "wrong direction"' }],
  flags: {
    reason: { type: "string", short: "r", summary: "why; shown in the feed" },
    reset: { type: "boolean", summary: "have the bead done anew at once, without back-off" },
  },
  positionals: [{ name: "agent", required: true, summary: "<rig>/<name>", complete: "agent" }],
  async run({ flags, args: [id = ""] }, context) {
    const verb = flags.reset === true ? "reset" : "stop";
    const body = flags.reset === true || flags.reason === undefined ? {} : { reason: flags.reason };
    const agent = await context.client().send("POST", `${agentPath(id)}/${verb}`, body, agentViewSchema);
    context.print(agent, () => agentLines([agent], context));
    return undefined;
  },
});
