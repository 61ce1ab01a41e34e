/**
 * A unit of work on one store: the operations on beads, and what they will write. The rules are in `store/model`; this
 * class is longer than others because all operations share what was read, what is written and what is told.
 */
import type { BeadEvent, BeadFilter, BeadTx, Origin } from "../api.ts";
import type { BeadSource } from "../index/bead-source.ts";
import { Overlay, withoutClock } from "../index/overlay.ts";
import { normalizeBead } from "../model/bead-file.ts";
import { blockersOf } from "../model/blocked.ts";
import { sameJson, stampChanges } from "../model/clock.ts";
import { checkConfig, prefixesOf, type StoreConfig } from "../model/config.ts";
import { createBead, createEdge } from "../model/create-bead.ts";
import { AFFECTING_TYPES, checkEdge } from "../model/dependency-rules.ts";
import { patchBead, settle } from "../model/patch-bead.ts";
import { checkLimits, requireValid } from "../model/text-limits.ts";
import { makeTombstone } from "../model/tombstone.ts";
import { uuidV7 } from "../model/uuid.ts";
import type { Bead, BeadPatch, Comment, Dependency, NewBead, Stamp } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import { noIssueFound } from "../schema/ids.ts";
import { checkId, chooseId } from "./new-id.ts";

/** What a unit of work takes from its store. */
export interface TxContext {
  readonly base: BeadSource;
  readonly config: StoreConfig;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Nanoseconds within the millisecond, so that ids of one instant differ. */
  readonly nanos: () => bigint;
  readonly random: () => number;
  /** Stamp of everything that this unit of work changes. */
  readonly stamp: Stamp;
  /** The next free number of a child id, also against other units of work that are open. */
  readonly reserveChild: (parent: string, highest: number) => number;
}

/** See the file comment. Single use: `begin`, operations, `commit`. */
export class StoreTx implements BeadTx {
  readonly now: string;
  readonly origin: Origin;
  readonly events: BeadEvent[] = [];
  /** Versions of what was read by id or written, as they were then. */
  readonly reads = new Map<string, string | undefined>();
  readonly overlay: Overlay;
  readonly #context: TxContext;
  readonly #stamp: Stamp;
  #config: StoreConfig | undefined;
  #sealed = false;

  constructor(origin: Origin, context: TxContext) {
    this.origin = origin;
    this.#context = context;
    this.now = new Date(context.now).toISOString();
    this.overlay = new Overlay(context.base, () => this.config);
    this.#stamp = context.stamp;
  }

  get dirty(): boolean {
    return this.overlay.written.size > 0 || this.#config !== undefined;
  }

  /** Ends the unit of work: what it does from now on is refused. @throws {AppError} invalid_argument when it ended already */
  seal(): void {
    this.#refuseSealed();
    this.#sealed = true;
  }

  get(id: string): Bead | undefined {
    const bead = this.#read(id);
    return bead === undefined ? undefined : withoutClock(bead);
  }

  require(id: string): Bead {
    return withoutClock(this.#require(id));
  }

  query(filter: BeadFilter): Bead[] {
    return this.overlay.query(filter, this.#context.now);
  }

  ready(filter: BeadFilter = {}): Bead[] {
    return this.overlay.ready(filter, this.#context.now);
  }

  blockers(id: string): string[] {
    return blockersOf(this.overlay, id);
  }

  create(input: NewBead): Bead {
    const id = this.#newId(input);
    if (this.#versionNow(id) !== undefined && !this.overlay.isTombstone(id)) {
      throw new AppError("already_exists", `issue ${id} already exists`, {
        hint: "Choose another id, or update that bead.",
        data: { id },
      });
    }
    const bead = createBead(input, { id, config: this.config, actor: this.origin.actor, now: this.now });
    this.#put(undefined, bead);
    this.#tell({ id, type: "created", new: bead.title });
    const parent = input.parent;
    if (parent !== undefined) this.addDependency(id, parent, "parent-child");
    for (const edge of input.dependencies ?? []) {
      if (edge.depends_on_id === parent && edge.type === "parent-child") continue;
      this.addDependency(id, edge.depends_on_id, edge.type ?? "blocks", edge.metadata);
    }
    return this.require(id);
  }

  update(id: string, patch: BeadPatch): Bead {
    const before = this.#require(id);
    return this.#settled(before, patchBead(before, patch, this.#patchContext()));
  }

  close(id: string, reason?: string): Bead {
    const bead = this.#require(id);
    if (bead.status === "closed") return withoutClock(bead);
    return this.update(id, {
      status: "closed",
      closed_at: this.now,
      ...(reason === undefined ? {} : { close_reason: reason }),
    });
  }

  addDependency(given: string, dependsOn: string, type = "blocks", metadata?: string): Dependency {
    const before = this.#require(given);
    const { id } = before;
    const edges = before.dependencies ?? [];
    const existing = edges.find(edge => edge.depends_on_id === dependsOn);
    if (existing !== undefined && existing.type !== type) {
      throw new AppError(
        "invalid_argument",
        `dependency ${id} -> ${dependsOn} already exists with type "${existing.type}" (requested "${type}")`,
        { hint: "Remove it first to change its type." },
      );
    }
    if (existing !== undefined && (metadata === undefined || metadata === existing.metadata)) return existing;
    const view = { prefixes: prefixesOf(this.config), bead: (other: string) => this.overlay.bead(other) };
    checkEdge(view, before, { id, dependsOn, type });
    if (AFFECTING_TYPES.includes(type)) this.#noteRead(dependsOn);
    const edge =
      existing === undefined
        ? createEdge(id, dependsOn, type, { now: this.now, actor: this.origin.actor, metadata })
        : { ...existing, ...(metadata === undefined ? {} : { metadata }) };
    const kept = edges.filter(
      other =>
        other.depends_on_id !== dependsOn && !(type === "parent-child" && other.type === "parent-child"),
    );
    this.#settled(
      before,
      settle(before, normalizeBead({ ...before, dependencies: [...kept, edge] }), this.#patchContext()),
      {
        id,
        type: "dependency_added",
        field: type,
        new: dependsOn,
      },
    );
    return edge;
  }

  removeDependency(given: string, dependsOn: string): boolean {
    const before = this.#require(given);
    const { id } = before;
    const edges = before.dependencies ?? [];
    const gone = edges.find(edge => edge.depends_on_id === dependsOn);
    if (gone === undefined) return false;
    const after = normalizeBead({ ...before, dependencies: edges.filter(edge => edge !== gone) });
    this.#settled(before, settle(before, after, this.#patchContext()), {
      id,
      type: "dependency_removed",
      field: gone.type,
      old: dependsOn,
    });
    return true;
  }

  addLabel(id: string, label: string): void {
    const name = label.trim();
    if (name === "") throw new AppError("invalid_argument", "label is empty", { hint: "Give a label." });
    const labels = this.#require(id).labels ?? [];
    if (!labels.includes(name)) this.update(id, { labels: [...labels, name] });
  }

  removeLabel(id: string, label: string): void {
    const labels = this.#require(id).labels ?? [];
    if (labels.includes(label)) this.update(id, { labels: labels.filter(other => other !== label) });
  }

  comment(given: string, text: string, author?: string): Comment {
    const before = this.#require(given);
    const { id } = before;
    if (text.trim() === "")
      throw new AppError("invalid_argument", "comment is empty", { hint: "Give a text." });
    const comment: Comment = {
      id: uuidV7(this.#context.now, this.#context.random),
      issue_id: id,
      author: author ?? this.origin.actor,
      text,
      created_at: this.now,
    };
    const after = normalizeBead({ ...before, comments: [...(before.comments ?? []), comment] });
    this.#settled(before, settle(before, after, this.#patchContext()), { id, type: "commented", new: text });
    return comment;
  }

  delete(id: string, reason?: string): void {
    this.#refuseSealed();
    const before = this.#require(id);
    const tombstone = makeTombstone(before, {
      by: this.origin.actor,
      at: this.now,
      reason,
      stamp: this.#stamp,
    });
    this.overlay.write(before.id, { bead: undefined, tombstone, version: "" });
    this.#tell({
      id: before.id,
      type: "deleted",
      old: before.title,
      ...(reason === undefined ? {} : { new: reason }),
    });
  }

  /**
   * Writes a bead as it is given, with its times: for import, restore and undo. Only its stamps are the store's.
   * @throws {AppError} invalid_argument, too_large
   */
  put(bead: Bead, type: "imported" | "restored"): Bead {
    const { _clock, ...plain } = bead;
    const id = this.#explicitId(bead.id);
    this.#noteRead(id);
    const before = this.overlay.stored(id)?.bead;
    const after = normalizeBead(plain);
    checkLimits(after);
    requireValid(after);
    if (before !== undefined && sameJson(withoutClock(before), after)) return after;
    this.#put(before, before === undefined ? after : { ...after, _clock: before._clock });
    this.#tell({ id, type, new: after.title });
    return after;
  }

  /** Settings of the store as this unit of work leaves them. */
  get config(): StoreConfig {
    return this.#config ?? this.#context.config;
  }

  /** Settings that it started from. */
  get oldConfig(): StoreConfig {
    return this.#context.config;
  }

  /** Settings that this unit of work sets; undefined when it leaves them alone. */
  get newConfig(): StoreConfig | undefined {
    return this.#config;
  }

  /** Changes settings of the store; `undefined` members of the result are dropped. @throws {AppError} invalid_argument */
  configure(change: (config: StoreConfig) => StoreConfig): void {
    this.#config = checkConfig(change(this.config));
  }

  #patchContext(): { readonly config: StoreConfig; readonly actor: string; readonly now: string } {
    return { config: this.config, actor: this.origin.actor, now: this.now };
  }

  /** Writes the result of a change; `instead` replaces the generic events by one of its own. */
  #settled(
    before: Bead,
    patched: { readonly bead: Bead; readonly events: readonly BeadEvent[] },
    instead?: Omit<BeadEvent, "actor" | "at">,
  ): Bead {
    if (patched.bead === before) return withoutClock(before);
    this.#put(before, patched.bead);
    if (instead === undefined) this.events.push(...patched.events);
    else this.#tell(instead);
    return withoutClock(patched.bead);
  }

  #refuseSealed(): void {
    if (!this.#sealed) return;
    throw new AppError("invalid_argument", "The unit of work has ended.", {
      hint: "Begin a new one; each is committed once.",
    });
  }

  #put(before: Bead | undefined, after: Bead): void {
    this.#refuseSealed();
    const base = before === undefined ? undefined : this.#context.base.stored(after.id)?.bead;
    const clock =
      base === undefined && before !== undefined
        ? (before._clock ?? { created_at: this.#stamp })
        : stampChanges(base, after, this.#stamp);
    this.overlay.write(after.id, { bead: { ...after, _clock: { ...clock } }, version: "" });
  }

  #newId(input: NewBead): string {
    if (input.id !== undefined) return this.#explicitId(input.id);
    const parent = input.parent === undefined ? undefined : this.#require(input.parent).id;
    return chooseId(input, {
      source: this.overlay,
      config: this.config,
      parent,
      creator: input.created_by ?? this.origin.actor,
      unixNano: BigInt(Math.floor(this.#context.now)) * 1_000_000n + this.#context.nanos(),
      reserveChild: this.#context.reserveChild,
    });
  }

  #explicitId(id: string): string {
    return checkId(id, this.config, this.origin.force === true);
  }

  #read(id: string): Bead | undefined {
    this.#noteRead(id);
    return this.overlay.stored(id)?.bead ?? this.#readAlias(id);
  }

  #readAlias(id: string): Bead | undefined {
    const target = this.overlay.aliasTarget(id);
    if (target === undefined) return undefined;
    this.#noteRead(target);
    return this.overlay.stored(target)?.bead;
  }

  #require(id: string): Bead {
    const bead = this.#read(id);
    if (bead === undefined) throw noIssueFound(id);
    return bead;
  }

  #versionNow(id: string): string | undefined {
    this.#noteRead(id);
    return this.overlay.version(id);
  }

  #noteRead(id: string): void {
    if (this.reads.has(id) || this.overlay.written.has(id)) return;
    this.reads.set(id, this.#context.base.version(id));
  }

  #tell(event: Omit<BeadEvent, "actor" | "at">): void {
    this.events.push({ ...event, actor: this.origin.actor, at: this.now });
  }
}
