/**
 * Two beads that got the same id on two machines. The one that was made first keeps it; the other goes on under a longer
 * id that follows from its old id and its birth alone, so that every machine finds the same one, and keeps the old id as
 * an alias. What its side meant by the old id is rewritten on that side.
 */
import { utf8 } from "../branch/bytes.ts";
import { sha256 } from "../schema/sha256.ts";
import { withClock } from "./content.ts";
import { edgeClockKey } from "./dependencies.ts";
import { listOf } from "./elements.ts";
import { canonicalText, compareText, type Fields, isFields } from "./json.ts";
import { epochMs, laterStamp, readClock } from "./stamp.ts";

/** Longer than any hash that is minted, so that only another such bead could have it. */
const HASH_LENGTH = 10;

/** Old ids with the new ones. */
export type Renames = ReadonlyMap<string, string>;

/** Tells beads with one id apart: when they were made, and by whom. */
export function birthKey(fields: Fields): string {
  return canonicalText([epochMs(fields.created_at), fields.created_by]);
}

/** Order of two beads with one id: the smaller one keeps it. */
export function compareBirths(a: Fields, b: Fields): number {
  return epochMs(a.created_at) - epochMs(b.created_at) || compareText(birthKey(a), birthKey(b));
}

/**
 * The id under which a bead goes on that loses its id. A child does not get the next free number, which other machines
 * may give away at the same time: it stays a child by its edge.
 */
export function idAfterCollision(id: string, fields: Fields): string {
  const root = id.replace(/(\.\d+)+$/, "");
  const dash = root.lastIndexOf("-");
  const digest = sha256(utf8(`${id}\n${birthKey(fields)}`));
  let value = 0n;
  for (const byte of digest.subarray(0, 8)) value = value * 256n + BigInt(byte);
  const hash = value.toString(36).padStart(HASH_LENGTH, "0").slice(-HASH_LENGTH);
  return `${dash < 0 ? root : root.slice(0, dash)}-${hash}`;
}

/** The bead under a new id, with the old one as alias. */
export function renameBead(fields: Fields, to: string): Fields {
  const owned = (entry: unknown) =>
    isFields(entry) && entry.issue_id === fields.id ? { ...entry, issue_id: to } : entry;
  const aliases = [...new Set([...listOf(fields.aliases), fields.id])].sort();
  const renamed: Record<string, unknown> = { ...fields, id: to };
  if (fields.status !== "tombstone" || typeof fields.original_status === "string") renamed.aliases = aliases;
  for (const list of ["dependencies", "comments"]) {
    if (Array.isArray(fields[list])) renamed[list] = fields[list].map(owned);
  }
  return renamed;
}

/**
 * The bead with references to the new ids: edges, bonds, and metadata that is exactly an id. The same object when there
 * are none.
 */
export function retarget(fields: Fields, renames: Renames): Fields {
  if (![...renames.keys()].some(id => mentions(fields, id))) return fields;
  const moved = (id: unknown) => (typeof id === "string" ? (renames.get(id) ?? id) : id);
  const changed: Record<string, unknown> = { ...fields };
  if (Array.isArray(fields.dependencies)) {
    changed.dependencies = fields.dependencies.map(edge =>
      isFields(edge) ? { ...edge, depends_on_id: moved(edge.depends_on_id) } : edge,
    );
  }
  if (Array.isArray(fields.bonded_from)) {
    changed.bonded_from = fields.bonded_from.map(bond =>
      isFields(bond) ? { ...bond, source_id: moved(bond.source_id) } : bond,
    );
  }
  if (isFields(fields.metadata)) {
    changed.metadata = Object.fromEntries(
      Object.entries(fields.metadata).map(([key, value]) => [
        key,
        Array.isArray(value) ? value.map(moved) : moved(value),
      ]),
    );
  }
  if (typeof fields.renamed_to === "string") changed.renamed_to = moved(fields.renamed_to);
  return withMovedClock(changed, renames);
}

/** Without the ids that this bead referred to before any bead had them: nobody can tell which bead was meant. */
export function withoutEarlier(renames: Renames, base: Fields | undefined): Renames {
  if (base === undefined) return renames;
  return new Map([...renames].filter(([id]) => !mentions(base, id)));
}

function withMovedClock(fields: Fields, renames: Renames): Fields {
  const clock = readClock(fields._clock);
  if (clock === undefined) return fields;
  for (const [from, to] of renames) {
    const stamp = clock.get(edgeClockKey(from));
    if (stamp === undefined) continue;
    clock.delete(edgeClockKey(from));
    clock.set(edgeClockKey(to), laterStamp(stamp, clock.get(edgeClockKey(to)) ?? stamp));
  }
  return withClock(fields, clock);
}

function mentions(fields: Fields, id: string): boolean {
  return canonicalText({ ...fields, id: undefined }).includes(JSON.stringify(id).slice(1, -1));
}
