/** Looks at the index for `bd doctor`: files that are no beads, deleted beads, and whether the index tells the truth. */
import type { Tombstone } from "../model/bead-file.ts";
import type { BeadIndex } from "./bead-index.ts";
import { buildIndex } from "./build-index.ts";
import type { IndexSource } from "./open-index.ts";
import { numberOf, textOf } from "./sql.ts";

/** A file on the branch that is no bead. */
export interface FileProblem {
  /** One character per byte; ASCII in all but hostile names. */
  readonly path: string;
  readonly oid: string;
  readonly reason: string;
  /** True for the branch that stays on this machine. */
  readonly local: boolean;
}

/** All files that are no beads. */
export function listProblems(index: BeadIndex): FileProblem[] {
  return index.sql.all("SELECT path, space, oid, reason FROM problem ORDER BY space, path").map(row => ({
    path: textOf(row.path),
    oid: textOf(row.oid),
    reason: textOf(row.reason),
    local: numberOf(row.space) > 0,
  }));
}

/** What stays of a deleted bead. */
export function readTombstone(index: BeadIndex, id: string): Tombstone | undefined {
  if (!index.isTombstone(id)) return undefined;
  const row = index.sql.get("SELECT json FROM tombstone WHERE id = ? ORDER BY space", id);
  // SAFETY: only tombstones that passed the check of bead files are written into this column.
  return row === undefined ? undefined : (JSON.parse(textOf(row.json)) as Tombstone);
}

const COMPARED: readonly (readonly [string, string])[] = [
  [
    "bead",
    "SELECT id AS key, oid || ':' || category || ':' || satisfied || ':' || blocked || ':' || space AS value FROM bead",
  ],
  ["label", "SELECT id || ' ' || label AS key, '' AS value FROM label"],
  ["edge", "SELECT src || ' ' || dst AS key, type || ':' || ifnull(spawner, '') AS value FROM edge"],
  ["field", "SELECT id || ' ' || key AS key, value FROM field"],
  ["hidden", "SELECT id AS key, oid AS value FROM hidden"],
  ["tombstone", "SELECT id || ' ' || space AS key, oid AS value FROM tombstone"],
  ["problem", "SELECT path AS key, oid AS value FROM problem"],
  ["alias", "SELECT alias || ' ' || id AS key, '' AS value FROM alias"],
];
const MAX_DIFFERENCES = 100;

/** How the index differs from one that is built anew in memory, in words; empty when it does not. */
export async function compareWithFresh(index: BeadIndex, source: IndexSource): Promise<string[]> {
  const fresh = await buildIndex(source.sql.open(undefined), source.spaces, {
    now: source.spaces[0].ports.now(),
    fallbackPrefix: source.fallbackPrefix,
  });
  try {
    const differences: string[] = [];
    for (const [table, sql] of COMPARED) {
      const truth = new Map(fresh.sql.all(sql).map(row => [textOf(row.key), textOf(row.value)]));
      for (const row of index.sql.all(sql)) {
        const key = textOf(row.key);
        if (!truth.has(key)) differences.push(`${table} ${key} is not on the branch`);
        else if (truth.get(key) !== textOf(row.value)) differences.push(`${table} ${key} is out of date`);
        truth.delete(key);
      }
      for (const key of truth.keys()) differences.push(`${table} ${key} is missing`);
    }
    return differences.slice(0, MAX_DIFFERENCES);
  } finally {
    fresh.sql.close();
  }
}
