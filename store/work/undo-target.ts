/** Which commit an undo is about, and which of its changes are the actor's own. */
import type { BeadChange, BeadEvent, StoreCommit } from "../api.ts";
import { AppError } from "../schema/errors.ts";

/** Commits that are looked at first, and how many times more each time that none of them is the one. */
const FIRST_LOOK = 500;
const FURTHER = 8;
const UNDO = /^Undo ([0-9a-f]{12}): /;

export interface UndoWish {
  /** Id of the commit, or the start of one; the newest that fits when absent. */
  readonly commit?: string | undefined;
  /** Whose; anybody's when absent. */
  readonly actor?: string | undefined;
}

/** Subject of the commit that takes another back; by it, a later undo knows that one is taken back already. */
export function undoSubject(commit: string, subject: string): string {
  return `Undo ${commit.slice(0, 12)}: ${subject}`;
}

/**
 * The commits that may be meant, the best first: the one that is wanted, or those of the actor that are not undone yet.
 * @param log the newest commits, newest first
 * @throws {AppError} invalid_argument for a merge or the start of the store
 */
export async function* undoTargets(
  log: (limit: number) => Promise<readonly StoreCommit[]>,
  { commit: wanted, actor }: UndoWish,
): AsyncGenerator<StoreCommit> {
  const given = new Set<string>();
  for (let limit = FIRST_LOOK; ; limit *= FURTHER) {
    const commits = await log(limit);
    const undone = new Set(
      commits.flatMap(({ subject, author }) =>
        actor === undefined || author === actor ? (UNDO.exec(subject)?.[1] ?? []) : [],
      ),
    );
    const fitting = commits.filter(entry =>
      wanted === undefined
        ? entry.parents.length === 1 &&
          !UNDO.test(entry.subject) &&
          !undone.has(entry.commit.slice(0, 12)) &&
          (actor === undefined || actorsOf(entry).has(actor))
        : entry.commit.startsWith(wanted) || entry.twin?.startsWith(wanted) === true,
    );
    for (const target of fitting) {
      if (given.has(target.commit)) continue;
      given.add(target.commit);
      if (target.parents.length !== 1) throw notUndoable(target.commit);
      yield target;
    }
    if (commits.length < limit) return;
  }
}

/** The changes of a commit and of its twin, as one; of several people's changes in one commit, those of `actor` only. */
export function ownChanges(
  parts: readonly (readonly BeadChange[])[],
  events: readonly BeadEvent[],
  actor: string | undefined,
): BeadChange[] {
  const beads = new Map<string, BeadChange>();
  for (const change of parts.flat()) {
    const other = beads.get(change.id);
    // A bead that went from one branch to the other was there before and after.
    beads.set(change.id, {
      id: change.id,
      before: other?.before ?? change.before,
      after: other?.after ?? change.after,
    });
  }
  const isOwn = ({ id }: BeadChange) =>
    actor === undefined || !events.some(event => event.id === id && event.actor !== actor);
  return [...beads.values()].filter(isOwn);
}

function actorsOf({ author, events }: StoreCommit): ReadonlySet<string> {
  return new Set(events.length === 0 ? [author] : events.map(event => event.actor));
}

function notUndoable(commit: string): AppError {
  return new AppError(
    "invalid_argument",
    `${commit.slice(0, 12)} is a merge or the start of the store and cannot be undone`,
    { hint: "Undo the single commits instead: `git log beads` shows them." },
  );
}
