/** `bd onboard`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { agentSection } from "../setup-text.ts";

export default defineCommand<BdContext>()({
  summary: "The few lines for an agent's instruction file",
  run(_input, ctx) {
    ctx.out.emit(
      { snippet: agentSection() },
      () =>
        `Add this to AGENTS.md (or let "bd setup <agent>" do it, which knows the file and can take it out again):\n\n${agentSection()}`,
    );
    return 0;
  },
});
