/** Reads changed files of the branch and says what they became for the index. */
import type { Branch } from "../branch/branch.ts";
import { BEADS_FOLDER } from "../branch/layout.ts";
import type { TreeChange } from "../branch/tree-diff.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import { AppError } from "../schema/errors.ts";
import type { IndexChange } from "./apply.ts";

/** True for the files that the index is made of. */
export function isBeadFile(change: { readonly path: string }): boolean {
  const { path } = change;
  return (
    path === BEADS_FOLDER || path.startsWith(`${BEADS_FOLDER}/`) || path.startsWith(`${BEADS_FOLDER}%2F`)
  );
}

/** What one changed file below `beads/` became; content that can not be had makes it a problem, not a failure of all. */
export async function readChange(branch: Branch, change: TreeChange): Promise<IndexChange> {
  const { path, after } = change;
  if (after === undefined) return { kind: "gone", path };
  if (after.mode === "160000") return toIndexChange(path, after.mode, after.oid, new Uint8Array());
  try {
    return toIndexChange(path, after.mode, after.oid, await branch.readBlob(after.oid));
  } catch (error) {
    if (!(error instanceof AppError && ["corrupt", "too_large"].includes(error.code))) throw error;
    return { kind: "problem", path, reason: `its content can not be read: ${error.message}`, oid: after.oid };
  }
}

/** What a file with this content is. */
export function toIndexChange(path: string, mode: string, oid: string, data: Uint8Array): IndexChange {
  const parsed = parseBeadFile(path, mode, data);
  if (parsed.kind === "problem") return { kind: "problem", path, reason: parsed.reason, oid };
  return { ...parsed, oid };
}
