/**
 * Several stores behind the interface of one: a town's own and one per rig. Ids are routed by their prefix.
 *
 * A unit of work may touch several stores. It is committed to the rigs first and to the town's store (the first one) last,
 * since the town's beads record what became of the rigs' beads: whoever reads the town's store sees facts that are there.
 * Each store's part is atomic; a crash or a conflict between two of them leaves the earlier ones committed, and the error
 * names them in `data.committed`. Versions are compared in all stores before the first is written, so that takes a crash or
 * a race of milliseconds. What runs on a ledger must therefore be level-triggered: it looks at the state and does what is left.
 */
import type {
  BeadEvent,
  BeadFilter,
  BeadPast,
  BeadStore,
  BeadTx,
  Committed,
  Origin,
  StoreChange,
} from "./api.ts";
import { AFFECTING_TYPES, parentOf } from "./model/dependency-rules.ts";
import { compareBeads } from "./model/filter.ts";
import type { Bead } from "./schema/bead.ts";
import { AppError, hasCode } from "./schema/errors.ts";
import { hasPrefix } from "./schema/ids.ts";
import { LedgerTx } from "./work/ledger-tx.ts";

const CONFLICT_ATTEMPTS = 5;

/** A store that can say beforehand whether a unit of work would be refused. */
export interface CheckingStore extends BeadStore {
  /** @throws {AppError} as `commit` would, having done nothing */
  check?(tx: BeadTx): Promise<void>;
}

/** See the file comment. */
export class Ledger implements BeadStore {
  readonly #stores: CheckingStore[];
  readonly #listeners = new Map<(change: StoreChange) => void, (() => void)[]>();

  /** @param main the town's store: it takes new beads that name no other prefix */
  constructor(main: CheckingStore, ...others: readonly CheckingStore[]) {
    this.#stores = [main, ...others];
  }

  get prefixes(): readonly string[] {
    return this.#stores.flatMap(store => [...store.prefixes]);
  }

  /** Adds a store. @throws {AppError} already_exists when one of its prefixes is taken */
  add(store: CheckingStore): void {
    const taken = store.prefixes.find(prefix => this.prefixes.includes(prefix));
    if (taken !== undefined) {
      throw new AppError(
        "already_exists",
        `The prefix ${taken} belongs to another bead store of this town.`,
        {
          hint: "Give the rig another prefix.",
          data: { prefix: taken },
        },
      );
    }
    this.#stores.push(store);
    for (const [listener, stops] of this.#listeners) stops.push(store.watch(listener));
  }

  /** Takes a store out, without closing it. Its beads are no longer found. */
  remove(store: BeadStore): void {
    const at = this.#stores.indexOf(store);
    if (at <= 0) return;
    this.#stores.splice(at, 1);
    for (const stops of this.#listeners.values()) stops.splice(at, 1)[0]?.();
  }

  /** The store that an id belongs to: that of the longest fitting prefix. */
  storeOf(id: string): BeadStore | undefined {
    let best: { readonly store: BeadStore; readonly length: number } | undefined;
    for (const store of this.#stores) {
      for (const prefix of store.prefixes) {
        if (hasPrefix(id, prefix) && prefix.length > (best?.length ?? 0))
          best = { store, length: prefix.length };
      }
    }
    return best?.store;
  }

  async get(id: string): Promise<Bead | undefined> {
    return this.storeOf(id)?.get(id);
  }

  async query(filter: BeadFilter): Promise<Bead[]> {
    return this.#gather(filter, (store, part) => store.query(part));
  }

  /** As the stores have it; a bead that needs an open one of another store, itself or by a parent, is not ready. */
  async ready(filter: BeadFilter = {}): Promise<Bead[]> {
    const { limit, offset = 0, ...rest } = filter;
    const wanted = limit === undefined ? undefined : offset + limit;
    // Few beads wait for beads of other stores: a page as large as what is wanted is mostly enough.
    for (let size = wanted; ; size = size === undefined ? undefined : size * 4) {
      const page = await this.#gather(size === undefined ? rest : { ...rest, limit: size }, (store, part) =>
        store.ready(part),
      );
      const ready: Bead[] = [];
      for (const bead of page) if ((await this.#foreignBlockers(bead)).length === 0) ready.push(bead);
      if (size === undefined || wanted === undefined || ready.length >= wanted || page.length < size) {
        return ready.slice(offset, wanted);
      }
    }
  }

  async blocked(
    filter: BeadFilter = {},
  ): Promise<{ readonly bead: Bead; readonly blockedBy: readonly string[] }[]> {
    const parts = await Promise.all(this.#storesFor(filter).map(store => store.blocked(withoutPage(filter))));
    const known = new Map(parts.flat().map(each => [each.bead.id, each]));
    for (const bead of await this.#gather(withoutPage(filter), (store, part) => store.ready(part))) {
      const blockedBy = await this.#foreignBlockers(bead);
      if (blockedBy.length > 0) known.set(bead.id, { bead, blockedBy });
    }
    const order = compareBeads(filter.sort, Date.now());
    return page(
      [...known.values()].sort((a, b) => order(a.bead, b.bead)),
      filter,
    );
  }

  async counts(filter: BeadFilter = {}): Promise<Readonly<Record<string, number>>> {
    const sum: Record<string, number> = {};
    for (const counts of await Promise.all(this.#storesFor(filter).map(store => store.counts(filter)))) {
      for (const [status, count] of Object.entries(counts)) sum[status] = (sum[status] ?? 0) + count;
    }
    return sum;
  }

  async dependents(id: string): Promise<{ readonly bead: Bead; readonly type: string }[]> {
    return (await Promise.all(this.#stores.map(store => store.dependents(id)))).flat();
  }

  async resolve(partial: string): Promise<string> {
    const owner = this.storeOf(partial);
    if (owner !== undefined) return owner.resolve(partial);
    const found: string[] = [];
    let refusal: unknown;
    for (const store of this.#stores) {
      try {
        found.push(await store.resolve(partial));
      } catch (error) {
        if (!hasCode(error, "not_found", "ambiguous")) throw error;
        if (refusal === undefined || error.code === "ambiguous") refusal = error;
      }
    }
    const [only] = found;
    if (only === undefined || (hasCode(refusal, "ambiguous") && found.length === 0)) throw refusal;
    if (found.length === 1) return only;
    throw new AppError(
      "ambiguous",
      `ambiguous ID "${partial}" matches ${found.length} issues: [${found.join(" ")}]`,
      {
        hint: "Give the id with its prefix.",
        data: { matches: found },
      },
    );
  }

  async begin(origin: Origin): Promise<BeadTx> {
    const parts = await Promise.all(
      this.#stores.map(async store => ({ store, tx: await store.begin(origin), prefixes: store.prefixes })),
    );
    return new LedgerTx(origin, parts);
  }

  async commit(tx: BeadTx): Promise<Committed> {
    if (!(tx instanceof LedgerTx)) {
      throw new AppError("invalid_argument", "The unit of work was begun on another store.", {
        hint: "Commit it on the store that began it.",
      });
    }
    const parts = tx.parts.filter(part => part.tx.dirty);
    const ordered = [...parts].sort((a, b) => this.#stores.indexOf(b.store) - this.#stores.indexOf(a.store));
    if (ordered.length > 1) {
      for (const { store, tx: part } of ordered)
        await this.#stores.find(each => each === store)?.check?.(part);
    }
    const commits: Record<string, string> = {};
    const events: BeadEvent[] = [];
    for (const { store, tx: part } of ordered) {
      try {
        const committed = await store.commit(part);
        Object.assign(commits, committed.commits);
        events.push(...committed.events);
      } catch (error) {
        throw withCommitted(error, commits);
      }
    }
    return { commits, events };
  }

  async transact<T>(origin: Origin, body: (tx: BeadTx) => T): Promise<{ readonly value: T } & Committed> {
    for (let attempt = 1; ; attempt++) {
      const tx = await this.begin(origin);
      const value = body(tx);
      try {
        return { value, ...(await this.commit(tx)) };
      } catch (error) {
        // What is committed in part must not be done again; the caller looks at the state and goes on from there.
        const partly = hasCode(error, "conflict") && error.data?.committed !== undefined;
        if (!hasCode(error, "conflict") || partly || attempt >= CONFLICT_ATTEMPTS) throw error;
      }
    }
  }

  watch(listener: (change: StoreChange) => void): () => void {
    const own = (change: StoreChange) => listener(change);
    this.#listeners.set(
      own,
      this.#stores.map(store => store.watch(own)),
    );
    return () => {
      for (const stop of this.#listeners.get(own) ?? []) stop();
      this.#listeners.delete(own);
    };
  }

  async events(filter: { readonly id?: string; readonly limit?: number } = {}): Promise<BeadEvent[]> {
    const owner = filter.id === undefined ? undefined : this.storeOf(filter.id);
    if (owner !== undefined) return owner.events(filter);
    const all = (await Promise.all(this.#stores.map(store => store.events(filter)))).flat();
    all.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
    return filter.limit === undefined ? all : all.slice(0, filter.limit);
  }

  /** Of a bead, from the store that it belongs to; a commit is looked for in all of them. */
  get past(): BeadPast {
    return {
      history: async (id, limit) => (await this.storeOf(id)?.past?.history(id, limit)) ?? [],
      asOf: async (id, revision) => this.storeOf(id)?.past?.asOf(id, revision),
      commits: async filter => {
        const logs = await Promise.all(this.#storesFor(filter).map(store => store.past?.commits(filter)));
        const all = logs.flatMap(log => log ?? []);
        return all.sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, filter.limit);
      },
      changes: async commit => {
        for (const { past } of this.#stores) {
          try {
            if (past !== undefined) return await past.changes(commit);
          } catch (error) {
            if (!hasCode(error, "not_found", "corrupt")) throw error;
          }
        }
        throw new AppError("not_found", `no commit "${commit}" in the history of the beads`);
      },
    };
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#stores.map(store => store.refresh()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map(store => store.close()));
  }

  #storesFor(filter: BeadFilter): readonly BeadStore[] {
    const { prefix } = filter;
    return prefix === undefined
      ? this.#stores
      : this.#stores.filter(store => store.prefixes.includes(prefix));
  }

  async #gather(
    filter: BeadFilter,
    read: (store: BeadStore, filter: BeadFilter) => Promise<Bead[]>,
  ): Promise<Bead[]> {
    const stores = this.#storesFor(filter);
    const [only] = stores;
    if (only !== undefined && stores.length === 1) return read(only, filter);
    const part = withoutPage(filter, true);
    const found = (await Promise.all(stores.map(store => read(store, part)))).flat();
    return page(found.sort(compareBeads(filter.sort, Date.now())), filter);
  }

  /** Open beads of other stores that this one, or one of its ancestors, needs. */
  async #foreignBlockers(bead: Bead): Promise<string[]> {
    const blockers: string[] = [];
    const seen = new Set<string>();
    for (let at: Bead | undefined = bead; at !== undefined && !seen.has(at.id); ) {
      seen.add(at.id);
      const own = this.storeOf(at.id);
      for (const edge of at.dependencies ?? []) {
        if (!AFFECTING_TYPES.includes(edge.type) || edge.type === "parent-child") continue;
        const owner = this.storeOf(edge.depends_on_id);
        if (owner === own || owner === undefined) continue;
        const target = await owner.get(edge.depends_on_id);
        if (target !== undefined && target.status !== "closed" && target.status !== "pinned")
          blockers.push(target.id);
      }
      const parent: string | undefined = parentOf(at);
      at = parent === undefined ? undefined : await this.get(parent);
    }
    return blockers;
  }
}

/** The filter without its page; with `bounded`, still with a limit that holds the page. */
function withoutPage(filter: BeadFilter, bounded = false): BeadFilter {
  const { limit, offset, ...rest } = filter;
  return bounded && limit !== undefined ? { ...rest, limit: limit + (offset ?? 0) } : rest;
}

function page<T>(all: readonly T[], filter: BeadFilter): T[] {
  const start = filter.offset ?? 0;
  return all.slice(start, filter.limit === undefined ? undefined : start + filter.limit);
}

/** Tells which stores took their part before one refused. */
function withCommitted(error: unknown, commits: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof AppError) || Object.keys(commits).length === 0) return error;
  return new AppError(error.code, error.message, {
    hint: error.hint,
    data: { ...error.data, committed: { ...commits } },
    retryable: error.retryable,
    cause: error,
  });
}
