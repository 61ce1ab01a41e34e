/** What changed between two trees, pruning whatever has the same id on both sides. */
import { parseTree, TREE_MODE, type TreeEntry } from "./objects.ts";

/** One file that differs. Absent on a side means that there is no file there. */
export interface TreeChange {
  /** Path from the root, one character per byte. */
  readonly path: string;
  readonly before: { readonly mode: string; readonly oid: string } | undefined;
  readonly after: { readonly mode: string; readonly oid: string } | undefined;
}

/** Reads the bytes of a tree. */
export type ReadTreeBytes = (oid: string) => Promise<Uint8Array>;

/**
 * Files (all entries that are no trees) that differ between two trees, in no particular order; undefined is the empty tree.
 * @param enough with more changes than this, the others are not looked for
 */
export async function diffTrees(
  readTree: ReadTreeBytes,
  before: string | undefined,
  after: string | undefined,
  prefix = "",
  enough = Number.POSITIVE_INFINITY,
): Promise<TreeChange[]> {
  if (before === after) return [];
  const [old, now] = await Promise.all([entriesOf(readTree, before), entriesOf(readTree, after)]);
  const changes: TreeChange[] = [];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const a = old.get(name);
    const b = now.get(name);
    if (a?.oid === b?.oid && a?.mode === b?.mode) continue;
    if (changes.length > enough) break;
    // A slash within a name is a trick to be taken for a folder.
    const path = `${prefix}${name.replaceAll("/", "%2F")}`;
    const folderBefore = a?.mode === TREE_MODE ? a.oid : undefined;
    const folderAfter = b?.mode === TREE_MODE ? b.oid : undefined;
    if (folderBefore !== undefined || folderAfter !== undefined) {
      const left = enough - changes.length;
      for (const change of await diffTrees(readTree, folderBefore, folderAfter, `${path}/`, left))
        changes.push(change);
    }
    const fileBefore = folderBefore === undefined ? a : undefined;
    const fileAfter = folderAfter === undefined ? b : undefined;
    if (fileBefore !== undefined || fileAfter !== undefined) {
      changes.push({ path, before: side(fileBefore), after: side(fileAfter) });
    }
  }
  return changes;
}

async function entriesOf(readTree: ReadTreeBytes, oid: string | undefined): Promise<Map<string, TreeEntry>> {
  if (oid === undefined) return new Map();
  return new Map(parseTree(await readTree(oid)).map(entry => [entry.name, entry]));
}

function side(entry: TreeEntry | undefined): { readonly mode: string; readonly oid: string } | undefined {
  return entry === undefined ? undefined : { mode: entry.mode, oid: entry.oid };
}
