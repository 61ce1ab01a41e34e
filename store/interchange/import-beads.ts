/**
 * Import: takes records into a store, in one unit of work.
 * It adds and updates, and never deletes; it knows a bead by its id or its external reference, never by its words;
 * and it says of every line that it did not take why.
 */
import type { BeadTx } from "../api.ts";
import type { Bead, Comment, Dependency } from "../schema/bead.ts";
import type { PlacedRecord } from "./read-input.ts";
import type { ImportedBead } from "./record.ts";

/** What an import needs of a unit of work. */
export interface ImportTarget extends Pick<BeadTx, "now" | "get" | "create"> {
  /** Writes a bead as it is, times and all. */
  put(bead: Bead, event: "imported"): void;
  setConfig(key: string, value: string | null): void;
  findByExternalRef(ref: string): Bead | undefined;
  /** True for an id that was deleted here. */
  isDeleted(id: string): boolean;
  /** Title of an open bead in lower case -> its id; only asked for with `dedup`. */
  openTitles(): ReadonlyMap<string, string>;
}

export interface ImportOptions {
  /** Take records that are older than what is here, too. */
  readonly allowStale?: boolean;
  /** Leave out records with the title of an open bead. */
  readonly dedup?: boolean;
  /** Leave out records whose id is here already. */
  readonly skipExisting?: boolean;
  /** Key under which a memory is kept. */
  readonly memoryKey: (key: string) => string;
}

/** A record that was not taken, or not whole. */
export interface Untaken {
  readonly line: number;
  readonly id?: string;
  readonly reason: string;
}

export interface ImportReport {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  /** The same as what is here. */
  readonly unchanged: readonly string[];
  /** Older than what is here; their labels, comments and edges were still taken. */
  readonly stale: readonly string[];
  readonly deduplicated: readonly string[];
  readonly memories: number;
  readonly untaken: readonly Untaken[];
  /** Records that are left out or taken in part because of what is here: older, or of a title that is open. */
  readonly partly: readonly Untaken[];
}

const OLDER = "older than what is here, which keeps its fields (labels, edges and comments were added)";

/** Takes the records. Reads before it writes, so the whole is one unit of work. */
export function importBeads(
  records: readonly PlacedRecord[],
  target: ImportTarget,
  options: ImportOptions,
): ImportReport {
  const report = {
    created: [] as string[],
    updated: [] as string[],
    unchanged: [] as string[],
    stale: [] as string[],
    deduplicated: [] as string[],
    memories: 0,
    untaken: [] as Untaken[],
    partly: [] as Untaken[],
  };
  const stale = (line: number, id: string) => {
    report.stale.push(id);
    report.partly.push({ line, id, reason: OLDER });
  };
  const titles = options.dedup === true ? target.openTitles() : undefined;
  for (const { line, record } of records) {
    if (record.kind === "nothing") continue;
    if (record.kind === "refused") {
      report.untaken.push({
        line,
        reason: record.reason,
        ...(record.id === undefined ? {} : { id: record.id }),
      });
      continue;
    }
    if (record.kind === "memory") {
      target.setConfig(options.memoryKey(record.key), record.value);
      report.memories += 1;
      continue;
    }
    const { bead } = record;
    const existing = find(bead, target);
    if (existing === undefined && bead.id !== undefined && target.isDeleted(bead.id)) {
      report.untaken.push({ line, id: bead.id, reason: "it was deleted here (bd restore brings it back)" });
      continue;
    }
    if (existing === undefined) {
      const twin = titles?.get(bead.title.toLowerCase());
      if (twin === undefined) report.created.push(createFrom(bead, target));
      else {
        report.deduplicated.push(bead.id ?? twin);
        report.partly.push({ line, id: bead.id ?? twin, reason: `${twin} is open and has the same title` });
      }
      continue;
    }
    if (options.skipExisting === true) {
      report.untaken.push({ line, id: existing.id, reason: "it exists already" });
      continue;
    }
    const newer = options.allowStale === true || isNewer(bead.updated_at, existing.updated_at);
    const merged = mergeInto(existing, bead, newer);
    if (sameBead(merged, existing)) {
      if (newer || bead.updated_at === existing.updated_at) report.unchanged.push(existing.id);
      else stale(line, existing.id);
      continue;
    }
    target.put(merged, "imported");
    if (newer) report.updated.push(existing.id);
    else stale(line, existing.id);
  }
  return report;
}

function find(bead: ImportedBead, target: ImportTarget): Bead | undefined {
  if (bead.id !== undefined) {
    const found = target.get(bead.id);
    if (found !== undefined) return found;
  }
  return bead.id === undefined && bead.external_ref !== undefined
    ? target.findByExternalRef(bead.external_ref)
    : undefined;
}

function createFrom(imported: ImportedBead, target: ImportTarget): string {
  const created = imported.created_at ?? imported.updated_at ?? target.now;
  const times = { created_at: created, updated_at: imported.updated_at ?? created };
  if (imported.id !== undefined) {
    target.put({ ...imported, ...times, id: imported.id }, "imported");
    return imported.id;
  }
  const { title, description } = imported;
  const { id } = target.create({
    title,
    ...(description === undefined ? {} : { description }),
    issue_type: imported.issue_type,
  });
  target.put({ ...owned(imported, id), ...times, id }, "imported");
  return id;
}

/** Edges and comments of a bead that had no id when it was read. */
function owned(imported: ImportedBead, id: string): ImportedBead {
  return {
    ...imported,
    ...(imported.dependencies === undefined
      ? {}
      : { dependencies: imported.dependencies.map(edge => ({ ...edge, issue_id: id })) }),
    ...(imported.comments === undefined
      ? {}
      : { comments: imported.comments.map(comment => ({ ...comment, issue_id: id })) }),
  };
}

/** Fields of the newer side; labels, edges and comments of both. */
function mergeInto(existing: Bead, imported: ImportedBead, newer: boolean): Bead {
  const incoming = owned(imported, existing.id);
  const labels = [...new Set([...(existing.labels ?? []), ...(incoming.labels ?? [])])].sort();
  const fields = newer ? { ...existing, ...incoming } : { ...incoming, ...existing };
  const base: Bead = {
    ...(newer ? fields : existing),
    id: existing.id,
    created_at: existing.created_at,
    updated_at: newer ? (incoming.updated_at ?? existing.updated_at) : existing.updated_at,
  };
  if (newer && base.status !== "closed")
    for (const key of ["closed_at", "close_reason", "closed_by_session"] as const) delete base[key];
  return {
    ...base,
    ...(labels.length === 0 ? {} : { labels }),
    ...edges(existing.dependencies, incoming.dependencies, newer),
    ...comments(existing.comments, incoming.comments),
  };
}

function edges(
  mine: readonly Dependency[] = [],
  theirs: readonly Dependency[] = [],
  newer: boolean,
): { dependencies?: Dependency[] } {
  const all = new Map(
    (newer ? [...mine, ...theirs] : [...theirs, ...mine]).map(edge => [edge.depends_on_id, edge]),
  );
  for (const edge of mine) {
    const now = all.get(edge.depends_on_id);
    // The same edge keeps its first time, so that importing twice changes nothing.
    if (now?.type === edge.type) all.set(edge.depends_on_id, edge);
  }
  return all.size === 0 ? {} : { dependencies: [...all.values()] };
}

function comments(mine: readonly Comment[] = [], theirs: readonly Comment[] = []): { comments?: Comment[] } {
  const key = (comment: Comment) => `${comment.author}\0${Date.parse(comment.created_at)}\0${comment.text}`;
  const all = new Map([...theirs, ...mine].map(comment => [key(comment), comment]));
  return all.size === 0
    ? {}
    : { comments: [...all.values()].sort((a, b) => (a.created_at < b.created_at ? -1 : 1)) };
}

function isNewer(theirs: string | undefined, mine: string): boolean {
  return theirs !== undefined && Date.parse(theirs) > Date.parse(mine);
}

/** Equal in all that is not bookkeeping. */
function sameBead(a: Bead, b: Bead): boolean {
  return stable(a) === stable(b);
}

function stable(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (key === "_clock") return undefined;
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
