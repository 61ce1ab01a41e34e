/**
 * What the commands of `bd` ask of the beads, wherever these are: the ref of a repository at hand,
 * or a town that answers over its REST API. Commands know only this interface.
 */
import type { BeadChange, BeadEvent, BeadTx, BeadVersion, StoreCommit } from "../../../store/api.ts";
import type { IssueQuery } from "../../../store/index/issue-query.ts";
import type { BeadEdge } from "../../../store/index/queries-edges.ts";
import type { Figures, FiguresFilter } from "../../../store/index/queries-figures.ts";
import type { ReadyIssueQuery } from "../../../store/index/queries-issues.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import type { UndoPlan, UndoReport } from "../../../store/schema/past.ts";
import type {
  ClaimOutcome,
  ClaimPush,
  StatusOptions,
  SyncOptions,
  SyncReport,
  SyncStatus,
} from "../../../store/sync/index.ts";

export type ReadyQuery = ReadyIssueQuery;

/** A bead that waits, with what it waits for. */
export interface BlockedBead {
  readonly bead: Bead;
  readonly blockedBy: readonly string[];
}

/** What is known of a bead that was deleted. */
export interface Deletion {
  readonly id: string;
  readonly title: string;
  /** RFC 3339. */
  readonly at: string;
  readonly by: string;
  readonly reason: string | undefined;
}

export interface Difference {
  readonly beads: readonly BeadChange[];
  /** Settings that differ, by key. */
  readonly settings: Readonly<
    Record<string, { readonly before: string | undefined; readonly after: string | undefined }>
  >;
}

/** What a change may do beside the operations of a unit of work. */
export interface Writer extends BeadTx {
  /** Settings that travel with the beads; null removes. @throws {AppError} invalid_argument */
  setConfig(key: string, value: string | null): void;
  /** True for an id that was deleted. */
  isDeleted(id: string): boolean;
}

/** Tables of all beads that an import looks things up in, made on first use. */
export interface ImportLookups {
  /** Id of the bead with an external reference, imported ones included. */
  withReference(ref: string): string | undefined;
  /** Notes the reference of an imported bead. */
  noteReference(ref: string, id: string): void;
  /** Title of an open bead in lower case -> id. */
  openTitles(): ReadonlyMap<string, string>;
}

/** A part of a change that is too large to be held in memory. */
export interface WriterPiece {
  /** The beads that it reads by id. */
  ids(lookups: ImportLookups): Iterable<string>;
  run(tx: Writer, lookups: ImportLookups): void;
}

/** How a change is recorded, and which beads it reads. */
export interface ChangeOptions {
  /** Subject of the commit; one is worded from the events when absent. */
  readonly subject?: string;
  /** Beads that the change reads or writes, so that a remote backend can fetch them; "all" when that is open. */
  readonly touches: readonly string[] | "all";
  /** Accept ids with foreign prefixes, and a change that removes most beads. */
  readonly force?: boolean;
}

/** What a look at the whole branch found. */
export interface StoreVerification {
  /** Bead files on the branch. */
  readonly files: number;
  /** Files that can not be read as beads, with the reason; they are kept as they are. */
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  /** Paths on which the index and the branch disagree. */
  readonly drift: readonly string[];
}

export interface Backend {
  readonly kind: "repository" | "town";
  /** Prefix of new ids. */
  readonly prefix: string;
  /** Full id. @throws {AppError} not_found, ambiguous */
  resolve(partial: string): Promise<string>;
  get(id: string): Promise<Bead | undefined>;
  issues(query: IssueQuery): Promise<Bead[]>;
  /** The same in pages of a few hundred, so that a large store is never held in memory as a whole. */
  issuePages(query: IssueQuery): AsyncIterable<readonly Bead[]>;
  ready(query: ReadyIssueQuery): Promise<Bead[]>;
  /** The same in pages. */
  readyPages(query: ReadyQuery): AsyncIterable<readonly Bead[]>;
  countReady(query: ReadyQuery): Promise<number>;
  blocked(): Promise<BlockedBead[]>;
  /** Beads with an edge to this one. */
  dependents(id: string): Promise<{ readonly bead: Bead; readonly type: string }[]>;
  /** All edges of these types. */
  edges(types: readonly string[]): Promise<readonly BeadEdge[]>;
  /** Edges to beads that are gone. */
  danglingEdges(): Promise<readonly BeadEdge[]>;
  /** How many beads have a `blocks` edge to each of these. */
  dependentCounts(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Number of beads that match, without reading them. */
  count(query: IssueQuery): Promise<number>;
  /** Counts of everything but templates and wisps. */
  figures(filter: FiguresFilter): Promise<Figures>;
  config(): Promise<Readonly<Record<string, string>>>;
  /** One commit with all that the body does; the body may run more than once. */
  change<T>(options: ChangeOptions, body: (tx: Writer) => T): Promise<T>;
  /** As `change`, of pieces that need not be in memory together. Nothing is changed when the pieces end with an error. */
  changeInPieces(options: ChangeOptions, pieces: AsyncIterable<WriterPiece>): Promise<void>;
  /** Newest first. */
  history(id: string, limit?: number): Promise<BeadVersion[]>;
  /** The bead as of a commit, a short commit id or a ref. @throws {AppError} not_found */
  asOf(id: string, revision: string): Promise<Bead | undefined>;
  /** Beads that were deleted, the latest first. */
  deleted(): Promise<Deletion[]>;
  /** Commits that contain changes of beads, newest first. */
  log(limit: number): Promise<StoreCommit[]>;
  /** What differs between two commits, or between a commit and its first parent when `from` is absent. @throws {AppError} not_found */
  difference(from: string | undefined, to: string): Promise<Difference>;
  /** What a town would take back, and the way to have it do so; undefined when there is nothing. Where a town is asked. */
  undoPlan?(wish: { readonly commit: string | undefined; readonly own: boolean }): Promise<
    | (Pick<UndoPlan, "commit" | "subject"> & {
        readonly ids: readonly string[];
        readonly settings: readonly string[];
        run(): Promise<UndoReport>;
      })
    | undefined
  >;
  /** Has the town bring a bead back as it was at a commit of its history. Where a town is asked. */
  restore?(id: string, commit: string): Promise<Bead>;
  /** The newest events of the store. */
  events(filter: { readonly limit: number }): Promise<BeadEvent[]>;
  /** Exchanges beads with a remote, where there is a repository. Throws what `syncBranch` throws. */
  sync?(options: SyncOptions & { readonly interactive?: boolean }): Promise<SyncReport>;
  /** Where the branch stands to a remote. Throws what `syncStatus` throws. */
  syncStatus?(options: StatusOptions & { readonly interactive?: boolean }): Promise<SyncStatus>;
  /** Makes a claim known on the remote before it is reported. Never throws for what the remote does. */
  pushClaim?(claim: Omit<ClaimPush, "actor" | "concede">): Promise<ClaimOutcome>;
  /** What the town tells this agent, where a town is asked. */
  prime?(): Promise<string>;
  /** Files of the branch that are no beads, and rows of the index that are not what the branch has. */
  verify(): Promise<StoreVerification>;
  /** Gives back memory that is not used any more, between steps over very many beads. */
  tidy(): void;
  close(): Promise<void>;
}
