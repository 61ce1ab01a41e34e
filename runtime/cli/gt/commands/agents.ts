/** `gt agents` */
import { z } from "zod";
import { agentViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { agentLines } from "../show/agents.ts";

export const agents = defineCommand<GtContext>()({
  summary: "Lists agents: who works on what, since when, and how isolated",
  examples: [{ line: "gt agents" }, { line: "gt agents --rig web --json" }],
  flags: { rig: { type: "string", short: "r", complete: "rig", summary: "only of this rig" } },
  async run({ flags }, context) {
    const list = await context
      .client()
      .get("/agents", z.array(agentViewSchema), { query: { rig: flags.rig } });
    context.print(list, () => (list.length === 0 ? ["No agents yet."] : agentLines(list, context)));
    return undefined;
  },
});
