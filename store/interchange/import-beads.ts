/**
 * Import: takes records into a store, in one unit of work.
 * It adds and updates, and never deletes; it knows a bead by its id or its external reference, never by its words;
 * and it says of every line that it did not take why.
 */
import type { BeadTx } from "../api.ts";
import { normalizeBead } from "../model/bead-file.ts";
import { checkLimits, requireValid } from "../model/text-limits.ts";
import type { Bead, Comment, Dependency } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
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
  /** Line on which a bead was taken, by id; one map for all pieces of a file. */
  readonly lines?: Map<string, number>;
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
  /** What is here says the same, or more. */
  readonly unchanged: readonly string[];
  /** Older than what is here; their labels, comments and edges were still taken. */
  readonly stale: readonly string[];
  readonly deduplicated: readonly string[];
  readonly memories: number;
  readonly untaken: readonly Untaken[];
  /** Records that were taken in part, or left out because of what is here: each with what and why. */
  readonly partly: readonly Untaken[];
}

const KEEPS = "which keeps its fields (labels, edges and comments were added)";
const OLDER = `older than what is here, ${KEEPS}`;
const SAME_TIME = `of the same time as what is here, ${KEEPS}`;
const NO_TIME = `without a time of change, unlike what is here, ${KEEPS}`;

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
  const lines = options.lines ?? new Map<string, number>();
  const refuse = (line: number, id: string | undefined, reason: string) =>
    void report.untaken.push({ line, reason, ...(id === undefined ? {} : { id }) });
  const titles = options.dedup === true ? target.openTitles() : undefined;
  for (const { line, record } of records) {
    if (record.kind === "nothing") continue;
    if (record.kind === "refused") {
      refuse(line, record.id, record.reason);
      continue;
    }
    if (record.kind === "memory") {
      target.setConfig(options.memoryKey(record.key), record.value);
      report.memories += 1;
      continue;
    }
    const bead = ownReference(record.bead, target);
    const existing = find(bead, target);
    const partly = (id: string, reasons: readonly string[] = []) =>
      void report.partly.push(...reasons.map(reason => ({ line, id, reason })));
    if (existing === undefined && bead.id !== undefined && target.isDeleted(bead.id)) {
      refuse(line, bead.id, "it was deleted here (bd restore brings it back)");
      continue;
    }
    if (existing === undefined) {
      const twin = titles?.get(bead.title.toLowerCase());
      if (twin !== undefined) {
        report.deduplicated.push(bead.id ?? twin);
        partly(bead.id ?? twin, [`${twin} is open and has the same title`]);
        continue;
      }
      const id = bead.id ?? "new";
      const fault = faultOf({ ...timed(owned(bead, id), target), id });
      if (fault !== undefined) {
        refuse(line, bead.id, fault);
        continue;
      }
      const created = createFrom(bead, target);
      lines.set(created, line);
      report.created.push(created);
      partly(created, record.lost);
      continue;
    }
    const { id } = existing;
    if (options.skipExisting === true) {
      refuse(line, id, EXISTS);
      continue;
    }
    const newer = options.allowStale === true || isNewer(bead.updated_at, existing.updated_at);
    const merged = mergeInto(existing, bead, newer);
    const fault = faultOf(merged);
    if (fault !== undefined) {
      refuse(line, id, fault);
      continue;
    }
    partly(id, record.lost);
    const before = lines.get(id);
    lines.set(id, line);
    const { updated_at: _time, ...timeless } = bead;
    if (!newer && !sameBead(mergeInto(existing, timeless, true), existing)) {
      report.stale.push(id);
      partly(id, [whyKept(bead, existing)]);
    } else if (sameBead(merged, existing)) report.unchanged.push(id);
    else {
      report.updated.push(id);
      if (before !== undefined)
        report.partly.push({ line: before, id, reason: `line ${line} has the same id and is newer` });
      if (otherBirth(bead, existing))
        partly(id, [
          `the bead of this id was made at ${existing.created_at}, this one at ${bead.created_at}`,
        ]);
    }
    if (!sameBead(merged, existing)) target.put(merged, "imported");
  }
  return report;
}

/** The reason of a record that was left out with `skipExisting`. */
export const EXISTS = "it exists already";

function whyKept(bead: ImportedBead, existing: Bead): string {
  if (bead.updated_at === undefined) return NO_TIME;
  return Date.parse(bead.updated_at) === Date.parse(existing.updated_at) ? SAME_TIME : OLDER;
}

/** True when a record tells of a birth that can not be that of the bead: more than a rounded second away. */
function otherBirth(bead: ImportedBead, existing: Bead): boolean {
  if (bead.id === undefined || bead.created_at === undefined) return false;
  return Math.abs(Date.parse(bead.created_at) - Date.parse(existing.created_at)) >= 1_000;
}

/** Why a bead could not be written; undefined when it can. */
function faultOf(bead: Bead): string | undefined {
  try {
    const plain = normalizeBead(bead);
    checkLimits(plain);
    requireValid(plain);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/**
 * Issues of two repositories may have one number: an issue whose number is that of another repository's here
 * is known by its address.
 */
function ownReference(bead: ImportedBead, target: ImportTarget): ImportedBead {
  const url = bead.metadata?.github_url;
  if (bead.id !== undefined || bead.external_ref === undefined || typeof url !== "string") return bead;
  const other = target.findByExternalRef(bead.external_ref)?.metadata?.github_url;
  return typeof other !== "string" || other === url ? bead : { ...bead, external_ref: url };
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

/** With the times that every bead has; a closed one also has that of its closing. */
function timed<T extends ImportedBead>(
  imported: T,
  target: ImportTarget,
): T & { created_at: string; updated_at: string } {
  const created_at = imported.created_at ?? imported.updated_at ?? target.now;
  const updated_at = imported.updated_at ?? created_at;
  const closed = imported.status === "closed" ? { closed_at: imported.closed_at ?? updated_at } : {};
  return { ...imported, created_at, updated_at, ...closed };
}

function createFrom(imported: ImportedBead, target: ImportTarget): string {
  if (imported.id !== undefined) {
    target.put({ ...timed(imported, target), id: imported.id }, "imported");
    return imported.id;
  }
  const { title, description } = imported;
  const { id } = target.create({
    title,
    ...(description === undefined ? {} : { description }),
    issue_type: imported.issue_type,
  });
  target.put({ ...timed(owned(imported, id), target), id }, "imported");
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
