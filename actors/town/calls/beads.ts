/** What people, agents and tools do to beads. Whatever the town decides by is refused here, with what to do instead. */
import type { z } from "zod";
import type { Bead, BeadPatch, NewBead } from "../../../store/schema/bead.ts";
import { definedOnly } from "../../../store/schema/defined.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { readSatellite, SATELLITES, SLUNG_LABEL } from "../../../store/schema/satellite.ts";
import { checkWorkTransition } from "../../states/work.ts";
import { endAttempt, UNLEASED } from "../dispatch/attempts.ts";
import { armDue, dueTimer } from "../dispatch/due.ts";
import { ASKED_FIELDS, forgive } from "../dispatch/resets.ts";
import { isLeased } from "../dispatch/take-back.ts";
import { isAgentName, isWorkType, splitAgent, TOWN_TYPES } from "../kinds.ts";
import type { townMethods } from "../methods.ts";
import { burnMolecule } from "../molecules/finish.ts";
import type { TownTurn } from "../town-turn.ts";
import { who } from "./who.ts";

/** Parsed argument of a town's method. */
export type Args<M extends keyof typeof townMethods> = z.infer<(typeof townMethods)[M]>;

/** Statuses that a new bead may have. */
const FIRST_STATUSES = ["open", "blocked", "deferred", "pinned"];

/** @throws {AppError} invalid_argument, invalid_transition, not_found, already_exists */
export async function createBead(ctx: TownTurn, { by, rig, ...input }: Args<"createBead">): Promise<Bead> {
  const { status, issue_type: type } = input;
  if (TOWN_TYPES.includes(type)) throw townsOwn(type);
  refuseTownMetadata(input.metadata);
  refuseTownLabels(input.labels);
  if (!FIRST_STATUSES.includes(status)) {
    throw new AppError("invalid_transition", `A new bead cannot be ${status}.`, {
      hint: `Create it as ${FIRST_STATUSES.join(", ")}, then move it on.`,
    });
  }
  const parent = input.parent === undefined ? undefined : await ctx.resolve(input.parent);
  const home = rig ?? (input.prefix === undefined && parent === undefined ? rigOfAgent(ctx, by) : undefined);
  const prefix = home === undefined ? input.prefix : ctx.rig(home).prefix;
  const dependencies = await Promise.all(
    (input.dependencies ?? []).map(async edge => ({
      ...edge,
      depends_on_id: await ctx.resolve(edge.depends_on_id),
    })),
  );
  const bead = ctx.create(
    definedOnly<NewBead>({
      ...input,
      title: input.title,
      prefix,
      parent,
      dependencies,
      created_by: input.created_by ?? by,
    }),
  );
  ctx.say("bead.created", `${by} files ${bead.id}: ${bead.title}`, about(ctx, bead));
  return bead;
}

/** @throws {AppError} not_found, ambiguous, invalid_argument, invalid_transition */
export async function patchBead(ctx: TownTurn, args: Args<"patchBead">): Promise<Bead> {
  const { by, id: partial, add_labels = [], remove_labels = [], status, ...fields } = args;
  const bead = ctx.tx.require(await ctx.resolve(partial));
  refuseTownMetadata(fields.metadata);
  refuseTownLabels([...add_labels, ...remove_labels]);
  const leased = isLeased(bead);
  if (fields.issue_type !== undefined && fields.issue_type !== bead.issue_type) {
    if (TOWN_TYPES.includes(bead.issue_type) || TOWN_TYPES.includes(fields.issue_type)) {
      throw townsOwn(TOWN_TYPES.includes(bead.issue_type) ? bead.issue_type : fields.issue_type);
    }
  }
  if (leased && fields.assignee !== undefined && fields.assignee !== bead.assignee) {
    throw new AppError("invalid_transition", `${bead.id} is ${bead.assignee}'s until its attempt ends.`, {
      hint: `Take it back first: \`gt unsling ${bead.id}\`.`,
      data: { id: bead.id },
    });
  }
  if (status === "closed" && bead.status !== "closed") closeOne(ctx, bead, by, undefined);
  else if (status === "open" && (bead.status === "closed" || bead.status === "failed"))
    reopenOne(ctx, bead, by);
  const rest = status === "closed" || status === "open" ? ctx.tx.require(bead.id) : bead;
  const patch: BeadPatch = definedOnly({ ...fields, ...(status === rest.status ? {} : { status }) });
  if (status !== undefined) {
    refuseTownsOwn(bead);
    checkWorkTransition({ id: bead.id, from: rest.status, to: status, who: who(by), leased: isLeased(rest) });
  }
  if (Object.keys(patch).length > 0) ctx.update(bead.id, patch);
  for (const label of add_labels) ctx.tx.addLabel(bead.id, label);
  for (const label of remove_labels) ctx.tx.removeLabel(bead.id, label);
  ctx.touch(bead.id);
  const asked = ASKED_FIELDS.some(field => fields[field] !== undefined && fields[field] !== bead[field]);
  if (asked && !leased && who(by) === "person") forgive(ctx, ctx.tx.require(bead.id));
  const after = ctx.tx.require(bead.id);
  if (after.defer_until !== bead.defer_until) armDue(ctx, after);
  if (after.status !== bead.status) {
    ctx.say("bead.status", `${by} makes ${bead.id} ${after.status}`, about(ctx, after));
  }
  return after;
}

/** @throws {AppError} not_found, ambiguous, invalid_transition */
export async function closeBead(ctx: TownTurn, { by, id, reason }: Args<"closeBead">): Promise<Bead> {
  const bead = ctx.tx.require(await ctx.resolve(id));
  if (bead.status === "closed") return bead;
  closeOne(ctx, bead, by, reason);
  ctx.say(
    "bead.closed",
    `${by} closes ${bead.id}${reason === undefined ? "" : `: ${reason}`}`,
    about(ctx, bead),
  );
  return ctx.tx.require(bead.id);
}

/** @throws {AppError} not_found, ambiguous, invalid_transition */
export async function reopenBead(ctx: TownTurn, { by, id }: Args<"reopenBead">): Promise<Bead> {
  const bead = ctx.tx.require(await ctx.resolve(id));
  if (bead.status === "open") return bead;
  reopenOne(ctx, bead, by);
  ctx.say("bead.reopened", `${by} reopens ${bead.id}`, about(ctx, bead));
  return ctx.tx.require(bead.id);
}

/** @throws {AppError} not_found, ambiguous, invalid_transition, invalid_argument */
export async function deleteBead(ctx: TownTurn, { by, id, reason }: Args<"deleteBead">): Promise<null> {
  const bead = ctx.tx.require(await ctx.resolve(id));
  refuseTownsOwn(bead);
  if (isLeased(bead)) {
    throw new AppError("invalid_transition", `${bead.id} is ${bead.status}: ${bead.assignee} has it.`, {
      hint: `Take it back first: \`gt unsling ${bead.id}\`.`,
      data: { id: bead.id, from: bead.status },
    });
  }
  ctx.turn.unschedule(dueTimer(bead.id));
  burnMolecule(ctx, bead);
  ctx.delete(bead.id, reason ?? `deleted by ${by}`);
  ctx.say("bead.deleted", `${by} deletes ${bead.id}: ${bead.title}`);
  return null;
}

/** @throws {AppError} not_found, ambiguous */
export async function commentBead(ctx: TownTurn, { by, id, text }: Args<"comment">): Promise<Bead> {
  const full = await ctx.resolve(id);
  ctx.comment(full, text, by);
  return ctx.tx.require(full);
}

/** @throws {AppError} not_found, ambiguous, dependency_cycle, invalid_argument */
export async function addDependency(ctx: TownTurn, args: Args<"addDependency">): Promise<Bead> {
  const id = await ctx.resolve(args.id);
  refuseTownsOwn(ctx.tx.require(id));
  ctx.tx.addDependency(id, await ctx.resolve(args.depends_on), args.type);
  ctx.touch(id);
  return ctx.tx.require(id);
}

/** @throws {AppError} not_found, ambiguous */
export async function removeDependency(ctx: TownTurn, args: Args<"removeDependency">): Promise<Bead> {
  const id = await ctx.resolve(args.id);
  refuseTownsOwn(ctx.tx.require(id));
  // The other bead may be gone; then its full id is needed.
  const target = await ctx.resolve(args.depends_on).catch(() => args.depends_on);
  if (!ctx.tx.removeDependency(id, target)) {
    throw new AppError("not_found", `${id} does not depend on ${target}.`, {
      hint: `See \`gt show ${id}\`.`,
    });
  }
  ctx.touch(id);
  return ctx.tx.require(id);
}

function closeOne(ctx: TownTurn, bead: Bead, by: string, reason: string | undefined): void {
  refuseTownsOwn(bead);
  const leased = isLeased(bead);
  checkWorkTransition({ id: bead.id, from: bead.status, to: "closed", who: who(by), leased });
  if (leased) {
    const work = ctx.work(bead);
    const ended = { lease: undefined, attempts: endAttempt(work, ctx.nowText, "stopped") };
    ctx.setWork(bead, ended, UNLEASED);
  }
  ctx.close(bead.id, reason ?? `Closed by ${by}`);
  if (bead.labels?.includes(SLUNG_LABEL)) ctx.unlabel(bead.id);
  ctx.turn.unschedule(dueTimer(bead.id));
}

function reopenOne(ctx: TownTurn, bead: Bead, by: string): void {
  refuseTownsOwn(bead);
  checkWorkTransition({ id: bead.id, from: bead.status, to: "open", who: who(by), leased: isLeased(bead) });
  const patch: BeadPatch = { ...UNLEASED, status: "open", defer_until: null };
  if (readSatellite(bead, "work") === undefined) ctx.update(bead.id, patch);
  else {
    const fresh = {
      lease: undefined,
      tries: 0,
      rejections: 0,
      merge_request: undefined,
      checkpoint: undefined,
    };
    burnMolecule(ctx, ctx.setWork(bead, fresh, patch));
  }
  if (bead.labels?.includes(SLUNG_LABEL)) ctx.unlabel(bead.id);
}

function rigOfAgent(ctx: TownTurn, by: string): string | undefined {
  if (!isAgentName(by)) return undefined;
  const { rig } = splitAgent(by);
  return ctx.rigs.has(rig) ? rig : undefined;
}

function about(ctx: TownTurn, bead: Bead): { readonly bead: string; readonly rig?: string } {
  const rig = ctx.rigOf(bead);
  return { bead: bead.id, ...(rig === undefined ? {} : { rig: rig.name }) };
}

function refuseTownsOwn(bead: Bead): void {
  if (TOWN_TYPES.includes(bead.issue_type)) throw townsOwn(bead.issue_type);
}

function townsOwn(type: string): AppError {
  return new AppError("invalid_argument", `A bead of type ${type} is the town's own record.`, {
    hint: "Use the command for it: `gt rig`, `gt agents`, `gt convoy`, `gt sling`.",
    data: { type },
  });
}

function refuseTownMetadata(metadata: Readonly<Record<string, unknown>> | undefined): void {
  const key = Object.keys(metadata ?? {}).find(name => name in SATELLITES);
  if (key === undefined) return;
  throw new AppError("invalid_argument", `metadata.${key} is written by the town alone.`, {
    hint: "Use another key for what is yours.",
    data: { key },
  });
}

function refuseTownLabels(labels: readonly string[] | undefined): void {
  if (!labels?.includes(SLUNG_LABEL)) return;
  throw new AppError("invalid_argument", `The label ${SLUNG_LABEL} is the town's.`, {
    hint: "Use `gt sling` and `gt unsling`.",
  });
}

/** True for a bead that may be slung. */
export function isSlingable(bead: Bead): boolean {
  return isWorkType(bead.issue_type) && bead.is_template !== true;
}
