/**
 * The beads of a repository at hand.
 * The file is long because it has one method for each call of a backend, and little else.
 */
import type { BeadEvent, BeadVersion, Origin, StoreCommit } from "../../../store/api.ts";
import { type GitBeadStore, openStore, type StorePorts } from "../../../store/bead-store.ts";
import type { Branch } from "../../../store/branch/branch.ts";
import { CONFIG_PATH } from "../../../store/branch/layout.ts";
import type { BeadIndex } from "../../../store/index/bead-index.ts";
import type { IssueQuery } from "../../../store/index/issue-query.ts";
import { type BeadEdge, danglingEdges, edgesOfTypes } from "../../../store/index/queries-edges.ts";
import { type Figures, type FiguresFilter, figuresOf } from "../../../store/index/queries-figures.ts";
import {
  beadsByIds,
  countIssues,
  countReady,
  dependentCounts,
  issueIds,
  queryIssues,
  readyIds,
  readyIssues,
} from "../../../store/index/queries-issues.ts";
import type { Tombstone } from "../../../store/model/bead-file.ts";
import { parseConfig } from "../../../store/model/config.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import type {
  ClaimOutcome,
  ClaimPush,
  StatusOptions,
  SyncOptions,
  SyncPorts,
  SyncReport,
  SyncStatus,
} from "../../../store/sync/index.ts";
import type { StoreTx } from "../../../store/work/bead-tx.ts";
import { beadChanges, commitLog } from "../../../store/work/commit-log.ts";
import type { Piece } from "../../../store/work/pieces.ts";
import type {
  Backend,
  BlockedBead,
  ChangeOptions,
  Deletion,
  Difference,
  ImportLookups,
  ReadyQuery,
  StoreVerification,
  Writer,
  WriterPiece,
} from "./backend.ts";
import { configEntries, configWith } from "./config-entries.ts";

/** Beads of a page of {@link Backend.issuePages}. */
const PAGE_BEADS = 200;
/** Beads between two collections of what their pages left behind. */
const BEADS_PER_TIDY = 6_000;

export interface RepositoryBackendOptions {
  readonly gitDir: string;
  readonly ports: StorePorts;
  readonly actor: () => string;
  /** The ways to remotes, made when they are needed. */
  readonly syncPorts: (interactive: boolean) => Promise<SyncPorts>;
  /** Told before a change is committed; throws when changes are refused. */
  readonly beforeChange: () => void;
}

/** Opens the beads of a repository. @throws {AppError} not_found, not_supported, corrupt */
export async function openRepositoryBackend(options: RepositoryBackendOptions): Promise<Backend> {
  const { gitDir, ports } = options;
  const buildIndexApart = async () => (await import("./index-apart.ts")).buildIndexApart(gitDir);
  const store = await openStore({ gitDir, ports, buildIndexApart });
  return new RepositoryBackend(store, options);
}

class RepositoryBackend implements Backend {
  readonly kind = "repository";
  readonly #store: GitBeadStore;
  readonly #options: RepositoryBackendOptions;

  constructor(store: GitBeadStore, options: RepositoryBackendOptions) {
    this.#store = store;
    this.#options = options;
  }

  get prefix(): string {
    return this.#store.config.prefix;
  }

  resolve(partial: string): Promise<string> {
    return this.#store.resolve(partial);
  }

  get(id: string): Promise<Bead | undefined> {
    return this.#store.get(id);
  }

  issues(query: IssueQuery): Promise<Bead[]> {
    return this.#store.read(index => queryIssues(index, query, this.#now()));
  }

  async *issuePages(query: IssueQuery): AsyncIterable<readonly Bead[]> {
    const { tidy } = this.#options.ports;
    yield* this.#pages(await this.#store.read(index => issueIds(index, query, this.#now(), tidy)));
  }

  async *readyPages(query: ReadyQuery): AsyncIterable<readonly Bead[]> {
    yield* this.#pages(await this.#store.read(index => readyIds(index, query, this.#now())));
  }

  async *#pages(ids: readonly string[]): AsyncIterable<readonly Bead[]> {
    for (let start = 0; start < ids.length; start += PAGE_BEADS) {
      yield await this.#store.read(index => beadsByIds(index, ids.slice(start, start + PAGE_BEADS)));
      if (start % BEADS_PER_TIDY === 0 && start > 0) this.#options.ports.tidy?.();
    }
  }

  count(query: IssueQuery): Promise<number> {
    return this.#store.read(index => countIssues(index, query, this.#now()));
  }

  ready(query: ReadyQuery): Promise<Bead[]> {
    return this.#store.read(index => readyIssues(index, query, this.#now()));
  }

  countReady(query: ReadyQuery): Promise<number> {
    return this.#store.read(index => countReady(index, query, this.#now()));
  }

  blocked(): Promise<BlockedBead[]> {
    return this.#store.blocked();
  }

  dependents(id: string): Promise<{ readonly bead: Bead; readonly type: string }[]> {
    return this.#store.dependents(id);
  }

  edges(types: readonly string[]): Promise<readonly BeadEdge[]> {
    return this.#store.read(index => edgesOfTypes(index, types));
  }

  danglingEdges(): Promise<readonly BeadEdge[]> {
    return this.#store.read(danglingEdges);
  }

  dependentCounts(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#store.read(index => dependentCounts(index, ids));
  }

  figures(filter: FiguresFilter): Promise<Figures> {
    return this.#store.read(index => figuresOf(index, filter));
  }

  async config(): Promise<Readonly<Record<string, string>>> {
    return configEntries(this.#store.config);
  }

  async change<T>(options: ChangeOptions, body: (tx: Writer) => T): Promise<T> {
    const { value } = await this.#store.transactStore(this.#originOf(options), tx => {
      const result = body(writerOf(tx));
      if (tx.dirty) this.#options.beforeChange();
      return result;
    });
    return value;
  }

  async changeInPieces(options: ChangeOptions, pieces: AsyncIterable<WriterPiece>): Promise<void> {
    const { beforeChange } = this.#options;
    const { lookupBeads, lookupsOf } = await import("./import-lookups.ts");
    let lookups: ImportLookups | undefined;
    const of = (index: BeadIndex) => (lookups ??= lookupsOf(() => lookupBeads(index)));
    let dirty = false;
    const placed = async function* (): AsyncGenerator<Piece> {
      for await (const piece of pieces) {
        yield {
          ids: index => piece.ids(of(index)),
          run: (tx, index) => {
            piece.run(writerOf(tx), of(index));
            dirty ||= tx.dirty;
          },
        };
      }
      if (dirty) beforeChange();
    };
    await this.#store.transactPieces(this.#originOf(options), placed());
  }

  async history(id: string, limit = 0): Promise<BeadVersion[]> {
    return this.#store.history(id, limit > 0 ? limit : undefined);
  }

  async asOf(id: string, revision: string): Promise<Bead | undefined> {
    const wanted = ofBranch(this.#store.branch, revision);
    try {
      return await this.#store.asOf(id, wanted);
    } catch (error) {
      if (!hasCode(error, "not_found")) throw error;
    }
    return this.#store.asOf(id, await this.#commitFor(revision));
  }

  async deleted(): Promise<Deletion[]> {
    const rows = await this.#store.read(index =>
      index.sql.all("SELECT json FROM tombstone WHERE id NOT IN (SELECT id FROM bead)"),
    );
    return rows
      .map(row => tombstoneOf(String(row.json)))
      .map(({ id, title, deleted_at, deleted_by, delete_reason }) => ({
        id,
        title,
        at: deleted_at,
        by: deleted_by,
        reason: delete_reason,
      }))
      .sort((a, b) => (a.at > b.at ? -1 : 1));
  }

  log(limit: number): Promise<StoreCommit[]> {
    return commitLog(this.#store.branches, limit);
  }

  async difference(from: string | undefined, to: string): Promise<Difference> {
    const { branch } = this.#store;
    const after = await this.#commitFor(to);
    const before =
      from === undefined ? (await branch.readCommit(after)).parents[0] : await this.#commitFor(from);
    const [left, right] = [await this.#settingsAt(before), await this.#settingsAt(after)];
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(
      key => left[key] !== right[key],
    );
    return {
      beads: await beadChanges(branch, before, after),
      settings: Object.fromEntries(keys.map(key => [key, { before: left[key], after: right[key] }])),
    };
  }

  events(filter: { readonly limit: number }): Promise<BeadEvent[]> {
    return this.#store.events(filter);
  }

  async sync({
    interactive,
    ...options
  }: SyncOptions & { readonly interactive?: boolean }): Promise<SyncReport> {
    this.#options.beforeChange();
    const { syncBranch } = await import("../../../store/sync/index.ts");
    const report = await syncBranch(
      this.#store.branch,
      await this.#options.syncPorts(interactive === true),
      options,
    );
    await this.#store.refresh();
    return report;
  }

  async syncStatus({
    interactive,
    ...options
  }: StatusOptions & { readonly interactive?: boolean }): Promise<SyncStatus> {
    const { syncStatus } = await import("../../../store/sync/index.ts");
    return syncStatus(this.#store.branch, await this.#options.syncPorts(interactive === true), options);
  }

  async pushClaim(claim: Omit<ClaimPush, "actor" | "concede">): Promise<ClaimOutcome> {
    const { pushClaim } = await import("../../../store/sync/index.ts");
    const ports = await this.#options.syncPorts(false);
    const actor = this.#options.actor();
    const outcome = await pushClaim(this.#store.branch, ports, {
      ...claim,
      actor,
      concede: winner => this.#store.transact({ actor }, tx => tx.update(claim.id, { assignee: winner })),
    });
    await this.#store.refresh();
    return outcome;
  }

  async verify(): Promise<StoreVerification> {
    const { verifyStore } = await import("./verify-store.ts");
    return verifyStore(this.#store);
  }

  tidy(): void {
    this.#options.ports.tidy?.();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #settingsAt(commit: string | undefined): Promise<Record<string, string>> {
    const bytes = commit === undefined ? undefined : await this.#store.branch.readFile(commit, CONFIG_PATH);
    return bytes === undefined ? {} : configEntries(parseConfig(new TextDecoder().decode(bytes)));
  }

  /** @throws {AppError} not_found */
  async #commitFor(revision: string): Promise<string> {
    const { branch } = this.#store;
    const { git } = this.#options.ports;
    const head = await branch.head();
    const wanted = ofBranch(branch, revision);
    if (wanted === branch.ref && head !== undefined) return head;
    if (/^[0-9a-f]{40}$/.test(wanted)) return wanted;
    const args = /^\d{4}-\d{2}-\d{2}/.test(wanted)
      ? ["rev-list", "-1", `--before=${wanted}`, branch.ref]
      : ["rev-parse", "--verify", "--quiet", "--end-of-options", `${wanted}^{commit}`];
    const result = await git?.run(branch.repository.commonDir, args);
    const oid = result?.code === 0 ? new TextDecoder().decode(result.stdout).trim() : "";
    if (/^[0-9a-f]{40}$/.test(oid)) return oid;
    throw new AppError("not_found", `no commit "${revision}" in the history of the beads`, {
      hint: "git log beads lists them; dates and beads~3 work, too.",
    });
  }

  #originOf(options: ChangeOptions): Origin {
    return {
      actor: this.#options.actor(),
      ...(options.subject === undefined ? {} : { subject: options.subject }),
      ...(options.force === undefined ? {} : { force: options.force }),
    };
  }

  #now(): number {
    return this.#options.ports.now();
  }
}

/** HEAD means the newest commit of the beads here, not of the code. */
function ofBranch(branch: Branch, revision: string): string {
  return revision.replace(/^HEAD(?=$|[~^@])/, branch.ref);
}

function tombstoneOf(json: string): Tombstone {
  // SAFETY: only tombstones that passed the check of bead files are written into this column.
  return JSON.parse(json) as Tombstone;
}

function writerOf(tx: StoreTx): Writer {
  const extra = {
    setConfig: (key: string, value: string | null) => tx.configure(config => configWith(config, key, value)),
    isDeleted: (id: string) => tx.overlay.isTombstone(id),
  };
  return new Proxy(tx, {
    get(target, name) {
      if (name in extra) return Reflect.get(extra, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    // SAFETY: the proxy answers the members of Writer that StoreTx lacks from `extra`, and all others from the unit of work.
  }) as unknown as Writer;
}
