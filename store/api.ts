/**
 * The interface of a bead store: what the rest of the house may ask of it.
 * `bead-store.ts` opens one store (one ref in one repository); `ledger.ts` joins several behind the same interface,
 * routing by id prefix. All reads in a unit of work are synchronous, over the index.
 */
import type { Bead, BeadPatch, Comment, Dependency, NewBead, StatusCategory } from "./schema/bead.ts";

/** Who does it and why: the author and subject of the commit. */
export interface Origin {
  /** A mail-like or plain name, e.g. "mayor", "sample/polecats/toast", "Ada Lovelace". */
  readonly actor: string;
  /** Commit subject; the store words one from the events when absent. */
  readonly subject?: string;
  /** Allows what is refused as a likely accident: deleting a large share of the beads at once, ids with a foreign prefix. */
  readonly force?: boolean;
}

/** Conditions are joined by AND; absent means any. */
export interface BeadFilter {
  readonly ids?: readonly string[];
  readonly prefix?: string;
  readonly status?: readonly string[];
  readonly category?: readonly StatusCategory[];
  readonly type?: readonly string[];
  readonly excludeType?: readonly string[];
  /** Exact assignee; `null` for unassigned. */
  readonly assignee?: string | null;
  readonly labels?: readonly string[];
  readonly labelsAny?: readonly string[];
  /** Leaves out what has one of these. */
  readonly excludeLabels?: readonly string[];
  readonly priority?: readonly number[];
  /** Direct children of this bead. */
  readonly parent?: string;
  /** Everything below this bead, at any depth. */
  readonly ancestor?: string;
  /** Top-level metadata keys with their exact value, compared as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Full-text search. */
  readonly text?: string;
  /** Beads that have an edge to this id, of this type when `edgeType` is given. */
  readonly dependsOn?: string;
  readonly edgeType?: string;
  readonly ephemeral?: boolean;
  /**
   * Default `priority`: urgent first, then the newest. `created` and `updated`: newest first; `oldest`: by creation;
   * `hybrid`: of the last 48 hours by priority, then older ones by age; `id`: alphabetical.
   */
  readonly sort?: "priority" | "created" | "updated" | "id" | "oldest" | "hybrid";
  readonly limit?: number;
  readonly offset?: number;
}

/** One fact of a commit, in the order it happened; the body of the commit message has one JSON line for each. */
export interface BeadEvent {
  readonly id: string;
  readonly type:
    | "created"
    | "updated"
    | "status_changed"
    | "commented"
    | "closed"
    | "reopened"
    | "dependency_added"
    | "dependency_removed"
    | "label_added"
    | "label_removed"
    | "claimed"
    | "deleted"
    | "compacted"
    | "imported"
    | "restored";
  readonly actor: string;
  readonly at: string;
  readonly field?: string;
  readonly old?: unknown;
  readonly new?: unknown;
}

/** A unit of work: reads see its own writes, nothing is visible outside before `commit`. Synchronous and single-use. */
export interface BeadTx {
  /** The instant of this unit of work, RFC 3339. */
  readonly now: string;
  readonly origin: Origin;
  get(id: string): Bead | undefined;
  /** @throws {AppError} not_found */
  require(id: string): Bead;
  query(filter: BeadFilter): Bead[];
  /** Beads with no open blocker, as `bd ready` has it. */
  ready(filter?: BeadFilter): Bead[];
  /** Ids of the open beads that block this one; empty when it is ready. */
  blockers(id: string): string[];
  /** @throws {AppError} invalid_argument, already_exists, not_found (parent) */
  create(input: NewBead): Bead;
  /** @throws {AppError} not_found, invalid_argument */
  update(id: string, patch: BeadPatch): Bead;
  /** Sets status closed with its time and reason. Closing a closed bead changes nothing. @throws {AppError} not_found */
  close(id: string, reason?: string): Bead;
  /** @throws {AppError} not_found, dependency_cycle, invalid_argument */
  addDependency(id: string, dependsOn: string, type?: string, metadata?: string): Dependency;
  /** True when there was one. @throws {AppError} not_found */
  removeDependency(id: string, dependsOn: string): boolean;
  addLabel(id: string, label: string): void;
  removeLabel(id: string, label: string): void;
  comment(id: string, text: string, author?: string): Comment;
  /** Leaves a tombstone. @throws {AppError} not_found */
  delete(id: string, reason?: string): void;
  /** Writes the bead as it is given, times and all: for what is brought back. */
  put(bead: Bead, event: "imported" | "restored"): Bead;
  /** True once anything was written. */
  readonly dirty: boolean;
}

/** What a commit made. */
export interface Committed {
  /** Commit ids by store prefix; empty when the unit of work changed nothing. */
  readonly commits: Readonly<Record<string, string>>;
  readonly events: readonly BeadEvent[];
}

/** A state of a bead. */
export interface BeadVersion {
  readonly commit: string;
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
  readonly subject: string;
  /** Undefined when the commit deleted it, or left something that can not be read. */
  readonly bead: Bead | undefined;
  /** What the message of the commit tells of the bead, in the order it happened. */
  readonly events: readonly BeadEvent[];
}

/** A commit of the beads. */
export interface StoreCommit {
  readonly commit: string;
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
  readonly subject: string;
  readonly parents: readonly string[];
  /** What its message tells; empty for merges, changes of settings and what was made by hand. */
  readonly events: readonly BeadEvent[];
  /** The commit that the same change made on the branch that stays on this machine. */
  readonly twin?: string;
}

/** A bead on both sides of a change; absent on a side means that it was not there. */
export interface BeadChange {
  readonly id: string;
  readonly before: Bead | undefined;
  readonly after: Bead | undefined;
}

/** How beads came to be what they are, where a store can tell. */
export interface BeadPast {
  /** The states of a bead, newest first, also of a deleted one. @param limit most states; all when absent */
  history(id: string, limit?: number): Promise<BeadVersion[]>;
  /** A bead as it was at a revision: a commit id or the start of one, a ref, `<ref>~<n>`, or an instant. @throws {AppError} not_found, ambiguous */
  asOf(id: string, revision: string): Promise<Bead | undefined>;
  /** The newest commits, newest first; of the store with this prefix, where there are several. */
  commits(filter: { readonly prefix?: string; readonly limit: number }): Promise<StoreCommit[]>;
  /** What a commit changed against its first parent. @throws {AppError} not_found */
  changes(commit: string): Promise<BeadChange[]>;
}

/** What a watcher is told after each commit, by whoever made it. */
export interface StoreChange {
  readonly prefix: string;
  readonly commit: string;
  readonly events: readonly BeadEvent[];
  /** Ids of the beads that changed. */
  readonly ids: readonly string[];
}

/** Reads and writes beads. One per ref; safe to use together with other processes on the same repository. */
export interface BeadStore {
  /** Absent where nothing is kept of it, as in memory. */
  readonly past?: BeadPast;
  /** Prefixes of the ids that it holds; the first is the default for new beads. */
  readonly prefixes: readonly string[];
  get(id: string): Promise<Bead | undefined>;
  query(filter: BeadFilter): Promise<Bead[]>;
  ready(filter?: BeadFilter): Promise<Bead[]>;
  /** Open beads with open blockers, each with the ids of these. */
  blocked(filter?: BeadFilter): Promise<{ readonly bead: Bead; readonly blockedBy: readonly string[] }[]>;
  /** Number of beads by status, of those that the filter takes. */
  counts(filter?: BeadFilter): Promise<Readonly<Record<string, number>>>;
  /** Beads with an edge to this one. */
  dependents(id: string): Promise<{ readonly bead: Bead; readonly type: string }[]>;
  /** Full id for a full id, an id without prefix, or a part of the hash. @throws {AppError} not_found, ambiguous */
  resolve(partial: string): Promise<string>;
  /** Starts a unit of work over the state of now. */
  begin(origin: Origin): Promise<BeadTx>;
  /**
   * Makes the unit of work durable. Concurrent commits share one git commit.
   * @throws {AppError} conflict (retryable) when a bead that it writes was changed since it was read
   * @throws {AppError} storage_full, storage_io: nothing was committed
   */
  commit(tx: BeadTx): Promise<Committed>;
  /** `begin`, `body`, `commit`, again from the start on `conflict` (5 times at most). The body may run more than once. */
  transact<T>(origin: Origin, body: (tx: BeadTx) => T): Promise<{ readonly value: T } & Committed>;
  /** Calls back after each commit that becomes visible here, also those of other processes. Returns the unsubscriber. */
  watch(listener: (change: StoreChange) => void): () => void;
  /** Newest events first. */
  events(filter?: { readonly id?: string; readonly limit?: number }): Promise<BeadEvent[]>;
  /** Looks for commits of other processes now, rather than at the next poll. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}
