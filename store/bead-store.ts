/**
 * The only door to the beads of one ref: opens the store, reads it, changes it, watches it.
 * Several stores, in this process or in others, may be open on the same ref at once.
 */
import type { BeadEvent, BeadFilter, BeadStore, BeadTx, Committed, Origin, StoreChange } from "./api.ts";
import { Branch } from "./branch/branch.ts";
import { utf8 } from "./branch/bytes.ts";
import { branchReadme, CONFIG_PATH, README_PATH } from "./branch/layout.ts";
import type { BranchPorts } from "./branch/ports.ts";
import { actorSignature } from "./branch/signature.ts";
import type { BeadIndex } from "./index/bead-index.ts";
import { listEvents } from "./index/events-table.ts";
import { LiveIndex } from "./index/live-index.ts";
import type { SqlPort } from "./index/sql.ts";
import { blockersOf } from "./model/blocked.ts";
import { newConfig, type StoreConfig, serializeConfig } from "./model/config.ts";
import type { Bead } from "./schema/bead.ts";
import { AppError } from "./schema/errors.ts";
import { resolveId } from "./schema/ids.ts";
import type { StoreTx } from "./work/bead-tx.ts";
import { Committer } from "./work/committer.ts";

/** The branch on which beads lie unless said otherwise. */
export const DEFAULT_REF = "refs/heads/beads";
/** How often a watched store looks for commits of other processes. */
const DEFAULT_POLL_MS = 500;

/** What the store takes from its host. */
export interface StorePorts extends BranchPorts {
  readonly sql: SqlPort;
}

/** Which store to open. */
export interface StoreOptions {
  /** A git directory, or a folder with `.git` in it. */
  readonly gitDir: string;
  /** Default `refs/heads/beads`. */
  readonly ref?: string;
  /** Prefix of the ids, for a store that is made; one that exists knows its own. */
  readonly prefix?: string;
  /** Makes the branch when it does not exist. */
  readonly create?: boolean;
  readonly ports: StorePorts;
  /** Milliseconds between looks for commits of other processes while somebody watches. Default 500. */
  readonly pollMs?: number;
  /** Told of failures that concern no caller, such as an index that can not be written. */
  readonly report?: (error: AppError) => void;
}

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
  readonly #live: LiveIndex;
  readonly #committer: Committer;
  readonly #listeners: Listeners;
  readonly #options: StoreOptions;
  #stopPolling: (() => void) | undefined;
  #closed = false;

  private constructor(options: StoreOptions, branch: Branch, live: LiveIndex, listeners: Listeners) {
    this.#listeners = listeners;
    this.branch = branch;
    this.#options = options;
    this.#live = live;
    this.#committer = new Committer({
      branches: [branch],
      live,
      notify: change => tellAll(options, listeners, change),
      report: error => this.#report(error),
      afterCommit: () => undefined,
    });
  }

  /** Used by `openStore`. */
  static async open(options: StoreOptions, branch: Branch): Promise<GitBeadStore> {
    const source = {
      sql: options.ports.sql,
      spaces: [branch] as const,
      fallbackPrefix: options.prefix ?? "bd",
    };
    const listeners: Listeners = new Set();
    const live = await LiveIndex.open(source, {
      wanted: () => listeners.size > 0,
      tell: ({ commit, events, ids }) =>
        tellAll(options, listeners, {
          prefix: live.now.config.prefix,
          commit,
          events,
          ids: [...new Set(ids)],
        }),
    });
    const store = new GitBeadStore(options, branch, live, listeners);
    await live.refresh();
    return store;
  }

  /** Settings of the store as of the last read. */
  get config(): StoreConfig {
    return this.#live.now.config;
  }

  get prefixes(): readonly string[] {
    return [this.config.prefix, ...(this.config.allowed_prefixes ?? [])];
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
    await this.#live.inTurn(async () => this.#live.close());
  }

  #poll(): void {
    this.#stopPolling = this.#options.ports.timers?.after(this.#options.pollMs ?? DEFAULT_POLL_MS, () => {
      void this.refresh()
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

type Listeners = Set<(change: StoreChange) => void>;

/** Tells every listener; one that throws does not keep the others from hearing. */
function tellAll(options: StoreOptions, listeners: Listeners, change: StoreChange): void {
  for (const listener of listeners) {
    try {
      listener(change);
    } catch (error) {
      options.report?.(AppError.from(error));
    }
  }
}

/** Makes the first commit of a branch; another process may be quicker, which is as good. */
async function createBranch(branch: Branch, prefix: string): Promise<void> {
  const config = newConfig(prefix);
  await branch.writeCommit({
    expected: undefined,
    changes: new Map([
      [CONFIG_PATH, utf8(serializeConfig(config))],
      [README_PATH, utf8(branchReadme(prefix))],
    ]),
    author: actorSignature("gastown", branch.ports.now()),
    message: `Start a bead store with the prefix ${prefix}\n`,
  });
}
