/** `bd gate create`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { GATE_TYPES } from "../gates.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { parseDuration } from "../time.ts";

export default defineCommand<BdContext>()({
  summary: "Block a bead until a person, a timer or another system lets it go",
  examples: [
    { line: 'bd gate create --blocks bd-a3f --reason "needs a design review"' },
    { line: "bd gate create --blocks bd-a3f --type timer --timeout 2h" },
  ],
  flags: {
    blocks: { type: "string", value: "id", summary: "The bead that it blocks", complete: "bead" },
    type: { type: "string", short: "t", default: "human", choices: GATE_TYPES, summary: "What opens it" },
    "await-id": { type: "string", value: "id", summary: "Run, pull request or bead that it waits for" },
    timeout: { type: "string", value: "duration", summary: "How long a timer runs, e.g. 2h" },
    reason: { type: "string", short: "r", summary: "Why" },
    title: { type: "string", summary: "A title of its own" },
  },
  async run({ flags }, ctx) {
    if (flags.blocks === undefined) throw usageError("--blocks is required");
    if (flags.type === "timer" && flags.timeout === undefined)
      throw usageError("a timer gate needs --timeout");
    if (flags.type === "bead" && flags["await-id"] === undefined)
      throw usageError("a bead gate needs --await-id <rig>:<bead-id>");
    const blocked = await resolveId(ctx, flags.blocks);
    const timeout = flags.timeout === undefined ? undefined : parseDuration(flags.timeout) * 1e6;
    const gate = await (await ctx.backend()).change({ touches: [blocked] }, tx => {
      const made = tx.create({
        title:
          flags.title ??
          `Gate: ${flags.type}${flags["await-id"] === undefined ? "" : ` ${flags["await-id"]}`}`,
        issue_type: "gate",
        priority: tx.require(blocked).priority,
        await_type: flags.type,
        ...(flags["await-id"] === undefined ? {} : { await_id: flags["await-id"] }),
        ...(timeout === undefined ? {} : { timeout }),
        ...(flags.reason === undefined ? {} : { description: flags.reason }),
      });
      tx.addDependency(blocked, made.id, "blocks");
      return made;
    });
    ctx.touched(gate.id, true);
    ctx.out.emit(
      issueJson(gate),
      () =>
        `✓ Created gate: ${gate.id} (${flags.type}), blocks ${blocked}\n  Resolve with: bd gate resolve ${gate.id}`,
    );
    return 0;
  },
});
