/** `bd dep <blocker> --blocks <blocked>`: the short form of `dep add`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";

const COMMANDS = ["add", "remove", "rm", "list", "tree", "cycles", "relate", "unrelate"];

export default defineCommand<BdContext>()({
  summary: "Dependencies between beads",
  examples: [
    { line: "bd dep bd-x7k --blocks bd-a3f" },
    { line: "bd dep add bd-a3f bd-x7k", note: "the same: bd-a3f depends on bd-x7k" },
  ],
  positionals: [{ name: "blocker", complete: "bead", rest: true }],
  flags: {
    blocks: { type: "string", short: "b", value: "id", summary: "The bead that it blocks", complete: "bead" },
    "no-cycle-check": { type: "boolean", summary: "Understood; cycles are always refused", hidden: true },
  },
  async run({ flags, args }, ctx) {
    const [blocker] = args;
    const near = flags.blocks === undefined && blocker !== undefined && didYouMean(blocker, COMMANDS);
    if (near) throw usageError(`Unknown command "${blocker}" for "bd dep".`, near);
    if (args.length > 1) throw usageError(`Unexpected argument "${args[1]}".`);
    if (blocker === undefined || flags.blocks === undefined) {
      throw usageError("a subcommand, or <blocker> --blocks <blocked>, is required", "bd dep --help");
    }
    const backend = await ctx.backend();
    const [from, to] = [await resolveId(ctx, blocker), await resolveId(ctx, flags.blocks)];
    await backend.change({ touches: [from, to] }, tx => tx.addDependency(to, from, "blocks"));
    ctx.touched(to, true);
    ctx.out.emit(
      { status: "added", blocker_id: from, blocked_id: to, type: "blocks" },
      () => `${ctx.out.style.green("✓")} Added dependency: ${from} blocks ${to}`,
    );
    return 0;
  },
});
