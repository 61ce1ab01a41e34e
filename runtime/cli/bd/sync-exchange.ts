/** A sync asked for under another name: by older commands and by git hooks. */
import type { BdContext } from "./context.ts";
import { failure } from "./output.ts";
import { reportLines } from "./sync-text.ts";

interface Exchange {
  readonly push: boolean;
  readonly pull: boolean;
  readonly remote?: string | undefined;
}

/** Syncs and prints what was done. @throws {AppError} what `syncBranch` throws */
export async function exchange({ remote, ...wanted }: Exchange, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  if (backend.sync === undefined) throw failure("syncing is the town's job in a sandbox");
  const report = await backend.sync({
    ...wanted,
    ...(remote === undefined ? {} : { remote }),
    interactive: ctx.io.stdinIsTty,
  });
  ctx.out.emit(report, () => reportLines(report, false).join("\n"));
  return 0;
}
