/** The files of a unit of work in pieces, which lie in a pack that is being written: for each its number there, no more. */
import type { NewContent } from "../branch/branch.ts";
import { beadIdOfPath, beadPath, beadShard } from "../branch/layout.ts";
import type { PackStream } from "../branch/pack-stream.ts";

/** See the file comment. */
export class StagedFiles {
  readonly #stream: PackStream;
  /** Id of each bead that was written -> where: its number in the pack, and the branch that it lies on. */
  readonly #beads = new Map<string, number>();
  readonly #spaces: number;
  /** All else by path, for each branch: tombstones, files that go, settings. */
  readonly #others: readonly Map<string, NewContent>[];

  /** @param spaces branches */
  constructor(stream: PackStream, spaces: number) {
    this.#stream = stream;
    this.#spaces = spaces;
    this.#others = Array.from({ length: spaces }, () => new Map());
  }

  /** Beads that were written. */
  get beads(): number {
    return this.#beads.size;
  }

  /** Changed files on all branches. */
  get count(): number {
    return this.#others.reduce((sum, files) => sum + files.size, this.#beads.size);
  }

  /** Notes that a bead's file is the object with this number. */
  setBead(id: string, number: number, space: number): void {
    this.#beads.set(id, number * this.#spaces + space);
    // It may have been another kind of file before.
    if ((this.#others[space]?.size ?? 0) > 0) this.#others[space]?.delete(beadPath(id));
  }

  /** Notes a file that is no bead, or one that goes. */
  setOther(path: string, content: NewContent, space: number): void {
    this.#others[space]?.set(path, content);
  }

  /** Number of the object that a bead's file is; undefined when the bead was not written. */
  numberOf(id: string): number | undefined {
    const place = this.#beads.get(id);
    return place === undefined ? undefined : Math.floor(place / this.#spaces);
  }

  /** Id of the content of a bead's file; undefined when the bead was not written. */
  versionOf(id: string): string | undefined {
    const number = this.numberOf(id);
    return number === undefined ? undefined : this.#stream.oid(number);
  }

  /** The branch that a written bead lies on. */
  spaceOf(id: string): number | undefined {
    const place = this.#beads.get(id);
    return place === undefined ? undefined : place % this.#spaces;
  }

  /** The first of these paths that was written on the branch. */
  firstOf(paths: readonly string[], space: number): string | undefined {
    const others = this.#others[space];
    return paths.find(path => {
      const id = beadIdOfPath(path);
      return others?.has(path) === true || (id !== undefined && this.spaceOf(id) === space);
    });
  }

  /** What changes on a branch, in parts: the beads of one folder after another. */
  *changes(space: number): Generator<ReadonlyMap<string, NewContent>> {
    const others = this.#others[space];
    if (others !== undefined && others.size > 0) yield others;
    const folders = new Map<string, string[]>();
    for (const [id, place] of this.#beads) {
      if (place % this.#spaces !== space) continue;
      const shard = beadShard(id);
      const ids = folders.get(shard);
      if (ids === undefined) folders.set(shard, [id]);
      else ids.push(id);
    }
    for (const ids of folders.values()) {
      yield new Map(ids.map(id => [beadPath(id), { oid: this.versionOf(id) ?? "" }]));
    }
  }
}
