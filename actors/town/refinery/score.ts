/**
 * In which order merge requests are taken up. The score says who deserves it most; and whoever has waited for the rig's
 * longest wait goes first whatever the score, the longest waiting before the others, so that nothing waits for ever.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import type { MergeRequest } from "../../../store/schema/satellite.ts";

const HOUR_MS = 3_600_000;
const BASE = 1_000;
const PER_PRIORITY = 100;
const LOWEST_PRIORITY = 4;
const PER_HOUR = 10;
const PER_RETRY = 50;
const MOST_FOR_RETRIES = 300;

/** A merge request as far as the order looks at it. */
export interface Candidate {
  readonly bead: Pick<Bead, "id" | "priority" | "created_at">;
  readonly request: Pick<MergeRequest, "retries">;
}

export interface Score {
  /** Higher goes first. */
  readonly total: number;
  /** What it is made of, e.g. `+200 priority 2`. */
  readonly reasons: readonly string[];
  /** It has waited longer than the rig lets anything wait. */
  readonly overdue: boolean;
}

/** What the order depends on besides the merge request itself. Times in epoch milliseconds. */
export interface ScoreContext {
  readonly now: number;
  /** Since when the oldest open convoy of the work exists. */
  readonly convoySince?: number | undefined;
  readonly maxWaitMs: number;
}

/** Urgent work, work that waits long, work of old convoys; and less what keeps failing for reasons of its surroundings. */
export function scoreOf({ bead, request }: Candidate, context: ScoreContext): Score {
  const { now, convoySince, maxWaitMs } = context;
  const waited = Math.max(0, now - Date.parse(bead.created_at));
  const parts: [points: number, words: string][] = [
    [PER_PRIORITY * (LOWEST_PRIORITY - bead.priority), `priority ${bead.priority}`],
    [(PER_HOUR * waited) / HOUR_MS, `${hours(waited)} h in the queue`],
  ];
  if (convoySince !== undefined) {
    const age = Math.max(0, now - convoySince);
    parts.push([(PER_HOUR * age) / HOUR_MS, `convoy of ${hours(age)} h`]);
  }
  const lost = Math.min(PER_RETRY * request.retries, MOST_FOR_RETRIES);
  if (lost > 0) parts.push([-lost, `${request.retries} retries`]);
  const total = parts.reduce((sum, [points]) => sum + points, BASE);
  const overdue = waited >= maxWaitMs;
  const reasons = parts.map(([points, words]) => `${points < 0 ? "" : "+"}${Math.round(points)} ${words}`);
  if (overdue) reasons.push(`goes first: waits for more than ${hours(maxWaitMs)} h`);
  return { total, reasons, overdue };
}

/** The order in which they are taken up; `context` tells of each what its score depends on. */
export function inOrder<C extends Candidate>(
  items: readonly C[],
  context: (item: C) => ScoreContext,
): (C & { readonly score: Score })[] {
  return items.map(item => ({ ...item, score: scoreOf(item, context(item)) })).sort(before);
}

function before(a: Candidate & { readonly score: Score }, b: Candidate & { readonly score: Score }): number {
  if (a.score.overdue !== b.score.overdue) return a.score.overdue ? -1 : 1;
  const age = Date.parse(a.bead.created_at) - Date.parse(b.bead.created_at);
  const byScore = b.score.total - a.score.total;
  const order = a.score.overdue ? age : byScore || age;
  return order || (a.bead.id < b.bead.id ? -1 : 1);
}

function hours(ms: number): string {
  return String(Math.round(ms / (HOUR_MS / 10)) / 10);
}
