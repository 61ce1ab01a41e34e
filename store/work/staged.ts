/** The index under beads of the same unit of work that were written to disk, so that memory does not hold them. */
import type { BeadFilter } from "../api.ts";
import type { BeadIndex } from "../index/bead-index.ts";
import type { BeadSource, StoredBead } from "../index/bead-source.ts";
import { withoutClock } from "../index/overlay.ts";
import type { BlockNode, Need } from "../model/blocked.ts";
import type { Bead } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import type { GroupBase } from "./group.ts";
import type { StagedFiles } from "./staged-files.ts";

/**
 * See the file comment. What is asked by id is answered as of the staged state; queries and edges are those of the index,
 * which is all that an import asks.
 */
export class StagedSource implements BeadSource, GroupBase {
  readonly #index: BeadIndex;
  readonly #files: StagedFiles;
  readonly #buried = new Set<string>();
  /** Staged beads that the piece in hand asks for. */
  #loaded: ReadonlyMap<string, Bead> = new Map();
  /** Ids that the piece in hand asks for and the index knows nothing of: most of those of an import. */
  #unknown: ReadonlySet<string> = new Set();

  constructor(index: BeadIndex, files: StagedFiles) {
    this.#index = index;
    this.#files = files;
  }

  get config() {
    return this.#index.config;
  }

  /** Notes that the shared branch gets a tombstone for a bead that stays on this machine. */
  bury(id: string): void {
    this.#buried.add(id);
  }

  /**
   * Makes ready for the next piece.
   * @param beads staged beads that it can ask for, with their clocks; @param ids all that it will ask for
   */
  load(beads: ReadonlyMap<string, Bead>, ids: readonly string[]): void {
    this.#loaded = beads;
    // One look at the index instead of a dozen for each id.
    this.#unknown = this.#index.unknown(ids);
  }

  stored(id: string): StoredBead | undefined {
    const version = this.#files.versionOf(id);
    if (version === undefined) return this.#unknown.has(id) ? undefined : this.#index.stored(id);
    const bead = this.#loaded.get(id);
    if (bead === undefined)
      throw new AppError("internal", `${id} was written by an earlier piece that this one does not name.`);
    return { bead, version };
  }

  bead(id: string): Bead | undefined {
    const stored = this.stored(id);
    return stored === undefined ? undefined : withoutClock(stored.bead);
  }

  version(id: string): string | undefined {
    const version = this.#files.versionOf(id);
    if (version !== undefined) return version;
    return this.#unknown.has(id) ? undefined : this.#index.version(id);
  }

  isTombstone(id: string): boolean {
    return this.#files.spaceOf(id) === undefined && !this.#unknown.has(id) && this.#index.isTombstone(id);
  }

  spaceOf(id: string): number | undefined {
    const space = this.#files.spaceOf(id);
    if (space !== undefined) return space;
    return this.#unknown.has(id) ? undefined : this.#index.spaceOf(id);
  }

  isHidden(id: string): boolean {
    return !this.#unknown.has(id) && this.#index.isHidden(id);
  }

  isBuried(id: string): boolean {
    if (this.#files.spaceOf(id) === 0) return false;
    return this.#buried.has(id) || this.#index.isBuried(id);
  }

  counts(filter: BeadFilter): Record<string, number> {
    return this.#index.counts(filter);
  }

  query(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[] {
    return this.#index.query(filter, now, skip);
  }

  ready(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[] {
    return this.#index.ready(filter, now, skip);
  }

  roughCount(): number {
    return this.#index.roughCount() + this.#files.beads;
  }

  highestChild(parent: string): number {
    return this.#index.highestChild(parent);
  }

  aliasTarget(id: string): string | undefined {
    return this.#unknown.has(id) ? undefined : this.#index.aliasTarget(id);
  }

  idsContaining(part: string): string[] {
    return this.#index.idsContaining(part);
  }

  node(id: string): BlockNode | undefined {
    return this.#index.node(id);
  }

  needs(id: string): readonly Need[] {
    return this.#index.needs(id);
  }

  neededBy(id: string): readonly string[] {
    return this.#index.neededBy(id);
  }

  waitersFor(spawner: string): readonly string[] {
    return this.#index.waitersFor(spawner);
  }

  children(id: string): readonly string[] {
    return this.#index.children(id);
  }

  isBlocked(id: string): boolean {
    return this.#index.isBlocked(id);
  }
}
