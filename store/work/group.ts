/** Units of work that go into one commit: their joint state, and the files, index entries and message that they make. */
import type { BeadEvent, BeadFilter } from "../api.ts";
import type { NewContent } from "../branch/branch.ts";
import { utf8 } from "../branch/bytes.ts";
import { beadPath, CONFIG_PATH } from "../branch/layout.ts";
import { objectId } from "../branch/objects.ts";
import type { GitCodec } from "../branch/ports.ts";
import type { IndexChange } from "../index/apply.ts";
import type { BeadSource } from "../index/bead-source.ts";
import { Overlay, type Written } from "../index/overlay.ts";
import { MAX_BEAD_FILE_BYTES, serializeBead, serializeTombstone } from "../model/bead-file.ts";
import { sameJson, stampOf } from "../model/clock.ts";
import { type StoreConfig, serializeConfig } from "../model/config.ts";
import { makeTombstone } from "../model/tombstone.ts";
import { AppError } from "../schema/errors.ts";
import type { StoreTx } from "./bead-tx.ts";

/** Fewer deletions in one unit of work than this are never taken for an accident. */
const MASS_DELETE_MIN = 10;
/** A unit of work that deletes a larger share of the beads needs `force`. */
const MASS_DELETE_SHARE = 0.2;

/** Of the branch that stays on this machine. */
const LOCAL_SPACE = 1;
/** Reason in the tombstone of a bead that became ephemeral. */
const LEFT = "Made ephemeral: it goes on where that was done, unshared";

/** What goes to one branch. */
export interface SpaceChanges {
  readonly files: Map<string, NewContent>;
  readonly entries: Map<string, IndexChange>;
}

/** The state that a group's changes are made to. */
export interface GroupBase extends BeadSource {
  readonly config: StoreConfig;
  spaceOf(id: string): number | undefined;
  counts(filter: BeadFilter): Record<string, number>;
  isHidden(id: string): boolean;
  isBuried(id: string): boolean;
}

/** See the file comment. */
export class Group {
  readonly overlay: Overlay;
  /** For the shared branch, then the local one when there is one. */
  readonly spaces: readonly SpaceChanges[];
  readonly events: BeadEvent[] = [];
  readonly subjects: string[] = [];
  readonly actors: string[] = [];
  config: StoreConfig;
  force = false;
  /** Units of work that change something. */
  units = 0;
  /** True when a bead goes from the shared branch to the local one. */
  leavesShared = false;
  readonly #index: GroupBase;
  readonly #codec: GitCodec;

  /** @param spaces branches that beads lie on; @param config settings, where they are not those of the index any more */
  constructor(index: GroupBase, codec: GitCodec, spaces: number, config = index.config) {
    this.#index = index;
    this.#codec = codec;
    this.config = config;
    this.overlay = new Overlay(index, () => this.config);
    this.spaces = Array.from({ length: spaces }, () => ({ files: new Map(), entries: new Map() }));
  }

  /** True when there is nothing to commit. */
  get empty(): boolean {
    return this.spaces.every(space => space.files.size === 0);
  }

  /**
   * Takes a unit of work in. Nothing is taken when it throws.
   * @returns false when it changes nothing
   * @throws {AppError} conflict, precondition_failed (deletes a large share of the beads without `force`)
   */
  add(tx: StoreTx): boolean {
    this.#checkReads(tx);
    this.#checkDeletions(tx);
    const contents = [...tx.overlay.written].map(([id, state]) => ({
      id,
      state,
      content: contentOf(id, state),
    }));
    let changed = false;
    for (const { id, state, content } of contents) changed = this.#write(id, state, content, tx) || changed;
    if (tx.newConfig !== undefined && !sameJson(tx.newConfig, this.config)) {
      this.config = tx.newConfig;
      this.#main().files.set(CONFIG_PATH, utf8(serializeConfig(tx.newConfig)));
      changed = true;
    }
    if (!changed) return false;
    this.units++;
    this.events.push(...tx.events);
    if (tx.origin.subject !== undefined) this.subjects.push(tx.origin.subject);
    if (!this.actors.includes(tx.origin.actor)) this.actors.push(tx.origin.actor);
    this.force ||= tx.origin.force === true;
    return true;
  }

  #write(id: string, state: Written, content: Uint8Array, tx: StoreTx): boolean {
    const oid = objectId(this.#codec, "blob", content);
    if (oid === this.overlay.version(id)) return false;
    const before = this.#spaceOf(id);
    const target = this.#targetSpace(state, before);
    const path = beadPath(id);
    if (before === 0 && target > 0) this.#bury(path, state, tx);
    else if (target === 0 && this.#isLocal(before, id)) this.#remove(LOCAL_SPACE, path);
    const space = this.spaces[target] ?? this.#main();
    if (state.bead === undefined && target > 0) {
      this.#remove(target, path);
    } else {
      space.files.set(path, content);
      space.entries.set(path, entryOf(state, oid));
    }
    this.overlay.write(id, { ...state, version: oid });
    return true;
  }

  /** Others have the bead: on the shared branch, one that stays on this machine from now on leaves a tombstone. */
  #bury(path: string, state: Written, tx: StoreTx): void {
    if (state.bead === undefined || this.#isBuried(state.bead.id)) return;
    const stamp = stampOf(state.bead._clock, "ephemeral");
    const tombstone = makeTombstone(state.bead, { by: tx.origin.actor, at: tx.now, reason: LEFT, stamp });
    const content = utf8(serializeTombstone(tombstone));
    const oid = objectId(this.#codec, "blob", content);
    this.#main().files.set(path, content);
    this.#main().entries.set(path, { kind: "tombstone", tombstone, oid });
    this.leavesShared = true;
  }

  #isBuried(id: string): boolean {
    const pending = this.#main().entries.get(beadPath(id));
    return pending === undefined ? this.#index.isBuried(id) : pending.kind === "tombstone";
  }

  /** True when the local branch has, or will have, this bead. */
  #isLocal(space: number | undefined, id: string): boolean {
    if (this.spaces.length === 1) return false;
    const pending = this.spaces[LOCAL_SPACE]?.files.get(beadPath(id));
    return pending === undefined ? space === LOCAL_SPACE || this.#index.isHidden(id) : pending !== null;
  }

  #remove(space: number, path: string): void {
    const changes = this.spaces[space];
    changes?.files.set(path, null);
    changes?.entries.set(path, { kind: "gone", path });
  }

  #spaceOf(id: string): number | undefined {
    const path = beadPath(id);
    const entries = this.spaces.map(space => space.entries.get(path)?.kind);
    const alive = entries.indexOf("bead");
    if (alive >= 0) return alive;
    const buried = entries.indexOf("tombstone");
    return buried >= 0 ? buried : this.#index.spaceOf(id);
  }

  #targetSpace(state: Written, before: number | undefined): number {
    if (this.spaces.length === 1) return 0;
    if (state.bead === undefined) return before ?? 0;
    return state.bead.ephemeral === true ? 1 : 0;
  }

  #main(): SpaceChanges {
    const [main] = this.spaces;
    if (main === undefined) throw new AppError("internal", "A commit group has no branch.");
    return main;
  }

  #checkReads(tx: StoreTx): void {
    if (tx.newConfig !== undefined && !sameJson(tx.oldConfig, this.config)) {
      throw new AppError("conflict", "The settings of the store were changed by someone else meanwhile.", {
        hint: "Read them again and repeat the change.",
        retryable: true,
      });
    }
    for (const [id, version] of tx.reads) {
      if (this.overlay.version(id) === version) continue;
      throw new AppError("conflict", `${id} was changed by someone else meanwhile.`, {
        hint: "Read it again and repeat the change.",
        data: { id },
        retryable: true,
      });
    }
  }

  #checkDeletions(tx: StoreTx): void {
    if (tx.origin.force === true) return;
    let deleted = 0;
    for (const state of tx.overlay.written.values()) if (state.bead === undefined) deleted++;
    if (deleted < MASS_DELETE_MIN) return;
    const counts = this.#index.counts({});
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (deleted <= total * MASS_DELETE_SHARE) return;
    throw new AppError("precondition_failed", `This would delete ${deleted} of ${total} beads.`, {
      hint: "Repeat with force if that is what you want.",
      data: { deleted, total },
    });
  }
}

/** The order of the branches' commits: a bead that moves must be on its new branch before it leaves the old one. */
export function commitOrder({ leavesShared }: { readonly leavesShared: boolean }): readonly number[] {
  return leavesShared ? [1, 0] : [0, 1];
}

/** The file of a state. @throws {AppError} too_large */
function contentOf(id: string, state: Written): Uint8Array {
  const content = utf8(textOf(state));
  if (content.length <= MAX_BEAD_FILE_BYTES) return content;
  throw new AppError("too_large", `${id} would be larger than ${MAX_BEAD_FILE_BYTES} bytes.`, {
    hint: "Put long texts into files of the repository and name them in the bead.",
    data: { id, bytes: content.length },
  });
}

function textOf(state: Written): string {
  if (state.bead !== undefined) return serializeBead(state.bead);
  if (state.tombstone !== undefined) return serializeTombstone(state.tombstone);
  throw new AppError("internal", "A written state is neither bead nor tombstone.");
}

function entryOf(state: Written, oid: string): IndexChange {
  if (state.bead !== undefined) return { kind: "bead", bead: state.bead, oid };
  if (state.tombstone !== undefined) return { kind: "tombstone", tombstone: state.tombstone, oid };
  throw new AppError("internal", "A written state is neither bead nor tombstone.");
}
