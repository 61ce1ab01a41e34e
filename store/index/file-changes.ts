/** Reads changed files of the branch and says what they became for the index. */
import type { Branch } from "../branch/branch.ts";
import { BEADS_FOLDER } from "../branch/layout.ts";
import type { TreeChange } from "../branch/tree-diff.ts";
import { parseBeadFile } from "../model/bead-file.ts";
import type { IndexChange } from "./apply.ts";

/** True for the files that the index is made of. */
export function isBeadFile(change: { readonly path: string }): boolean {
  return change.path.startsWith(`${BEADS_FOLDER}/`);
}

/** What one changed file below `beads/` became. @throws {AppError} corrupt when its blob is missing or damaged */
export async function readChange(branch: Branch, change: TreeChange): Promise<IndexChange> {
  const { path, after } = change;
  if (after === undefined) return { kind: "gone", path };
  const isLink = after.mode === "160000";
  const data = isLink ? new Uint8Array() : await branch.readBlob(after.oid);
  return toIndexChange(path, after.mode, after.oid, data);
}

/** What a file with this content is. */
export function toIndexChange(path: string, mode: string, oid: string, data: Uint8Array): IndexChange {
  const parsed = parseBeadFile(path, mode, data);
  if (parsed.kind === "problem") return { kind: "problem", path, reason: parsed.reason, oid };
  return { ...parsed, oid };
}
