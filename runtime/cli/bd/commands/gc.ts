/** `bd gc`: packs the repository. History stays whole: it is what undo and restore live on. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";

export default defineCommand<BdContext>()({
  summary: "Pack the repository",
  description: "Runs git gc. Nothing of the history goes, and no bead is deleted; for that see bd prune.",
  flags: {
    "dry-run": { type: "boolean", summary: "Only show the figures" },
    force: { type: "boolean", short: "f", summary: "Understood", hidden: true },
    days: { type: "integer", summary: "Understood: history is kept whole", hidden: true },
    "older-than": { type: "integer", summary: "Understood: see bd prune", hidden: true },
    "skip-decay": { type: "boolean", summary: "Understood: no bead is deleted", hidden: true },
    "skip-dolt": { type: "boolean", summary: "Understood", hidden: true },
    all: { type: "boolean", summary: "Understood", hidden: true },
    analyze: { type: "boolean", summary: "Understood", hidden: true },
    stats: { type: "boolean", summary: "Understood", hidden: true },
  },
  async run({ flags }, ctx) {
    const { gitDir } = ctx.workspace();
    if (ctx.globals.readonly) throw failure("bd gc is not allowed with --readonly");
    const before = sizeOf(gitDir, ctx);
    if (flags["dry-run"] !== true) {
      const result = ctx.spawn(["git", "--git-dir", gitDir, "gc", "--quiet"]);
      if (result.code !== 0) throw new AppError("git_failed", `git gc: ${result.stderr.trim()}`);
    }
    const after = flags["dry-run"] === true ? before : sizeOf(gitDir, ctx);
    ctx.out.emit(
      { status: "ok", before_kib: before, after_kib: after, dry_run: flags["dry-run"] === true },
      () => (flags["dry-run"] === true ? `${before} KiB` : `✓ Packed: ${before} KiB → ${after} KiB`),
    );
    return 0;
  },
});

function sizeOf(gitDir: string, ctx: BdContext): number {
  const { stdout } = ctx.spawn(["git", "--git-dir", gitDir, "count-objects", "-v"]);
  const figure = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(stdout)?.[1] ?? 0);
  return figure("size") + figure("size-pack");
}
