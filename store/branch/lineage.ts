/**
 * Finds, among objects that come newest first, the next newer version of the same file or folder: the best base for a
 * delta, which leaves the newest version, the one that is read, whole.
 */
import { comparable } from "./bytes.ts";
import { beadIdOfPath, beadPath } from "./layout.ts";
import { LruMap } from "./lru.ts";
import type { ObjectType } from "./objects.ts";

/** Contents that are remembered, in bytes. */
const KEPT_BYTES = 16 * 1_048_576;
/** Folders that have the same names in them, at most: a level of the shards. */
const MAX_ALIKE = 40;
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
    const id = /\n {2}"id": "([^"\n]{1,200})"/.exec(comparable(data));
    return id === null ? undefined : `bead ${id[1]}`;
  }
  if (type !== "tree") return undefined;
  const names = namesOf(data);
  const first = names[0] ?? "";
  const id = /^(.+)\.json$/.exec(first)?.[1];
  // The names of beads tell their folder.
  if (id !== undefined && names.length > 0) {
    const path = beadPath(id);
    if (beadIdOfPath(path) === id) return `folder ${path.slice(0, path.lastIndexOf("/"))}`;
  }
  return `names ${names.join("/")}`;
}

function namesOf(tree: Uint8Array): string[] {
  const names: string[] = [];
  const text = comparable(tree);
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(0x20, at);
    const nul = tree.indexOf(0, space);
    if (space < 0 || nul < 0) break;
    names.push(text.slice(space + 1, nul));
    at = nul + 21;
  }
  return names;
}

/** Folders with the same names have the same length, so that what they share is at the same place. */
function mostAlike(versions: readonly Version[], data: Uint8Array): Version | undefined {
  let best: Version | undefined;
  let most = data.length / 2;
  for (const version of versions) {
    if (version.data.length !== data.length) continue;
    let same = 0;
    for (let at = 0; at < data.length; at++) if (version.data[at] === data[at]) same++;
    if (same > most) {
      most = same;
      best = version;
    }
  }
  return best;
}
