/** What `bd doctor --fix` puts right by itself. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BdContext } from "./context.ts";
import { ensureLocalFiles } from "./init-store.ts";

/** Mends what can be mended without a decision. Answers what was done. */
export async function mend(ctx: BdContext): Promise<string[]> {
  const done: string[] = [];
  const workspace = ctx.findWorkspace();
  if (workspace === undefined || !workspace.initialised) return done;
  const backend = await ctx.backend();
  const dangling = await backend.danglingEdges();
  if (dangling.length > 0) {
    await backend.change(
      { touches: "all", subject: `Remove ${dangling.length} dangling dependencies` },
      tx => {
        for (const edge of dangling) tx.removeDependency(edge.from, edge.target);
      },
    );
    done.push(`removed ${dangling.length} dangling dependencies`);
  }
  if (ensureLocalFiles(workspace, backend.prefix)) done.push("wrote metadata.json and the exclude entry");
  if ((await backend.verify()).drift.length > 0) {
    dropIndex(workspace.gitDir);
    done.push("dropped the index: the next command builds it anew");
  }
  return done;
}

/** Removes the index; it is built anew by the next command. */
export function dropIndex(gitDir: string): void {
  const folder = join(gitDir, "gastown");
  for (const name of readdirSync(folder)) {
    if (/^index-[A-Za-z0-9._-]+$/.test(name) && !name.endsWith(".lock"))
      rmSync(join(folder, name), { force: true });
  }
}
