/** A file of one side of a tree merge: an entry of its tree, or a bead that the merge changed before comparing. */
import type { Branch } from "../branch/branch.ts";
import { utf8 } from "../branch/bytes.ts";
import { canonicalJson } from "../branch/canonical-json.ts";
import { normalizeBead, parseBeadFile } from "../model/bead-file.ts";
import type { Bead } from "../schema/bead.ts";
import { type Fields, sameValue } from "./json.ts";
import { isTombstone } from "./tombstone.ts";

/** Mode and object of a tree entry. */
export interface Entry {
  readonly mode: string;
  readonly oid: string;
}

/** What a path holds on one side. */
export interface FileVersion {
  /** Undefined for a bead that exists only in memory. */
  readonly entry: Entry | undefined;
  /** The bead or tombstone; undefined when the file is none. */
  readonly bead: Fields | undefined;
}

/** Reads the files of beads, each object once. */
export class FileReader {
  readonly #branch: Branch;
  readonly #known = new Map<string, Promise<FileVersion>>();

  constructor(branch: Branch) {
    this.#branch = branch;
  }

  /** The version for an entry; undefined for none. Whatever the file holds, it is read without an error. */
  async read(path: string, entry: Entry | undefined): Promise<FileVersion | undefined> {
    if (entry === undefined) return undefined;
    const key = `${path}\0${entry.mode}\0${entry.oid}`;
    const known = this.#known.get(key) ?? this.#parse(path, entry);
    this.#known.set(key, known);
    return known;
  }

  async #parse(path: string, entry: Entry): Promise<FileVersion> {
    if (entry.mode === "160000") return { entry, bead: undefined };
    const parsed = parseBeadFile(path, entry.mode, await this.#branch.readBlob(entry.oid));
    if (parsed.kind === "problem") return { entry, bead: undefined };
    return { entry, bead: { ...(parsed.kind === "bead" ? parsed.bead : parsed.tombstone) } };
  }
}

/** True when both hold the same. */
export function sameFile(a: FileVersion | undefined, b: FileVersion | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.entry !== undefined && b.entry !== undefined) {
    return a.entry.oid === b.entry.oid && a.entry.mode === b.entry.mode;
  }
  return a.bead !== undefined && b.bead !== undefined && sameValue(a.bead, b.bead);
}

/** A bead that exists only in memory so far. */
export function virtualFile(bead: Fields): FileVersion {
  return { entry: undefined, bead };
}

/** Bytes of a bead or tombstone. */
export function beadBytes(bead: Fields): Uint8Array {
  // SAFETY: what the merge makes of valid beads has the fields of a bead; normalizeBead only drops and sorts.
  return utf8(canonicalJson(isTombstone(bead) ? bead : normalizeBead(bead as unknown as Bead)));
}
