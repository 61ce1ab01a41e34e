/**
 * Taking back what somebody did last, as a change of its own. A commit may hold what the town did beside it: its own
 * records, and the scheduling of work. These are left as they are; to take them back there are commands that know how.
 */
import type { BeadChange, BeadPast, StoreCommit } from "../../../store/api.ts";
import { differingFields, revertOf } from "../../../store/model/revert.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { UndoPlan, UndoReport } from "../../../store/schema/past.ts";
import { ownChanges, undoTargets } from "../../../store/work/undo-target.ts";
import { checkWorkTransition } from "../../states/work.ts";
import { who } from "../calls/who.ts";
import { armDue, dueTimer } from "../dispatch/due.ts";
import { isLeased } from "../dispatch/take-back.ts";
import { TOWN_TYPES } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { plain, scheduledAs, touchesScheduling, townsDoing, withTownsShare } from "./plain.ts";

/** Commits whose content is looked at before it is said that there is nothing to undo. */
const MAX_LOOKED_AT = 100;

export interface UndoArgs {
  readonly by: string;
  readonly rig?: string | undefined;
  readonly commit?: string | undefined;
  /** Only what `by` did. */
  readonly own: boolean;
}

/** What would be taken back. @throws {AppError} not_found, not_supported, invalid_argument */
export async function undoPlan(ctx: TownTurn, args: UndoArgs): Promise<UndoPlan> {
  const { target, changes } = await findUndo(ctx, args);
  return {
    commit: target.commit,
    subject: target.subject,
    changes: changes.map(({ id, before, after }) => ({ id, fields: fieldsOf(before, after) })),
  };
}

/** Takes it back. @throws {AppError} as {@link undoPlan} */
export async function undo(ctx: TownTurn, args: UndoArgs): Promise<UndoReport> {
  const { target, changes } = await findUndo(ctx, args);
  const reverted: string[] = [];
  const conflicts: { id: string; fields: string[] }[] = [];
  for (const change of changes) {
    const fields = revertOne(ctx, change, args.by);
    if (fields.length > 0) conflicts.push({ id: change.id, fields });
    else reverted.push(change.id);
  }
  if (reverted.length > 0)
    ctx.say("bead.undone", `${args.by} takes back "${target.subject}": ${reverted.join(", ")}`);
  return { reverted, settings: [], conflicts };
}

/** The past of the town's beads. @throws {AppError} not_supported where nothing is kept of it */
export function pastOf(ctx: TownTurn): BeadPast {
  const { past } = ctx.committed;
  if (past !== undefined) return past;
  throw new AppError("not_supported", "The beads of this town have no history.", {
    hint: "Beads on a git branch do.",
  });
}

async function findUndo(
  ctx: TownTurn,
  { by, rig, commit, own }: UndoArgs,
): Promise<{ readonly target: StoreCommit; readonly changes: readonly BeadChange[] }> {
  const past = pastOf(ctx);
  const where = rig === undefined ? {} : { prefix: ctx.rig(rig).prefix };
  const actor = own ? by : undefined;
  let looked = 0;
  const log = (limit: number) => past.commits({ ...where, limit });
  for await (const target of undoTargets(log, { commit, actor: commit === undefined ? actor : undefined })) {
    const ids = [target.commit, ...(target.twin === undefined ? [] : [target.twin])];
    const parts = await Promise.all(ids.map(id => past.changes(id)));
    const changes = ownChanges(parts, target.events, actor).flatMap(peoplesPart);
    if (changes.length > 0 || commit !== undefined) return { target, changes };
    if (++looked >= MAX_LOOKED_AT) break;
  }
  throw new AppError(
    "not_found",
    commit === undefined ? `There is nothing to undo for ${by}.` : `There is no commit "${commit}".`,
    { hint: "`bd history <id>` shows the commits of a bead." },
  );
}

/** The part of a change that is people's; nothing when there is none. */
function peoplesPart({ id, before, after }: BeadChange): BeadChange[] {
  const type = (after ?? before)?.issue_type ?? "";
  if (TOWN_TYPES.includes(type)) return [];
  if (before === undefined || after === undefined) {
    return [{ id, before: before && plain(before), after: after && plain(after) }];
  }
  const now = plain(after);
  const then = townsDoing(before, after) ? scheduledAs(plain(before), now) : plain(before);
  return differingFields(then, now).length === 0 ? [] : [{ id, before: then, after: now }];
}

function fieldsOf(before: Bead | undefined, after: Bead | undefined): string[] {
  if (before === undefined) return ["(created)"];
  return after === undefined ? ["(deleted)"] : differingFields(before, after);
}

/** The fields that stand in the way; empty when it was done. @throws {AppError} invalid_transition */
function revertOne(ctx: TownTurn, change: BeadChange, by: string): string[] {
  const current = ctx.tx.get(change.id);
  const step = revertOf(change, current && plain(current), ctx.nowText);
  if (step.kind === "conflict") return [...step.fields];
  if (step.kind === "nothing") return [];
  if (step.kind === "delete") {
    if (current !== undefined && isLeased(current)) return ["(an agent has it)"];
    ctx.turn.unschedule(dueTimer(change.id));
    ctx.delete(change.id, `creation undone by ${by}`);
    return [];
  }
  if (current === undefined) {
    armDue(ctx, ctx.putBack(withTownsShare(step.bead, undefined)));
    return [];
  }
  const fields = differingFields(plain(current), step.bead);
  if (isLeased(current) && touchesScheduling(fields)) return ["(an agent has it)"];
  bringBack(ctx, current, step.bead, by);
  return [];
}

/** Writes the bead as it was, under the rules for whoever asks, the town's share as it is. @throws {AppError} invalid_transition */
export function bringBack(ctx: TownTurn, current: Bead, wanted: Bead, by: string): Bead {
  const { id, status: to } = wanted;
  if (to !== current.status)
    checkWorkTransition({ id, from: current.status, to, who: who(by), leased: isLeased(current) });
  const after = ctx.putBack(withTownsShare(wanted, current));
  if (to === "closed") ctx.turn.unschedule(dueTimer(id));
  else if (after.defer_until !== current.defer_until) armDue(ctx, after);
  return after;
}
