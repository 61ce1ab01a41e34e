/** Bounds of what a town does by itself. Times in milliseconds. */

/** Attempts on a bead before it fails. */
export const MAX_TRIES = 5;
export const ATTEMPT_BACKOFF_MS = 30_000;
export const ATTEMPT_BACKOFF_MAX_MS = 600_000;
/** Merge runs without a result of the work's own, before the merge request is rejected. */
export const MAX_MERGE_RETRIES = 10;
export const MERGE_BACKOFF_MS = 5_000;
export const MERGE_BACKOFF_MAX_MS = 600_000;
/** So many beads with failed attempts within the window pause dispatch. */
export const BREAKER_BEADS = 20;
export const BREAKER_WINDOW_MS = 30 * 60_000;
/** Steps of one molecule that a town follows. */
export const MAX_MOLECULE_STEPS = 200;
/** Questions about one bead that nobody answered yet. */
export const MAX_OPEN_QUESTIONS = 5;
/** A question that nobody answered in this time is escalated. */
export const QUESTION_ESCALATE_MS = 4 * 3_600_000;
/** Feed events kept. */
export const FEED_KEPT = 2_000;
/** Passes of reconcile within one turn; what is left then comes in the next. */
export const MAX_PASSES = 8;
/** A clone that nobody reported on is asked for again after this time. */
export const CLONE_RETRY_MS = 120_000;
/** How often agents with a job are asked whether they are at it. */
export const PATROL_MS = 5 * 60_000;
/** Longest description, and longest prompt, that goes with a job, in bytes of its JSON form: a message has a limit. */
export const MAX_JOB_TEXT_BYTES = 50_000;
/** A nudge that nobody could be given is dropped after this time. */
export const NUDGE_TTL_MS = 2 * 3_600_000;
/** Nudges that wait for one agent; beyond, the oldest falls out. */
export const MAX_NUDGES = 20;
/** A notification that fails is tried again after a growing pause, and given up, with words about it, after so many tries. */
export const MAX_NOTIFY_TRIES = 6;
export const NOTIFY_BACKOFF_MS = 60_000;
export const NOTIFY_BACKOFF_MAX_MS = 3_600_000;
/** One of which nothing was heard for so long is taken for lost, and sent again. */
export const NOTIFY_DEADLINE_MS = 5 * 60_000;
/** Errors of a run that are the remote's or the machine's, not the work's: waited out, and not counted against it. */
export const AWAY_CODES: readonly string[] = ["remote_unreachable", "storage_full", "unavailable"];
/** Runs in a row of one bead that may end so before they count after all. */
export const MAX_AWAY = 5;
/** Messages that nobody acknowledged, per inbox: of notifications the oldest falls out; a task for a full inbox is refused. */
export const MAX_NOTIFICATIONS_PER_INBOX = 50;
export const MAX_TASKS_PER_INBOX = 100;
/** Messages in one queue that nobody claimed. */
export const MAX_PER_QUEUE = 500;
/** Seconds until a message that nobody acknowledged expires, by its kind; mail of an escalation ends with that. */
export const MAIL_TTL_S = {
  notification: 24 * 3_600,
  reply: 72 * 3_600,
  task: 14 * 86_400,
} as const;
/** What is over is forgotten after this time. */
export const MAIL_FORGOTTEN_MS = 7 * 86_400_000;
/** Messages that one run of an agent is given without asking. */
export const MAX_MAIL_PER_RUN = 8;
/** Sessions of the mayor that fail in a row before it is left away, and the pauses between them. */
export const MAX_MAYOR_FAILURES = 5;
export const MAYOR_BACKOFF_MS = 10_000;
export const MAYOR_BACKOFF_MAX_MS = 600_000;
