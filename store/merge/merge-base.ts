/** How two commits of a branch are related. */
import type { Branch } from "../branch/branch.ts";
import { compareText } from "./json.ts";

/** Where two commits stand to each other. */
export interface Relation {
  /** The commit that both came from; undefined when there is none. */
  readonly base: string | undefined;
  /** Commits that only `ours` has. */
  readonly ahead: readonly string[];
  /** Commits that only `theirs` has. */
  readonly behind: readonly string[];
}

const OURS = 1;
const THEIRS = 2;
const STALE = 4;

interface Visit {
  readonly oid: string;
  readonly time: number;
  readonly parents: readonly string[];
}

/**
 * Relates two commits. Of several best common ancestors the newest is taken, then the one with the smaller id.
 * @throws {AppError} corrupt when a commit is missing, as beyond the end of a shallow clone
 */
export async function relate(
  branch: Pick<Branch, "readCommit">,
  ours: string,
  theirs: string,
): Promise<Relation> {
  if (ours === theirs) return { base: ours, ahead: [], behind: [] };
  const flags = new Map<string, number>([
    [ours, OURS],
    [theirs, THEIRS],
  ]);
  const visits = new Map<string, Visit>();
  const queue: Visit[] = [];
  const enqueue = async (oid: string) => {
    const { committer, parents } = await branch.readCommit(oid);
    const visit = { oid, time: committer.time, parents };
    visits.set(oid, visit);
    insert(queue, visit);
  };
  await enqueue(ours);
  await enqueue(theirs);
  const common = new Set<string>();
  let oldest = Number.POSITIVE_INFINITY;
  for (let visit = queue.pop(); visit !== undefined; visit = queue.pop()) {
    let mark = flags.get(visit.oid) ?? 0;
    if ((mark & STALE) === 0) {
      oldest = Math.min(oldest, visit.time);
    } else if (visit.time < oldest && queue.every(each => ((flags.get(each.oid) ?? 0) & STALE) !== 0)) {
      break; // What is left is common and older than all that is not.
    }
    if (mark === (OURS | THEIRS)) {
      common.add(visit.oid);
      mark |= STALE;
    }
    for (const parent of visit.parents) {
      const known = flags.get(parent) ?? 0;
      if ((known & mark) === mark) continue;
      flags.set(parent, known | mark);
      const seen = visits.get(parent);
      if (seen === undefined) await enqueue(parent);
      else if (!queue.includes(seen)) insert(queue, seen);
    }
  }
  const only = (wanted: number) => [...flags].filter(([, mark]) => mark === wanted).map(([oid]) => oid);
  const bases = [...common].filter(oid => ((flags.get(oid) ?? 0) & STALE) === 0);
  bases.sort((a, b) => (visits.get(b)?.time ?? 0) - (visits.get(a)?.time ?? 0) || compareText(a, b));
  return { base: bases[0], ahead: only(OURS), behind: only(THEIRS) };
}

/** Keeps the queue in the order of time, the newest last. */
function insert(queue: Visit[], visit: Visit): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle]?.time ?? 0) <= visit.time) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, visit);
}
