/**
 * The only door to the beads of one ref: opens the store, reads it, changes it, watches it.
 * Several stores, in this process or in others, may be open on the same ref at once.
 * It is a little longer than other files because it is the whole of what can be asked of a store.
 */
import type {
  BeadEvent,
  BeadFilter,
  BeadPast,
  BeadStore,
  BeadTx,
  BeadVersion,
  Committed,
  Origin,
  StoreChange,
} from "./api.ts";
import { Branch } from "./branch/branch.ts";
import { beadAsOf, beadHistory, inOneLine } from "./index/bead-history.ts";
import type { BeadIndex } from "./index/bead-index.ts";
import { listEvents } from "./index/events-table.ts";
import { compareWithFresh, type FileProblem, listProblems, readTombstone } from "./index/inspect.ts";
import { LiveIndex } from "./index/live-index.ts";
import type { IndexSource } from "./index/open-index.ts";
import type { Tombstone } from "./model/bead-file.ts";
import { blockersOf } from "./model/blocked.ts";
import { prefixesOf, type StoreConfig } from "./model/config.ts";
import type { Bead } from "./schema/bead.ts";
import { AppError } from "./schema/errors.ts";
import { resolveId } from "./schema/ids.ts";
import type { StoreTx } from "./work/bead-tx.ts";
import { beadChanges, commitLog } from "./work/commit-log.ts";
import { Committer } from "./work/committer.ts";
import { createBranch, localRef } from "./work/create-branch.ts";
import { type Listeners, tellAll } from "./work/listeners.ts";
import type { Piece } from "./work/pieces.ts";
import { DEFAULT_POLL_MS, DEFAULT_REF, type StoreOptions } from "./work/store-options.ts";
import { Upkeep } from "./work/upkeep.ts";

export type { StoreOptions, StorePorts } from "./work/store-options.ts";

/**
 * Opens the store of a ref.
 * @throws {AppError} not_found (no repository; no branch and no `create`), invalid_argument (prefix), not_supported
 */
export async function openStore(options: StoreOptions): Promise<GitBeadStore> {
  const ref = options.ref ?? DEFAULT_REF;
  const branch = await Branch.open(options.ports, options.gitDir, ref);
  if ((await branch.head()) === undefined) {
    if (options.create !== true) {
      throw new AppError("not_found", `${branch.repository.commonDir} has no bead branch ${ref}.`, {
        hint: "Make one with `bd init`.",
        data: { gitDir: options.gitDir, ref },
      });
    }
    await createBranch(branch, options.prefix ?? "bd");
  }
  return GitBeadStore.open(options, branch);
}

/** A store on a branch of a git repository. */
export class GitBeadStore implements BeadStore {
  /** The branch that the beads lie on, for merge and sync. */
  readonly branch: Branch;
  readonly #branches: readonly [Branch, ...Branch[]];
  readonly #source: IndexSource;
  readonly #live: LiveIndex;
  readonly #committer: Committer;
  readonly #upkeep: Upkeep;
  readonly #listeners: Listeners;
  readonly #options: StoreOptions;
  #stopPolling: (() => void) | undefined;
  #closed = false;

  private constructor(options: StoreOptions, source: IndexSource, live: LiveIndex, listeners: Listeners) {
    this.#listeners = listeners;
    this.#source = source;
    this.#branches = source.spaces;
    this.branch = source.spaces[0];
    this.#options = options;
    this.#live = live;
    this.#upkeep = new Upkeep(
      this.branch,
      source.spaces.map(branch => branch.ref),
      error => this.#report(error),
    );
    this.#committer = new Committer({
      branches: source.spaces,
      live,
      notify: change => tellAll(listeners, change, options.report),
      report: error => this.#report(error),
      afterCommit: changes => this.#upkeep.afterCommit(changes),
      buildIndexApart: options.buildIndexApart,
    });
  }

  /** Used by `openStore`. */
  static async open(options: StoreOptions, branch: Branch): Promise<GitBeadStore> {
    const source = {
      sql: options.ports.sql,
      spaces:
        options.local === false
          ? ([branch] as const)
          : ([branch, branch.sibling(localRef(branch.ref))] as const),
      fallbackPrefix: options.prefix ?? "bd",
    };
    const listeners: Listeners = new Set();
    const live = await LiveIndex.open(source, {
      wanted: () => listeners.size > 0,
      tell: ({ commit, events, ids }) =>
        tellAll(
          listeners,
          { prefix: live.now.config.prefix, commit, events, ids: [...new Set(ids)] },
          options.report,
        ),
    });
    const store = new GitBeadStore(options, source, live, listeners);
    await live.refresh();
    return store;
  }

  /** Settings of the store as of the last read. */
  get config(): StoreConfig {
    return this.#live.now.config;
  }

  /** The shared branch, and the one that stays on this machine when there is one. */
  get branches(): readonly Branch[] {
    return this.#branches;
  }

  get prefixes(): readonly string[] {
    return prefixesOf(this.config);
  }

  get(id: string): Promise<Bead | undefined> {
    return this.#live.read(index => {
      const bead = index.bead(id);
      if (bead !== undefined) return bead;
      const target = index.aliasTarget(id);
      return target === undefined ? undefined : index.bead(target);
    });
  }

  query(filter: BeadFilter): Promise<Bead[]> {
    return this.#live.read(index => index.query(filter, this.#now()));
  }

  ready(filter: BeadFilter = {}): Promise<Bead[]> {
    return this.#live.read(index => index.ready(filter, this.#now()));
  }

  blocked(
    filter: BeadFilter = {},
  ): Promise<{ readonly bead: Bead; readonly blockedBy: readonly string[] }[]> {
    return this.#live.read(index =>
      index.blocked(filter, this.#now()).map(bead => ({ bead, blockedBy: blockersOf(index, bead.id) })),
    );
  }

  counts(filter: BeadFilter = {}): Promise<Readonly<Record<string, number>>> {
    return this.#live.read(index => index.counts(filter));
  }

  dependents(id: string): Promise<{ readonly bead: Bead; readonly type: string }[]> {
    return this.#live.read(index => index.dependents(id));
  }

  resolve(partial: string): Promise<string> {
    return this.#live.read(index => {
      const exists = (id: string) => index.version(id) !== undefined && !index.isTombstone(id);
      const alias = index.aliasTarget(partial.trim());
      if (alias !== undefined && !exists(partial.trim())) return alias;
      return resolveId(
        { prefixes: this.prefixes, exists, containing: part => index.idsContaining(part) },
        partial,
      );
    });
  }

  /** Runs a read of one's own over the index, brought up to date. The body must not keep the index. */
  read<T>(body: (index: BeadIndex) => T): Promise<T> {
    return this.#live.read(body);
  }

  async begin(origin: Origin): Promise<BeadTx> {
    this.#refuseClosed();
    await this.#live.refresh();
    return this.#committer.begin(origin);
  }

  commit(tx: BeadTx): Promise<Committed> {
    this.#refuseClosed();
    return this.#committer.commit(tx);
  }

  /** Refuses a unit of work that could not be committed now, without ending it. @throws {AppError} conflict, precondition_failed */
  async check(tx: BeadTx): Promise<void> {
    await this.#live.refresh();
    this.#committer.check(tx);
  }

  async transact<T>(origin: Origin, body: (tx: BeadTx) => T): Promise<{ readonly value: T } & Committed> {
    return this.transactStore(origin, body);
  }

  /** As `transact`, with the operations that only a single store has: `put`, `configure`. */
  async transactStore<T>(
    origin: Origin,
    body: (tx: StoreTx) => T,
  ): Promise<{ readonly value: T } & Committed> {
    this.#refuseClosed();
    let last: { readonly value: T } | undefined;
    const { commits, events } = await this.#committer.transact(origin, tx => {
      last = { value: body(tx) };
      return last.value;
    });
    if (last === undefined)
      throw new AppError("internal", "A unit of work was committed without having run.");
    return { value: last.value, commits, events };
  }

  /** As `transactStore`, for more beads than memory should hold: see work/pieces.ts. */
  transactPieces(origin: Origin, pieces: AsyncIterable<Piece>): Promise<Committed> {
    this.#refuseClosed();
    return this.#committer.transactPieces(origin, pieces);
  }

  /** How the beads came to be what they are. */
  readonly past: BeadPast = {
    history: (id, limit) => this.history(id, limit),
    asOf: (id, revision) => this.asOf(id, revision),
    commits: ({ limit }) => commitLog(this.#branches, limit),
    changes: async commit => {
      const [parent] = (await this.branch.readCommit(commit)).parents;
      return beadChanges(this.branch, parent, commit);
    },
  };

  /**
   * The states of a bead, newest first, also of a deleted one.
   * @param limit most states; all when absent
   */
  async history(id: string, limit?: number): Promise<BeadVersion[]> {
    await this.#live.refresh();
    const lists: BeadVersion[][] = [];
    for (const branch of this.#branches) lists.push(await beadHistory(branch, id, limit));
    return inOneLine(lists).slice(0, limit);
  }

  /**
   * A bead as it was at a revision: a commit id or the start of one, a ref, `<ref>~<n>`, or an RFC 3339 instant.
   * Undefined when there was none then. @throws {AppError} not_found (no such revision), ambiguous
   */
  asOf(id: string, revision: string): Promise<Bead | undefined> {
    return beadAsOf(this.#branches, id, revision);
  }

  /** Files on the branch that are no beads, each with the reason. They are carried along untouched. */
  problems(): Promise<readonly FileProblem[]> {
    return this.#live.read(listProblems);
  }

  /** What stays of a deleted bead; undefined when the id was never deleted, or is in use again. */
  tombstone(id: string): Promise<Tombstone | undefined> {
    return this.#live.read(index => readTombstone(index, id));
  }

  /** Throws the index away and builds it from the branch. */
  async rebuildIndex(): Promise<void> {
    await this.#live.inTurn(() => this.#live.replace());
  }

  /** What the index says otherwise than one built anew; empty when it is right. Takes as long as a rebuild. */
  verifyIndex(): Promise<readonly string[]> {
    return this.#live.inTurn(async () => {
      await this.#live.catchUp();
      return compareWithFresh(this.#live.now, this.#source);
    });
  }

  watch(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    if (this.#stopPolling === undefined) this.#poll();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stopPolling?.();
      this.#stopPolling = undefined;
    };
  }

  events(filter: { readonly id?: string; readonly limit?: number } = {}): Promise<BeadEvent[]> {
    return this.#live.read(index => listEvents(index.sql, filter));
  }

  refresh(): Promise<void> {
    return this.#live.refresh();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listeners.clear();
    this.#stopPolling?.();
    await this.#committer.idle();
    await this.#upkeep.finish();
    await this.#live.inTurn(async () => this.#live.close());
  }

  #poll(): void {
    const every = this.#options.pollMs ?? DEFAULT_POLL_MS;
    // At round times, so that a process with many stores wakes once for all of them.
    this.#stopPolling = this.#options.ports.timers?.after(every - (Math.floor(this.#now()) % every), () => {
      void this.#live
        .poll()
        .catch(error => this.#report(AppError.from(error)))
        .then(() => {
          if (!this.#closed && this.#listeners.size > 0) this.#poll();
        });
    });
  }

  #report(error: AppError): void {
    this.#options.report?.(error);
  }

  #now(): number {
    return this.#options.ports.now();
  }

  #refuseClosed(): void {
    if (!this.#closed) return;
    throw new AppError("unavailable", "The bead store is closed.", { hint: "Open it again." });
  }
}
