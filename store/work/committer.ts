/**
 * Makes units of work durable. Those that arrive while a commit is in flight share the next one; each sees what was
 * queued before it. When another process moved the branch, everything is applied again to the new state.
 * It is a little longer than other files because queue, group, commit and index are steps of one turn.
 */
import type { BeadTx, Committed, Origin, StoreChange } from "../api.ts";
import type { Branch } from "../branch/branch.ts";
import { formatMessage } from "../branch/commit-message.ts";
import { actorSignature } from "../branch/signature.ts";
import { applyChanges } from "../index/apply.ts";
import type { BeadSource } from "../index/bead-source.ts";
import { applyConfig, idOf } from "../index/catch-up.ts";
import { addEvents } from "../index/events-table.ts";
import type { LiveIndex } from "../index/live-index.ts";
import { readHead, readHlc, writeHead } from "../index/meta.ts";
import { compareStamps, nextStamp } from "../model/clock.ts";
import type { StoreConfig } from "../model/config.ts";
import type { Stamp } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import { StoreTx } from "./bead-tx.ts";
import { commitOrder, Group } from "./group.ts";
import { commitPieces, type Piece } from "./pieces.ts";

/** Units of work in one commit, at most. */
const MAX_GROUP = 256;
/** With more changed files than this, what their commit left in memory leaves little room for building an index. */
const MANY_FILES = 10_000;
/** Times that a group is applied again because another process was quicker. */
const MAX_ATTEMPTS = 40;

/** What the committer works with. */
export interface CommitterParts {
  /** The shared branch, then the local one. */
  readonly branches: readonly [Branch, ...Branch[]];
  readonly live: LiveIndex;
  readonly notify: (change: StoreChange) => void;
  /** Told of a failure that does not concern what was asked, such as an index that can not be written. */
  readonly report: (error: AppError) => void;
  /** See `StoreOptions`. */
  readonly buildIndexApart?: (() => Promise<void>) | undefined;
  /** Called after each commit with the number of units of work in it, for upkeep off the hot path. */
  readonly afterCommit: (changes: number) => void;
}

interface Job {
  /** Makes the unit of work, over the state that it shall see. */
  readonly make: (base: BeadSource, config: StoreConfig) => { readonly tx: StoreTx; readonly value: unknown };
  readonly resolve: (result: Committed & { readonly value: unknown }) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome =
  | { readonly job: Job; readonly error: unknown }
  | { readonly job: Job; readonly tx: StoreTx; readonly value: unknown; readonly changed: boolean };

/** See the file comment. */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #queue: Job[] = [];
  readonly #reserved = new Map<string, number>();
  #running: Promise<void> | undefined;
  #lastStamp: Stamp = [0, 0, ""];
  #nanos = 0;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** A unit of work over the index as it is now. */
  begin(origin: Origin): StoreTx {
    const { now } = this.#parts.live;
    return this.#newTx(origin, now, now.config, true);
  }

  /** Makes a unit of work durable. @throws {AppError} see `BeadStore.commit` */
  async commit(tx: BeadTx): Promise<Committed> {
    if (!(tx instanceof StoreTx)) {
      throw new AppError("invalid_argument", "The unit of work was begun on another store.", {
        hint: "Commit it on the store that began it.",
      });
    }
    tx.seal();
    if (!tx.dirty) return { commits: {}, events: [] };
    const { commits, events } = await this.#enqueue(() => ({ tx, value: undefined }));
    return { commits, events };
  }

  /** Refuses a unit of work that could not be committed over the index of now. @throws {AppError} see `BeadStore.commit` */
  check(tx: BeadTx): void {
    const { branches, live } = this.#parts;
    if (tx instanceof StoreTx) new Group(live.now, branches[0].codec, branches.length).add(tx);
  }

  /** Runs a body as a unit of work in the next commit. The body runs again when another process was quicker. */
  transact(origin: Origin, body: (tx: StoreTx) => unknown): Promise<Committed & { readonly value: unknown }> {
    return this.#enqueue((base, config) => {
      const tx = this.#newTx(origin, base, config, false);
      const value = body(tx);
      tx.seal();
      if (isThenable(value)) {
        throw new AppError("invalid_argument", "The body of a unit of work returned a promise.", {
          hint: "Bodies are synchronous: do what must be awaited before, or use begin and commit.",
        });
      }
      return { tx, value };
    });
  }

  /** As `transact`, of pieces that go to disk one by one: see pieces.ts. */
  transactPieces(origin: Origin, pieces: AsyncIterable<Piece>): Promise<Committed> {
    const { branches, live } = this.#parts;
    const newTx = (base: BeadSource, config: StoreConfig) => this.#newTx(origin, base, config, false);
    return live.inTurn(() =>
      branches[0].exclusively(async () => {
        await live.catchUp();
        const done = await commitPieces({ branches, index: live.now, newTx }, pieces);
        if (done === undefined) return { commits: {}, events: [] };
        // Where most beads are new, an index of them is built sooner, and in less memory, than it catches up.
        if (done.files > live.now.roughCount())
          await live.replace(done.files > MANY_FILES ? this.#parts.buildIndexApart : undefined);
        await live.catchUp();
        this.#parts.afterCommit(1);
        return done.committed;
      }),
    );
  }

  /** Resolves when nothing is queued or in flight. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #enqueue(make: Job["make"]): Promise<Committed & { readonly value: unknown }> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ make, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    // Callers of the same moment join the first commit.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const jobs = this.#queue.splice(0, MAX_GROUP);
      try {
        await this.#parts.live.inTurn(() => this.#commitJobs(jobs));
      } catch (error) {
        for (const job of jobs) job.reject(error);
      }
    }
    this.#running = undefined;
  }

  #commitJobs(jobs: readonly Job[]): Promise<void> {
    const { branches, live } = this.#parts;
    return branches[0].exclusively(async () => {
      for (let attempt = 1; ; attempt++) {
        await live.catchUp();
        const group = new Group(live.now, branches[0].codec, branches.length);
        const outcomes = jobs.map(job => this.#run(job, group));
        const commits = group.empty ? [] : await this.#write(group);
        if (commits === undefined) {
          if (attempt < MAX_ATTEMPTS) continue;
          throw new AppError(
            "conflict",
            `${branches[0].ref} was moved by others ${attempt} times in a row.`,
            {
              hint: "Try again; something commits to it without pause.",
              retryable: true,
            },
          );
        }
        settle(outcomes, commits[0] ?? commits[1], live.now.config.prefix);
        return;
      }
    });
  }

  #run(job: Job, group: Group): Outcome {
    try {
      const { tx, value } = job.make(group.overlay, group.config);
      const changed = tx.dirty && group.add(tx);
      return { job, tx, value, changed };
    } catch (error) {
      return { job, error };
    }
  }

  /** Ids of the new commits by space; undefined when another process was quicker. */
  async #write(group: Group): Promise<(string | undefined)[] | undefined> {
    const { branches, live } = this.#parts;
    const message = formatMessage(group.subjects, group.events);
    const commits: (string | undefined)[] = branches.map(() => undefined);
    const expected = branches.map((_, space) => readHead(live.now.sql, space));
    for (const space of commitOrder(group)) {
      const branch = branches[space];
      const files = group.spaces[space]?.files;
      if (branch === undefined || files === undefined || files.size === 0) continue;
      const added = await branch.writeCommit({
        expected: expected[space],
        changes: files,
        author: actorSignature(group.actors[0] ?? "unknown", branch.ports.now()),
        message,
        force: true,
      });
      if (added === undefined) return undefined;
      commits[space] = added.commit;
    }
    await this.#enter(group, expected, commits);
    this.#parts.afterCommit(group.units);
    return commits;
  }

  /** Enters into the index what was committed. The commit stands, whatever happens here. */
  async #enter(
    group: Group,
    expected: readonly (string | undefined)[],
    commits: readonly (string | undefined)[],
  ): Promise<void> {
    const { live } = this.#parts;
    try {
      if (!this.#enterDirectly(group, expected, commits)) {
        await live.catchUp();
        return;
      }
    } catch (error) {
      this.#parts.report(AppError.from(error));
      return; // The next read finds the index behind its branch and brings it up, or builds another.
    }
    const ids = group.spaces
      .flatMap(space => [...space.entries.values()].map(idOf))
      .filter(id => id !== undefined);
    for (const [space, oid] of commits.entries()) if (oid !== undefined) live.noteTold(space, oid);
    const commit = commits.find(oid => oid !== undefined) ?? "";
    this.#parts.notify({
      prefix: live.now.config.prefix,
      commit,
      events: group.events,
      ids: [...new Set(ids)],
    });
  }

  #enterDirectly(
    group: Group,
    expected: readonly (string | undefined)[],
    commits: readonly (string | undefined)[],
  ): boolean {
    const index = this.#parts.live.now;
    const now = this.#parts.branches[0].ports.now();
    return index.sql.transaction(() => {
      for (const [space, commit] of commits.entries()) {
        if (commit !== undefined && readHead(index.sql, space) !== expected[space]) return false;
      }
      if (group.config !== index.config) applyConfig(index, group.config);
      const removals = group.spaces.map(changes =>
        [...changes.entries.values()].filter(each => each.kind === "gone"),
      );
      const rest = group.spaces.map(changes =>
        [...changes.entries.values()].filter(each => each.kind !== "gone"),
      );
      for (const [space, changes] of removals.entries()) applyChanges(index, changes, { space, now });
      for (const [space, changes] of rest.entries()) applyChanges(index, changes, { space, now });
      const commit = commits.find(oid => oid !== undefined) ?? "";
      addEvents(
        index.sql,
        group.events.map(event => ({ commit, event })),
      );
      for (const [space, oid] of commits.entries()) if (oid !== undefined) writeHead(index.sql, space, oid);
      return true;
    });
  }

  #newTx(origin: Origin, base: BeadSource, config: StoreConfig, reserve: boolean): StoreTx {
    const { live, branches } = this.#parts;
    const ports = branches[0].ports;
    const now = ports.now();
    const indexed = readHlc(live.now.sql);
    const seen = compareStamps(indexed, this.#lastStamp) > 0 ? indexed : this.#lastStamp;
    this.#lastStamp = nextStamp(seen, Math.floor(now), origin.actor);
    return new StoreTx(origin, {
      base,
      config,
      now,
      nanos: () => BigInt(this.#nanos++ % 1_000_000),
      random: ports.random,
      stamp: this.#lastStamp,
      reserveChild: (parent, highest) => this.#childNumber(parent, highest, reserve),
    });
  }

  /** Open units of work must not choose the same number; those that run within a commit see each other anyway. */
  #childNumber(parent: string, highest: number, reserve: boolean): number {
    const next = Math.max(highest, this.#reserved.get(parent) ?? 0) + 1;
    if (reserve) this.#reserved.set(parent, next);
    return next;
  }
}

function settle(outcomes: readonly Outcome[], commit: string | undefined, prefix: string): void {
  for (const outcome of outcomes) {
    if ("error" in outcome) {
      outcome.job.reject(outcome.error);
      continue;
    }
    const { job, tx, value, changed } = outcome;
    const commits = changed && commit !== undefined ? { [prefix]: commit } : {};
    job.resolve({ value, commits, events: changed ? tx.events : [] });
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
