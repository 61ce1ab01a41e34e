/**
 * Finds, among objects that come newest first, the next newer version of the same file or folder: the best base for a
 * delta, which leaves the newest version, the one that is read, whole.
 */
import { fromBinary, utf8 } from "./bytes.ts";
import { hashOf } from "./delta-build.ts";
import { beadIdOfPath, beadPath } from "./layout.ts";
import { LruMap } from "./lru.ts";
import type { ObjectType } from "./objects.ts";

/** Contents that are remembered, in bytes. */
const KEPT_BYTES = 16 * 1_048_576;
/** Folders that have the same names in them, at most: a level of the shards. */
const MAX_ALIKE = 40;
/** Every so many bytes are compared to see how much two folders share; an id has 20. */
const STRIDE = 7;
/** Larger objects are stored as they are. */
const MAX_BYTES = 262_144;

/** An object that others can be told by. */
export interface Version {
  readonly oid: string;
  readonly data: Uint8Array;
}

/** See the file comment. */
export class Lineages {
  readonly #latest = new LruMap<string, readonly Version[]>(KEPT_BYTES, list =>
    list.reduce((sum, version) => sum + version.data.length + 200, 100),
  );

  /** The version that was noted before this one, and the note that this one is the latest from now on. */
  follow(
    type: ObjectType,
    oid: string,
    data: Uint8Array,
  ): { readonly base: Version | undefined; note(): void } {
    const key = data.length > MAX_BYTES ? undefined : keyOf(type, data);
    if (key === undefined) return { base: undefined, note: () => undefined };
    const versions = this.#latest.get(key) ?? [];
    const base = key.startsWith("names ") ? mostAlike(versions, data) : versions[0];
    const rest = versions.filter(version => version !== base).slice(0, MAX_ALIKE);
    return { base, note: () => this.#latest.set(key, [{ oid, data }, ...rest]) };
  }
}

/** What all versions of a file or folder have in common; undefined for what has none. */
function keyOf(type: ObjectType, data: Uint8Array): string | undefined {
  if (type === "blob") {
    const id = idOf(data);
    return id === undefined ? undefined : `bead ${id}`;
  }
  return type === "tree" ? keyOfTree(data) : undefined;
}

const ID_LINE = utf8('\n  "id": "');
const QUOTE = 0x22;
const MAX_ID = 200;

/** The id that a bead file gives, by its line in the canonical form. */
function idOf(data: Uint8Array): string | undefined {
  for (let at = data.indexOf(0x0a); at >= 0; at = data.indexOf(0x0a, at + 1)) {
    if (!ID_LINE.every((byte, i) => data[at + i] === byte)) continue;
    const start = at + ID_LINE.length;
    const end = data.indexOf(QUOTE, start);
    return end > start && end - start <= MAX_ID ? fromBinary(data, start, end) : undefined;
  }
  return undefined;
}

/** The names of beads tell their folder; other folders are known by all of their names. */
function keyOfTree(tree: Uint8Array): string {
  let hash: number | undefined;
  for (let at = 0; at < tree.length; ) {
    const nul = tree.indexOf(0, at);
    if (nul < 0) break;
    if (at === 0) {
      const name = fromBinary(tree, tree.indexOf(0x20) + 1, nul);
      const id = name.endsWith(".json") ? name.slice(0, -".json".length) : "";
      const path = beadPath(id);
      if (beadIdOfPath(path) === id) return `folder ${path.slice(0, path.lastIndexOf("/"))}`;
    }
    hash = hashOf(tree, at, nul, hash);
    at = nul + 21;
  }
  return `names ${hash} ${tree.length}`;
}

/** Folders with the same names have the same length, so that what they share is at the same place. */
function mostAlike(versions: readonly Version[], data: Uint8Array): Version | undefined {
  let best: Version | undefined;
  let most = data.length / 2;
  for (const version of versions) {
    if (version.data.length !== data.length) continue;
    let same = 0;
    for (let at = 0; at < data.length; at += STRIDE) if (version.data[at] === data[at]) same += STRIDE;
    if (same > most) {
      most = same;
      best = version;
    }
  }
  return best;
}
