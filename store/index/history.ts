/** Commits and their events between two points of a branch. */
import type { BeadEvent } from "../api.ts";
import type { Branch } from "../branch/branch.ts";
import { eventsIn } from "../branch/commit-message.ts";
import type { CommitData } from "../branch/objects.ts";

/** A commit with its id. */
export interface NamedCommit extends CommitData {
  readonly oid: string;
}

/** An event with the commit that it is told by. */
export interface ToldEvent {
  readonly commit: string;
  readonly event: BeadEvent;
}

/**
 * Commits that `to` contains and `from` does not, oldest first; the newest `limit` of them.
 * Works over merges: newest first by date, until only commits of `from` are left.
 */
export async function commitsBetween(
  branch: Branch,
  from: string | undefined,
  to: string | undefined,
  limit: number,
): Promise<NamedCommit[]> {
  const found: NamedCommit[] = [];
  const walk = new Walk(branch, from, to);
  for (let next = await walk.next(); next !== undefined; next = await walk.next()) {
    found.push(next);
    if (found.length >= limit) break;
  }
  return found.filter(commit => !walk.isOld(commit.oid)).reverse();
}

/**
 * The newest events of a branch, oldest first: those of so many commits, and no more than so many events.
 * They are read from the messages one by one, since those of imports are long.
 */
export async function recentEvents(
  branch: Branch,
  head: string,
  max: { readonly commits: number; readonly events: number },
): Promise<Iterable<ToldEvent>> {
  const told: NamedCommit[] = [];
  const walk = new Walk(branch, undefined, head);
  let count = 0;
  while (told.length < max.commits && count < max.events) {
    const commit = await walk.next();
    if (commit === undefined) break;
    for (const _ of eventsIn(commit.message)) count++;
    told.push(commit);
  }
  return lastOf(eachEvent(told.reverse()), count, max.events);
}

function* lastOf<T>(items: Iterable<T>, count: number, wanted: number): Generator<T> {
  let skip = count - wanted;
  for (const item of items) if (skip-- <= 0) yield item;
}

/** As `eventsOf`, one by one. */
function* eachEvent(commits: readonly NamedCommit[]): Generator<ToldEvent> {
  for (const { oid, message } of commits) for (const event of eventsIn(message)) yield { commit: oid, event };
}

/** The events that the messages of commits tell, in the order of the commits. */
export function eventsOf(commits: readonly NamedCommit[]): ToldEvent[] {
  return [...eachEvent(commits)];
}

interface Visited {
  readonly time: number;
  readonly parents: readonly string[];
  old: boolean;
  done: boolean;
}

/** Goes from commit to commit, newest first by date. */
class Walk {
  readonly #branch: Branch;
  readonly #known = new Map<string, Visited>();
  /** Read, but not handed out yet. */
  readonly #waiting = new Map<string, NamedCommit>();
  #queue: string[] = [];
  #start: Promise<void> | undefined;
  readonly #ends: readonly (readonly [oid: string, old: boolean])[];

  constructor(branch: Branch, from: string | undefined, to: string | undefined) {
    this.#branch = branch;
    this.#ends = [
      ...(to === undefined ? [] : [[to, false] as const]),
      ...(from === undefined ? [] : [[from, true] as const]),
    ];
  }

  /** The next commit that is, as far as is known by then, not one of `from`'s. */
  async next(): Promise<NamedCommit | undefined> {
    this.#start ??= this.#begin();
    await this.#start;
    while (this.#queue.some(oid => this.#known.get(oid)?.old === false)) {
      this.#queue.sort((a, b) => this.#time(a) - this.#time(b));
      const oid = this.#queue.pop() ?? "";
      const visited = this.#known.get(oid);
      if (visited === undefined) break;
      const commit = this.#waiting.get(oid);
      this.#waiting.delete(oid);
      const fresh = !visited.old && !visited.done;
      visited.done = true;
      for (const parent of visited.parents) await this.#visit(parent, visited.old);
      if (fresh && commit !== undefined) return commit;
    }
    return undefined;
  }

  /** True for commits that turned out to be `from`'s. */
  isOld(oid: string): boolean {
    return this.#known.get(oid)?.old === true;
  }

  async #begin(): Promise<void> {
    for (const [oid, old] of this.#ends) await this.#visit(oid, old);
  }

  async #visit(oid: string, old: boolean): Promise<void> {
    const visited = this.#known.get(oid);
    if (visited === undefined) {
      const commit = { ...(await this.#branch.readCommit(oid)), oid };
      this.#known.set(oid, { time: commit.committer.time, parents: commit.parents, old, done: false });
      if (!old) this.#waiting.set(oid, commit);
      this.#queue.push(oid);
    } else if (old && !visited.old) {
      visited.old = true;
      if (visited.done) this.#queue.push(oid);
    }
  }

  #time(oid: string): number {
    return this.#known.get(oid)?.time ?? 0;
  }
}
