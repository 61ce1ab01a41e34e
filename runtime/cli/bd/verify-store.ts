/** Compares every bead file of the branch with the index, folder by folder, so that a large store needs little memory. */
import type { GitBeadStore } from "../../../store/bead-store.ts";
import type { Branch } from "../../../store/branch/branch.ts";
import { BEADS_FOLDER, beadIdOfPath } from "../../../store/branch/layout.ts";
import type { BeadIndex } from "../../../store/index/bead-index.ts";
import type { StoreVerification } from "./backend.ts";

const FOLDER = "40000";
/** A store that others write to may move meanwhile; then the comparison is made again. */
const MAX_ATTEMPTS = 3;

interface File {
  readonly path: string;
  readonly oid: string;
}

/** What the branch and the index disagree about, and the files that are no beads. */
export async function verifyStore(store: GitBeadStore): Promise<StoreVerification> {
  for (let attempt = 1; ; attempt += 1) {
    const head = await store.branch.head();
    const found = await compare(store, await store.branch.treeOf(head));
    const moved = (await store.branch.head()) !== head;
    if (found.drift.length === 0 || !moved || attempt === MAX_ATTEMPTS) return found;
  }
}

async function compare(store: GitBeadStore, tree: string | undefined): Promise<StoreVerification> {
  const drift: string[] = [];
  let files = 0;
  let known = 0;
  for await (const folder of foldersOf(store.branch, tree, "")) {
    files += folder.length;
    await store.read(index => {
      for (const { path, oid } of folder) {
        const indexed = versionOf(index, path);
        if (indexed !== undefined) known += 1;
        if (indexed !== oid) drift.push(path);
      }
    });
  }
  return store.read(index => {
    const extra = rowCount(index) - known;
    if (extra > 0) drift.push(`${extra} entries of the index that the branch does not have`);
    const rows = index.sql.all("SELECT path, reason FROM problem WHERE space = 0 ORDER BY path");
    const problems = rows.map(row => ({ path: String(row.path), reason: String(row.reason) }));
    return { files, problems, drift };
  });
}

/** The files below `beads/`, one list for each folder that has any. */
async function* foldersOf(
  branch: Branch,
  tree: string | undefined,
  prefix: string,
): AsyncGenerator<readonly File[]> {
  if (tree === undefined) return;
  const entries = await branch.objects.readTree(tree);
  // A slash within a name is a trick to be taken for a folder; the index writes it so.
  const pathOf = (name: string) => `${prefix}${name.replaceAll("/", "%2F")}`;
  if (prefix !== "") {
    const files = entries
      .filter(entry => entry.mode !== FOLDER)
      .map(({ name, oid }) => ({ path: pathOf(name), oid }));
    if (files.length > 0) yield files;
  }
  for (const { name, mode, oid } of entries) {
    if (mode === FOLDER && (prefix !== "" || name === BEADS_FOLDER))
      yield* foldersOf(branch, oid, `${pathOf(name)}/`);
  }
}

function versionOf(index: BeadIndex, path: string): string | undefined {
  const id = beadIdOfPath(path) ?? "";
  const row =
    index.sql.get("SELECT oid FROM bead WHERE id = ? AND space = 0", id) ??
    index.sql.get("SELECT oid FROM tombstone WHERE id = ? AND space = 0", id) ??
    index.sql.get("SELECT oid FROM problem WHERE path = ? AND space = 0", path);
  return row === undefined ? undefined : String(row.oid);
}

function rowCount(index: BeadIndex): number {
  return ["bead", "tombstone", "problem"]
    .map(table => Number(index.sql.get(`SELECT count(*) AS total FROM ${table} WHERE space = 0`)?.total))
    .reduce((sum, count) => sum + count, 0);
}
