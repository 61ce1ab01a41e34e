/** What units of work read: the index itself, or the index under changes that are not committed yet. */
import type { BeadFilter } from "../api.ts";
import type { BlockGraph } from "../model/blocked.ts";
import type { Bead } from "../schema/bead.ts";

/** A bead as stored. */
export interface StoredBead {
  /** With its `_clock`. */
  readonly bead: Bead;
  /** Id of its file's content, by which a change since is noticed. */
  readonly version: string;
}

/** Synchronous reads over one consistent state of the store. Beads come without `_clock` unless said. */
export interface BeadSource extends BlockGraph {
  /** With its clock and version. */
  stored(id: string): StoredBead | undefined;
  bead(id: string): Bead | undefined;
  /** Version of whatever has the id, also of a tombstone or of a file that can not be read; undefined when there is nothing. */
  version(id: string): string | undefined;
  /** True when a bead with this id was deleted, and none has it now. */
  isTombstone(id: string): boolean;
  /** @param now epoch milliseconds; @param skip ids to leave out */
  query(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[];
  /** As `query`, but only ready beads. */
  ready(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[];
  /** About how many beads there are, never fewer. */
  roughCount(): number;
  /** Highest `N` of the ids `parent.N`, deleted ones too; 0 when there is none. */
  highestChild(parent: string): number;
  /** The bead that once had this id, under its id of now. */
  aliasTarget(id: string): string | undefined;
  /** Ids whose part behind the prefix contains the text. */
  idsContaining(part: string): string[];
}
