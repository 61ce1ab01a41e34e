/** `bd agent state`. */
import { hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { AGENT_STATES, requireAgent } from "../agent-beads.ts";
import type { BdContext } from "../context.ts";
import { checkNewId } from "../create-bead.ts";

export default defineCommand<BdContext>()({
  summary: "Say what an agent is doing",
  description: "The agent's bead is made when there is none with this id.",
  examples: [{ line: "bd agent state bd-emma running" }],
  positionals: [
    { name: "agent", required: true, complete: "bead" },
    { name: "state", required: true, choices: AGENT_STATES },
  ],
  flags: {},
  async run({ args }, ctx) {
    const [word = "", state = ""] = args;
    const backend = await ctx.backend();
    const known = await requireAgent(ctx, word).catch((error: unknown) => {
      if (hasCode(error, "not_found")) return undefined;
      throw error;
    });
    if (known === undefined) checkNewId(word, backend.prefix, await backend.config(), false);
    const agent = known?.id ?? word;
    const at = await backend.change({ touches: known === undefined ? [] : [agent] }, tx => {
      if (known === undefined) tx.create({ id: agent, title: `Agent: ${agent}`, issue_type: "agent" });
      tx.update(agent, { agent_state: state, last_activity: tx.now });
      return tx.now;
    });
    ctx.touched(agent, true);
    ctx.out.emit(
      { agent, agent_state: state, last_activity: at },
      () => `${ctx.out.style.green("✓")} ${agent} is ${state}`,
    );
    return 0;
  },
});
