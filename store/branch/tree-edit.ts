/**
 * Edits of trees as bytes: a tree of a shard is copied around the changed entries and never decoded,
 * which keeps a commit cheap and carries unknown entries through untouched.
 */
import { AppError } from "../schema/errors.ts";
import { concat, fromBinary, toBinary, toHex } from "./bytes.ts";
import { encodeEntry, sortName, TREE_MODE } from "./objects.ts";

/** A change of one entry of one tree; without `oid` the entry goes. */
export interface EntryEdit {
  readonly name: string;
  readonly mode: string;
  readonly oid: string | undefined;
}

/** A change of one file; without `oid` the file goes. */
export interface FileChange {
  readonly oid: string | undefined;
  /** Default "100644". */
  readonly mode?: string;
}

/** Reads and stores tree objects for `editPaths`. */
export interface TreeAccess {
  readTree(oid: string): Promise<Uint8Array>;
  writeTree(data: Uint8Array): string;
}

/** The bytes of a tree after some edits. */
export function editTree(data: Uint8Array, edits: readonly EntryEdit[]): Uint8Array {
  const removed = edits.map(edit => toBinary(edit.name)).sort(compareBytes);
  const added = edits
    .filter(edit => edit.oid !== undefined)
    .map(edit => ({ key: toBinary(sortName(edit)), bytes: encodeEntry({ ...edit, oid: edit.oid ?? "" }) }))
    .sort((a, b) => compareBytes(a.key, b.key));
  const parts: Uint8Array[] = [];
  let next = 0;
  let copied = 0;
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const nul = data.indexOf(0, space);
    const end = nul + 21;
    const isFolder = data[at] === 0x34; // "4" starts the mode of trees only
    for (let entry = added[next]; entry !== undefined; entry = added[++next]) {
      if (compareName(data, space + 1, nul, isFolder, entry.key) < 0) break;
      if (copied < at) parts.push(data.subarray(copied, at));
      copied = at;
      parts.push(entry.bytes);
    }
    if (removed.some(name => compareName(data, space + 1, nul, false, name) === 0)) {
      if (copied < at) parts.push(data.subarray(copied, at));
      copied = end;
    }
    at = end;
  }
  if (copied < data.length) parts.push(data.subarray(copied));
  for (const entry of added.slice(next)) parts.push(entry.bytes);
  return concat(parts);
}

/** The mode and id of one entry, without decoding the others. */
export function findEntry(
  data: Uint8Array,
  name: string,
): { readonly mode: string; readonly start: number } | undefined {
  const wanted = toBinary(name);
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const nul = data.indexOf(0, space);
    if (compareName(data, space + 1, nul, false, wanted) === 0) {
      return { mode: fromBinary(data, at, space), start: nul + 1 };
    }
    at = nul + 21;
  }
  return undefined;
}

/** Ids of the folders in a tree, without decoding its files. */
export function* folderIds(data: Uint8Array): Generator<string> {
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0, data.indexOf(0x20, at)) + 21;
    if (data[at] === TREE_MODE.charCodeAt(0)) yield toHex(data, end - 20, end);
    at = end;
  }
}

/**
 * Applies changes of files, by path, to a tree and writes all trees that become new.
 * @returns id of the new tree; undefined when nothing is left in it
 * @throws {AppError} unprocessable when a file has the place of a folder, or the other way round
 */
export async function editPaths(
  access: TreeAccess,
  tree: string | undefined,
  changes: ReadonlyMap<string, FileChange>,
): Promise<string | undefined> {
  const files: EntryEdit[] = [];
  const folders = new Map<string, Map<string, FileChange>>();
  for (const [path, change] of changes) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      files.push({ name: path, mode: change.mode ?? "100644", oid: change.oid });
      continue;
    }
    const folder = path.slice(0, slash);
    const inside = folders.get(folder) ?? new Map<string, FileChange>();
    inside.set(path.slice(slash + 1), change);
    folders.set(folder, inside);
  }
  const data = tree === undefined ? new Uint8Array() : await access.readTree(tree);
  for (const { name, oid } of files) {
    if (oid !== undefined && findEntry(data, name)?.mode === TREE_MODE) throw inTheWay(name, "a file");
  }
  const edits = [...files];
  for (const [folder, inside] of folders) {
    const old = findEntry(data, folder);
    const isFolder = old?.mode === TREE_MODE;
    // A file gives way to a folder when the same change takes it away.
    const givesWay = files.some(file => file.name === folder && file.oid === undefined);
    if (old !== undefined && !isFolder && !givesWay) throw inTheWay(folder, "a folder");
    const oldOid = isFolder ? toHex(data, old.start, old.start + 20) : undefined;
    edits.push({ name: folder, mode: TREE_MODE, oid: await editPaths(access, oldOid, inside) });
  }
  const edited = editTree(data, edits);
  return edited.length === 0 ? undefined : access.writeTree(edited);
}

/** Somebody put something else where ours belongs; it is not ours to remove. */
function inTheWay(name: string, wanted: string): AppError {
  return new AppError(
    "unprocessable",
    `${name} on the branch is not ${wanted}, so nothing can be written there.`,
    {
      hint: "Look at the branch with `git ls-tree -r`, and move what is in the way.",
      data: { name },
    },
  );
}

/** Order of an entry's name in a tree (folders count as if a slash followed) and a name. */
function compareName(
  data: Uint8Array,
  start: number,
  end: number,
  folder: boolean,
  name: Uint8Array,
): number {
  const length = end - start + (folder ? 1 : 0);
  const common = Math.min(length, name.length);
  for (let i = 0; i < common; i++) {
    const byte = start + i < end ? (data[start + i] ?? 0) : 0x2f;
    const difference = byte - (name[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return length - name.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return compareName(a, 0, a.length, false, b);
}
