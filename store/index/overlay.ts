/** The state of a store under changes that are not committed: what a unit of work, and those queued behind it, see. */
import type { BeadFilter } from "../api.ts";
import type { Tombstone } from "../model/bead-file.ts";
import { type BlockNode, type Need, recomputeBlocked, seedsOf, spawnerOf } from "../model/blocked.ts";
import { isDone, isSatisfying, type StoreConfig } from "../model/config.ts";
import { parentOf } from "../model/dependency-rules.ts";
import { compareBeads, matchesFilter, NOT_WORK_TYPES, time } from "../model/filter.ts";
import type { Bead } from "../schema/bead.ts";
import { childNumber } from "../schema/ids.ts";
import type { BeadSource, StoredBead } from "./bead-source.ts";

/** A bead or a tombstone that is not committed yet. */
export interface Written {
  /** With its `_clock`; undefined for a tombstone. */
  readonly bead: Bead | undefined;
  readonly tombstone?: Tombstone;
  /** Id of the file's content; an empty text while it may still change. */
  readonly version: string;
}

/** See the file comment. */
export class Overlay implements BeadSource {
  readonly #base: BeadSource;
  readonly #config: () => StoreConfig;
  readonly #written = new Map<string, Written>();
  #reverse: Reverse | undefined;
  #blocked: ReadonlyMap<string, boolean> | undefined;

  constructor(base: BeadSource, config: () => StoreConfig) {
    this.#base = base;
    this.#config = config;
  }

  /** What was written, in order of the first write. */
  get written(): ReadonlyMap<string, Written> {
    return this.#written;
  }

  /** Sets the state of one id. */
  write(id: string, state: Written): void {
    const links = this.#reverse;
    const kept = links !== undefined && this.#waitsAsBefore(id, state.bead);
    const known = this.#written.has(id);
    this.#written.set(id, state);
    if (!kept) {
      this.#reverse = undefined;
      this.#blocked = undefined;
    } else if (!known) addLinks(links, id, state.bead);
  }

  stored(id: string): StoredBead | undefined {
    const own = this.#written.get(id);
    if (own === undefined) return this.#base.stored(id);
    return own.bead === undefined ? undefined : { bead: own.bead, version: own.version };
  }

  bead(id: string): Bead | undefined {
    const own = this.#written.get(id);
    if (own === undefined) return this.#base.bead(id);
    return own.bead === undefined ? undefined : withoutClock(own.bead);
  }

  version(id: string): string | undefined {
    return this.#written.has(id) ? this.#written.get(id)?.version : this.#base.version(id);
  }

  isTombstone(id: string): boolean {
    return this.#written.has(id) ? this.#written.get(id)?.bead === undefined : this.#base.isTombstone(id);
  }

  query(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[] {
    return this.#select(
      filter,
      now,
      skip,
      (rest, hidden) => this.#base.query(rest, now, hidden),
      this.#written.keys(),
    );
  }

  ready(filter: BeadFilter, now: number, skip?: ReadonlySet<string>): Bead[] {
    const status = filter.status ?? ["open"];
    const changed = new Set([...this.#written.keys(), ...this.#blockedChanges().keys()]);
    // A deferral that changed here counts for the children, too.
    for (const id of this.#written.keys()) for (const child of this.children(id)) changed.add(child);
    const candidates = [...changed].filter(id => this.#isReady(id, filter, now));
    return this.#select(
      { ...filter, status },
      now,
      skip,
      (rest, hidden) => this.#base.ready(rest, now, new Set([...hidden, ...changed])),
      candidates,
    );
  }

  roughCount(): number {
    return this.#base.roughCount() + this.#written.size;
  }

  highestChild(parent: string): number {
    let highest = this.#base.highestChild(parent);
    for (const id of this.#written.keys()) {
      if (!id.startsWith(`${parent}.`) || id.slice(parent.length).lastIndexOf(".") !== 0) continue;
      highest = Math.max(highest, childNumber(id) ?? 0);
    }
    return highest;
  }

  aliasTarget(id: string): string | undefined {
    return this.#base.aliasTarget(id);
  }

  idsContaining(part: string): string[] {
    const ids = this.#base
      .idsContaining(part)
      .filter(id => this.#written.get(id)?.bead !== undefined || !this.#written.has(id));
    for (const [id, state] of this.#written) {
      if (state.bead !== undefined && id.slice(id.indexOf("-") + 1).includes(part)) ids.push(id);
    }
    return [...new Set(ids)];
  }

  node(id: string): BlockNode | undefined {
    const own = this.#written.get(id);
    if (own === undefined) return this.#base.node(id);
    if (own.bead === undefined) return undefined;
    return nodeOf(this.#config(), own.bead);
  }

  needs(id: string): readonly Need[] {
    const own = this.#written.get(id);
    return own === undefined ? this.#base.needs(id) : needsOf(own.bead);
  }

  neededBy(id: string): string[] {
    return this.#merged(this.#base.neededBy(id), this.#links().neededBy.get(id));
  }

  waitersFor(spawner: string): string[] {
    return this.#merged(this.#base.waitersFor(spawner), this.#links().waiters.get(spawner));
  }

  children(id: string): string[] {
    return this.#merged(this.#base.children(id), this.#links().children.get(id));
  }

  isBlocked(id: string): boolean {
    return this.#blockedChanges().get(id) ?? this.#base.isBlocked(id);
  }

  /** True when what the bead waits for, and what waits for it, is not touched by writing it so: nobody is blocked otherwise. */
  #waitsAsBefore(id: string, bead: Bead | undefined): boolean {
    const before = this.node(id);
    if (bead === undefined || before === undefined) return false;
    const after = nodeOf(this.#config(), bead);
    return (
      before.satisfied === after.satisfied &&
      before.done === after.done &&
      before.parent === after.parent &&
      needsText(this.needs(id)) === needsText(needsOf(bead))
    );
  }

  #merged(base: readonly string[], own: readonly string[] | undefined): string[] {
    return [...base.filter(id => !this.#written.has(id)), ...(own ?? [])];
  }

  #isReady(id: string, filter: BeadFilter, now: number): boolean {
    const bead = this.bead(id);
    if (bead === undefined || this.isBlocked(id) || bead.pinned === true || bead.is_template === true)
      return false;
    if (filter.ephemeral === undefined && bead.ephemeral === true) return false;
    if (filter.type === undefined && NOT_WORK_TYPES.includes(bead.issue_type)) return false;
    const parent = parentOf(bead);
    return !isDeferred(bead, now) && !(parent !== undefined && isDeferred(this.bead(parent), now));
  }

  #select(
    filter: BeadFilter,
    now: number,
    skip: ReadonlySet<string> | undefined,
    base: (filter: BeadFilter, hidden: ReadonlySet<string>) => Bead[],
    candidates: Iterable<string>,
  ): Bead[] {
    const offset = filter.offset ?? 0;
    const { offset: _offset, limit, ...rest } = filter;
    const open = limit === undefined ? rest : { ...rest, limit: offset + limit };
    const hidden = new Set([...(skip ?? []), ...this.#written.keys()]);
    const found = base(open, hidden);
    for (const id of candidates) {
      const bead = this.bead(id);
      if (bead === undefined || skip?.has(id)) continue;
      if (matchesFilter(this.#config(), bead, filter, child => this.#ancestors(child))) found.push(bead);
    }
    found.sort(compareBeads(filter.sort, now));
    return found.slice(offset, limit === undefined ? undefined : offset + limit);
  }

  #ancestors(id: string): string[] {
    const found: string[] = [];
    for (
      let at = this.node(id)?.parent;
      at !== undefined && !found.includes(at);
      at = this.node(at)?.parent
    ) {
      found.push(at);
    }
    return found;
  }

  #links(): Reverse {
    if (this.#reverse !== undefined) return this.#reverse;
    const reverse: Reverse = { neededBy: new Map(), waiters: new Map(), children: new Map() };
    for (const [id, { bead }] of this.#written) addLinks(reverse, id, bead);
    this.#reverse = reverse;
    return reverse;
  }

  #blockedChanges(): ReadonlyMap<string, boolean> {
    if (this.#blocked !== undefined) return this.#blocked;
    // While it is computed, the base's state is the one to start from.
    this.#blocked = new Map();
    const seeds = new Set<string>();
    for (const [id, { bead }] of this.#written) {
      const parents = [this.#base.node(id)?.parent, bead === undefined ? undefined : parentOf(bead)];
      for (const seed of seedsOf(this, id, parents)) seeds.add(seed);
      for (const seed of seedsOf(this.#base, id, [])) seeds.add(seed);
    }
    this.#blocked = recomputeBlocked(this, seeds);
    return this.#blocked;
  }
}

/** A copy without the stamps. */
export function withoutClock(bead: Bead): Bead {
  const { _clock, ...plain } = bead;
  return plain;
}

interface Reverse {
  readonly neededBy: Map<string, string[]>;
  readonly waiters: Map<string, string[]>;
  readonly children: Map<string, string[]>;
}

function addLinks(reverse: Reverse, id: string, bead: Bead | undefined): void {
  for (const need of needsOf(bead)) {
    if (need.type === "waits-for") add(reverse.waiters, spawnerOf(need), id);
    else add(reverse.neededBy, need.target, id);
  }
  const parent = bead === undefined ? undefined : parentOf(bead);
  if (parent !== undefined) add(reverse.children, parent, id);
}

function nodeOf(config: StoreConfig, bead: Bead): BlockNode {
  return {
    satisfied: isSatisfying(config, bead.status),
    done: isDone(config, bead.status),
    parent: parentOf(bead),
  };
}

/** The same text for the same needs, in whatever order. */
function needsText(needs: readonly Need[]): string {
  return needs
    .map(({ target, type, metadata }) => JSON.stringify([target, type, metadata ?? null]))
    .sort()
    .join();
}

function add(map: Map<string, string[]>, key: string, id: string): void {
  const ids = map.get(key);
  if (ids === undefined) map.set(key, [id]);
  else ids.push(id);
}

function needsOf(bead: Bead | undefined): Need[] {
  return (bead?.dependencies ?? [])
    .filter(edge => ["blocks", "conditional-blocks", "waits-for"].includes(edge.type))
    .map(edge => ({ target: edge.depends_on_id, type: edge.type, metadata: edge.metadata }));
}

function isDeferred(bead: Bead | undefined, now: number): boolean {
  return bead?.defer_until !== undefined && time(bead.defer_until) > now;
}
