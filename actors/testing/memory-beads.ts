/**
 * A bead store in memory for tests and the simulator: the rules of the real one, without git. What was committed
 * survives the restart of a simulated host, since that keeps the store.
 */
import type {
  BeadEvent,
  BeadFilter,
  BeadStore,
  BeadTx,
  Committed,
  Origin,
  StoreChange,
} from "../../store/api.ts";
import type { BeadSource } from "../../store/index/bead-source.ts";
import { Overlay } from "../../store/index/overlay.ts";
import { blockersOf } from "../../store/model/blocked.ts";
import { newConfig, type StoreConfig } from "../../store/model/config.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { AppError, hasCode } from "../../store/schema/errors.ts";
import { hasPrefix, resolveId } from "../../store/schema/ids.ts";
import { StoreTx } from "../../store/work/bead-tx.ts";

export interface MemoryBeadsOptions {
  readonly prefix: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
}

/** One commit, for tests that look at what belongs together. */
export interface MemoryCommit {
  readonly id: string;
  readonly origin: Origin;
  readonly events: readonly BeadEvent[];
}

export class MemoryBeads implements BeadStore {
  /** Every commit, oldest first. */
  readonly commits: MemoryCommit[] = [];
  /** Called before a commit is applied; what it throws is the commit's failure, and nothing is committed. */
  beforeCommit: ((tx: StoreTx) => void) | undefined;
  /** Called when a commit is there, before whoever made it hears of it; what it throws is what he hears. */
  afterCommit: (() => void) | undefined;
  readonly #options: MemoryBeadsOptions;
  readonly #config: StoreConfig;
  readonly #state: Overlay;
  readonly #listeners = new Set<(change: StoreChange) => void>();
  #nanos = 0;
  #version = 0;

  constructor(options: MemoryBeadsOptions) {
    this.#options = options;
    this.#config = newConfig(options.prefix);
    this.#state = new Overlay(NOTHING, () => this.#config);
  }

  get prefixes(): readonly string[] {
    return [this.#config.prefix];
  }

  /** All beads, as they are. */
  all(): Bead[] {
    return this.#state.query({}, this.#options.now());
  }

  async get(id: string): Promise<Bead | undefined> {
    return this.peek(id);
  }

  /** A bead as committed, at once. */
  peek(id: string): Bead | undefined {
    return this.#state.bead(id);
  }

  async query(filter: BeadFilter): Promise<Bead[]> {
    return this.#mine(filter) ? this.#state.query(filter, this.#options.now()) : [];
  }

  async ready(filter: BeadFilter = {}): Promise<Bead[]> {
    return this.#mine(filter) ? this.#state.ready(filter, this.#options.now()) : [];
  }

  async blocked(
    filter: BeadFilter = {},
  ): Promise<{ readonly bead: Bead; readonly blockedBy: readonly string[] }[]> {
    const open = await this.query({ category: ["active"], ...filter });
    return open
      .filter(({ id }) => this.#state.isBlocked(id))
      .map(bead => ({ bead, blockedBy: blockersOf(this.#state, bead.id) }));
  }

  async counts(filter: BeadFilter = {}): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { status } of await this.query(filter)) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  async dependents(id: string): Promise<{ readonly bead: Bead; readonly type: string }[]> {
    return this.#state.query({ dependsOn: id }, this.#options.now()).map(bead => ({
      bead,
      type: bead.dependencies?.find(edge => edge.depends_on_id === id)?.type ?? "related",
    }));
  }

  async resolve(partial: string): Promise<string> {
    const exists = (id: string) => this.#state.bead(id) !== undefined;
    return resolveId(
      { prefixes: this.prefixes, exists, containing: part => this.#state.idsContaining(part) },
      partial,
    );
  }

  async begin(origin: Origin): Promise<StoreTx> {
    const now = this.#options.now();
    return new StoreTx(origin, {
      base: this.#base(),
      config: this.#config,
      now,
      nanos: () => BigInt(this.#nanos++),
      random: this.#options.random,
      stamp: [now, this.#version, origin.actor],
      reserveChild: (_parent, highest) => highest + 1,
    });
  }

  async commit(tx: BeadTx): Promise<Committed> {
    if (!(tx instanceof StoreTx)) throw new AppError("invalid_argument", "A unit of work of another store.");
    tx.seal();
    if (!tx.dirty) return { commits: {}, events: [] };
    this.beforeCommit?.(tx);
    const base = this.#base();
    for (const [id, version] of tx.reads) {
      if (base.version(id) === version) continue;
      throw new AppError("conflict", `${id} was changed meanwhile.`, { retryable: true });
    }
    for (const [id, written] of tx.overlay.written) {
      this.#version += 1;
      this.#state.write(id, { ...written, version: String(this.#version) });
    }
    const id = String(this.#version).padStart(40, "0");
    this.commits.push({ id, origin: tx.origin, events: tx.events });
    const change: StoreChange = {
      prefix: this.#config.prefix,
      commit: id,
      events: tx.events,
      ids: [...tx.overlay.written.keys()],
    };
    for (const listener of this.#listeners) listener(change);
    this.afterCommit?.();
    return { commits: { [this.#config.prefix]: id }, events: tx.events };
  }

  async transact<T>(origin: Origin, body: (tx: BeadTx) => T): Promise<{ readonly value: T } & Committed> {
    for (let attempt = 1; ; attempt++) {
      const tx = await this.begin(origin);
      const value = body(tx);
      try {
        return { value, ...(await this.commit(tx)) };
      } catch (error) {
        if (!hasCode(error, "conflict") || attempt >= 5) throw error;
      }
    }
  }

  watch(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async events(filter: { readonly id?: string; readonly limit?: number } = {}): Promise<BeadEvent[]> {
    const all = this.commits.flatMap(commit => commit.events).reverse();
    const found = filter.id === undefined ? all : all.filter(event => event.id === filter.id);
    return found.slice(0, filter.limit);
  }

  async refresh(): Promise<void> {
    return;
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #mine(filter: BeadFilter): boolean {
    return filter.prefix === undefined || hasPrefix(`${filter.prefix}-x`, this.#config.prefix);
  }

  /** The committed state; never written by a unit of work, which has an overlay of its own. */
  #base(): BeadSource {
    return this.#state;
  }
}

/** A store without beads. */
const NOTHING: BeadSource = {
  stored: () => undefined,
  bead: () => undefined,
  version: () => undefined,
  isTombstone: () => false,
  query: () => [],
  ready: () => [],
  roughCount: () => 0,
  highestChild: () => 0,
  aliasTarget: () => undefined,
  idsContaining: () => [],
  node: () => undefined,
  needs: () => [],
  neededBy: () => [],
  waitersFor: () => [],
  children: () => [],
  isBlocked: () => false,
};
