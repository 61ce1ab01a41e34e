/**
 * The small files beside the beads that are of this machine only: the touched file for watchers,
 * and the bead that a command without an id means.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "./workspace.ts";

/** Touched after each change; programs that watch `.beads` read anew then. */
export const TOUCH_FILE = "last-touched";

/**
 * Remembers the bead; an empty id only touches. A change also touches the file in `.beads`; looking does not, or a watcher that shows beads would
 * wake itself up. Nothing depends on either file, so a read-only place is no failure.
 */
export function rememberBead(workspace: Workspace, id: string, changed: boolean): void {
  try {
    if (changed && existsSync(workspace.beadsDir))
      writeFileSync(join(workspace.beadsDir, TOUCH_FILE), `${id}\n`);
    if (id === "") return;
    const folder = join(workspace.gitDir, "gastown");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "last-bead"), `${id}\n`);
  } catch {
    // A read-only repository: the next command without an id asks for one.
  }
}

/** The bead remembered last. */
export function rememberedBead(workspace: Workspace): string | undefined {
  for (const path of [join(workspace.gitDir, "gastown", "last-bead"), join(workspace.beadsDir, TOUCH_FILE)]) {
    try {
      const id = readFileSync(path, "utf8").trim();
      if (id !== "") return id;
    } catch {
      // Not there: nothing has been touched yet.
    }
  }
  return undefined;
}
