/** Exchanges the beads of a branch with a remote: fetch, merge, push, and again when somebody else was quicker. */
import type { Branch } from "../branch/branch.ts";
import { mergeSignature, mergeTrees, type Relation, relate } from "../merge/index.ts";
import { AppError } from "../schema/errors.ts";
import { allCommits } from "./all-commits.ts";
import { commitsToName } from "./have.ts";
import { checkBeadBranch, followRewrite, type Integrated, integrate } from "./integrate.ts";
import type { SyncPorts } from "./ports.ts";
import { findRemote, type Remote, type RemoteChoice } from "./remote.ts";
import type { SyncReport } from "./report.ts";

/** Rounds of fetch, merge and push before giving up against others who push all the time. */
const MAX_ATTEMPTS = 8;
const BACKOFF_MS = 60;
const MAX_BACKOFF_MS = 2_000;
/** Times that the local branch may move under the merge before that counts as a conflict. */
const MAX_LOCAL_RACES = 20;

/** What a sync shall do. */
export interface SyncOptions extends RemoteChoice {
  /** Take what the remote has. Default true. */
  readonly pull?: boolean | undefined;
  /** Give the remote what we have. Default true. */
  readonly push?: boolean | undefined;
  /** Only say what a sync would do. What the remote has is fetched all the same. */
  readonly dryRun?: boolean | undefined;
  /** Follow a remote whose history was rewritten; the local state is kept under a backup ref. */
  readonly acceptRewrite?: boolean | undefined;
  /** Ends the exchange early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Syncs a bead branch with a remote. Touches nothing but the bead branch and refs under `refs/gastown/`; other processes
 * may write beads meanwhile. A store that is open on the branch sees the change at its next refresh.
 * @throws {AppError} not_found (no remote, no repository there), remote_unreachable (local work goes on), unauthenticated,
 *   forbidden, push_rejected (the remote does not want it), precondition_failed (the remote was rewritten and
 *   `acceptRewrite` is not set, or a push alone would not do), conflict (retryable; others were always quicker),
 *   not_supported, unprocessable (no bead branch there), cancelled, corrupt, storage_full, storage_io
 */
export async function syncBranch(
  branch: Branch,
  ports: SyncPorts,
  options: SyncOptions = {},
): Promise<SyncReport> {
  return syncWith(branch, await findRemote(branch, ports, options), options);
}

/** As `syncBranch`, with a remote that was found already. */
export function syncWith(branch: Branch, remote: Remote, options: SyncOptions): Promise<SyncReport> {
  return new Sync(branch, remote, options).run();
}

type Progress = { -readonly [K in keyof SyncReport]: SyncReport[K] };

class Sync {
  readonly #branch: Branch;
  readonly #remote: Remote;
  readonly #options: SyncOptions;
  readonly #report: Progress;

  constructor(branch: Branch, remote: Remote, options: SyncOptions) {
    this.#branch = branch;
    this.#remote = remote;
    this.#options = options;
    this.#report = {
      remote: remote.name,
      url: remote.url,
      ref: remote.ref,
      ahead: 0,
      behind: 0,
      commit: undefined,
      pulled: false,
      pushed: false,
      merge: undefined,
      changes: undefined,
      backup: undefined,
      attempts: 0,
    };
  }

  async run(): Promise<SyncReport> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      this.#report.attempts = attempt;
      if (await this.#round()) return this.#report;
      await this.#backOff(attempt);
    }
    throw new AppError(
      "conflict",
      `${this.#remote.name} was changed by others ${MAX_ATTEMPTS} times in a row.`,
      {
        hint: "Sync again in a moment. What was merged here so far is kept.",
        data: { remote: this.#remote.name, attempts: MAX_ATTEMPTS },
        retryable: true,
      },
    );
  }

  /** One round; false when somebody was quicker. */
  async #round(): Promise<boolean> {
    const { transport } = this.#remote;
    const { signal, push = true, dryRun = false } = this.#options;
    let theirs = await transport.head(signal);
    const local = await this.#branch.head();
    this.#report.commit = local;
    if (theirs === local) {
      Object.assign(this.#report, { pulled: true, pushed: true });
      if (theirs !== undefined && !dryRun) await this.#remember(theirs);
      return true;
    }
    if (theirs !== undefined && !(await this.#has(theirs))) {
      theirs = await transport.fetch(
        this.#remote.incoming,
        await commitsToName(this.#branch, await this.#tracked(), local),
        signal,
      );
    }
    if (theirs === undefined) await this.#countAll(local);
    else if (!(await this.#take(theirs))) return true;
    const commit = await this.#branch.head();
    if (!dryRun) this.#report.commit = commit;
    this.#report.pushed ||= commit === theirs;
    if (!push || dryRun || commit === undefined || commit === theirs) return true;
    return this.#give(commit, theirs);
  }

  /** Takes what the remote has into the local branch. False when there is nothing more to do. */
  async #take(theirs: string): Promise<boolean> {
    const { pull = true, dryRun = false, acceptRewrite = false } = this.#options;
    const seen = await this.#tracked();
    const rewritten = seen !== undefined && (await this.#relate(seen, theirs)).base !== seen;
    if (rewritten && !acceptRewrite) throw rewrittenError(this.#remote, seen, theirs);
    await checkBeadBranch(this.#branch, theirs, `${this.#remote.ref} on ${this.#remote.name}`);
    for (let race = 0; race < MAX_LOCAL_RACES; race++) {
      const ours = await this.#branch.head();
      const relation = ours === undefined ? undefined : await this.#relate(ours, theirs);
      await this.#count(theirs, relation);
      if (dryRun) return this.#preview(ours, theirs, relation);
      if (!pull) {
        if (relation?.base === theirs) return true;
        throw behindError(this.#remote, relation);
      }
      const done = await this.#branch.exclusively(() =>
        rewritten && ours !== undefined
          ? this.#follow(ours, theirs, seen)
          : integrate(this.#branch, ours, theirs, relation),
      );
      if (done === undefined) continue;
      await this.#remember(theirs);
      this.#report.commit = done.commit;
      this.#report.pulled = true;
      if (done.merge !== undefined) this.#report.merge = done.merge;
      if (done.report !== undefined) this.#report.changes = done.report;
      return true;
    }
    throw new AppError(
      "conflict",
      `${this.#branch.ref} was moved by others ${MAX_LOCAL_RACES} times in a row.`,
      {
        hint: "Sync again in a moment.",
        retryable: true,
      },
    );
  }

  /** Pushes; false when somebody was quicker. */
  async #give(commit: string, expected: string | undefined): Promise<boolean> {
    const { ahead } =
      expected === undefined
        ? { ahead: await allCommits(this.#branch, commit) }
        : await relate(this.#branch, commit, expected);
    const outcome = await this.#remote.transport.push(
      { commit, expected, added: ahead },
      this.#options.signal,
    );
    if (outcome === "raced") return false;
    await this.#remember(commit);
    this.#report.pushed = true;
    this.#report.pulled = true;
    return true;
  }

  async #follow(ours: string, theirs: string, seen: string | undefined): Promise<Integrated | undefined> {
    const stamp = new Date(this.#branch.ports.now())
      .toISOString()
      .replace(/[-:]/g, "")
      .replace(/\.(\d+)Z$/, "$1Z");
    const backup = `refs/gastown/backup/${stamp}`;
    const done = await followRewrite(this.#branch, ours, theirs, seen ?? ours, backup);
    if (done !== undefined) this.#report.backup = backup;
    return done;
  }

  async #preview(ours: string | undefined, theirs: string, relation: Relation | undefined): Promise<false> {
    const diverged = ours !== undefined && relation?.base !== theirs && relation?.base !== ours;
    if (diverged) {
      const { report } = await mergeTrees({ branch: this.#branch, ours, theirs, base: relation?.base });
      this.#report.changes = report;
    }
    this.#report.pulled = relation?.base === theirs;
    this.#report.pushed = relation?.base === ours;
    return false;
  }

  /** Counts what each side lacks, as it was before the sync. */
  async #count(theirs: string, relation: Relation | undefined): Promise<void> {
    if (this.#report.attempts > 1) return;
    this.#report.ahead = relation?.ahead.length ?? 0;
    this.#report.behind = relation?.behind.length ?? (await allCommits(this.#branch, theirs)).length;
  }

  /** As `#count`, for a remote that has nothing. */
  async #countAll(local: string | undefined): Promise<void> {
    this.#report.pulled = true;
    if (this.#report.attempts > 1 || local === undefined) return;
    this.#report.ahead = (await allCommits(this.#branch, local)).length;
  }

  /** True when the remote's commit is one that we merged already, so that nothing need be fetched. */
  async #has(theirs: string): Promise<boolean> {
    return theirs === (await this.#tracked());
  }

  async #relate(ours: string, theirs: string): Promise<Relation> {
    try {
      return await relate(this.#branch, ours, theirs);
    } catch (error) {
      const cuts = await this.#branch.shallow.cuts();
      if (cuts.size === 0 || !(error instanceof AppError) || error.code !== "corrupt") throw error;
      throw new AppError(
        "not_supported",
        "This clone is too shallow: it lacks history of the beads that a merge needs.",
        {
          hint: `Bring it in with \`git fetch --unshallow ${this.#remote.name} ${this.#remote.ref}\`.`,
          cause: error,
        },
      );
    }
  }

  async #tracked(): Promise<string | undefined> {
    const oid = await this.#branch.sibling(this.#remote.tracking).head();
    // A ref whose commit was lost tells nothing any more.
    return oid !== undefined && (await this.#branch.objects.find(oid)) !== undefined ? oid : undefined;
  }

  async #remember(commit: string): Promise<void> {
    const tracking = this.#branch.sibling(this.#remote.tracking);
    const known = await tracking.head();
    if (known === commit) return;
    const time = Math.floor(this.#branch.ports.now() / 1000);
    // Another process that syncs at the same time may be quicker; either note is right.
    await tracking.moveTo(commit, known, mergeSignature(time), "sync");
  }

  async #backOff(attempt: number): Promise<void> {
    const { timers, random } = this.#branch.ports;
    const ms = Math.min(BACKOFF_MS * 2 ** attempt, MAX_BACKOFF_MS) * (0.5 + random());
    await timers?.sleep(ms);
    if (this.#options.signal?.aborted !== true) return;
    throw new AppError("cancelled", `The exchange with ${this.#remote.name} was given up.`, {
      hint: "Sync again when there is more time.",
      retryable: true,
    });
  }
}

function rewrittenError(remote: Remote, seen: string | undefined, theirs: string): AppError {
  return new AppError(
    "precondition_failed",
    `The history of ${remote.ref} on ${remote.name} was rewritten: it does not contain ${seen?.slice(0, 10)}, which it had when it was last seen.`,
    {
      hint: "Ask who pushed it. To follow the rewritten history, sync with --accept-rewrite: changes made here go on top, and the state as it is now stays under refs/gastown/backup/.",
      data: { remote: remote.name, seen, now: theirs, incoming: remote.incoming },
    },
  );
}

function behindError(remote: Remote, relation: Relation | undefined): AppError {
  return new AppError(
    "precondition_failed",
    `${remote.name} has ${relation?.behind.length ?? "some"} commits that are not here, so a push alone can not be done.`,
    {
      hint: "Sync without --no-pull.",
      data: { remote: remote.name },
    },
  );
}
