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

/** A changed file as it was read: a file is taken for what it is only when it is entered, since beads need more memory. */
export type ReadFile =
  | {
      readonly kind: "read";
      readonly path: string;
      readonly mode: string;
      readonly oid: string;
      readonly data: Uint8Array;
    }
  | (IndexChange & { readonly kind: "gone" | "problem" });

/** Reads a changed file below `beads/`; content that can not be had makes it a problem, not a failure of all. */
export async function readFile(branch: Branch, change: TreeChange): Promise<ReadFile> {
  const { path, after } = change;
  if (after === undefined) return { kind: "gone", path };
  const { mode, oid } = after;
  if (mode === "160000") return { kind: "read", path, mode, oid, data: new Uint8Array() };
  try {
    return { kind: "read", path, mode, oid, data: await branch.readBlob(oid) };
  } catch (error) {
    if (!(error instanceof AppError && ["corrupt", "too_large"].includes(error.code))) throw error;
    return { kind: "problem", path, reason: `its content can not be read: ${error.message}`, oid };
  }
}

/** What a file that was read became. */
export function toChange(file: ReadFile): IndexChange {
  return file.kind === "read" ? toIndexChange(file.path, file.mode, file.oid, file.data) : file;
}

/** What one changed file below `beads/` became. */
export async function readChange(branch: Branch, change: TreeChange): Promise<IndexChange> {
  return toChange(await readFile(branch, change));
}

/** What a file with this content is. */
export function toIndexChange(path: string, mode: string, oid: string, data: Uint8Array): IndexChange {
  const parsed = parseBeadFile(path, mode, data);
  if (parsed.kind === "problem") return { kind: "problem", path, reason: parsed.reason, oid };
  return { ...parsed, oid };
}
