/** Slinging: the town sees these beads through. All of them, or none. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { SlingReply } from "../../../store/schema/requests.ts";
import {
  type RigRecord,
  readSatellite,
  SLUNG_LABEL,
  type Work,
  workSchema,
} from "../../../store/schema/satellite.ts";
import { isDone } from "../../states/work.ts";
import { checkDriver, chooseDriver } from "../dispatch/driver.ts";
import { armDue } from "../dispatch/due.ts";
import { forgive, isBackoff } from "../dispatch/resets.ts";
import { isLeased, unsling } from "../dispatch/take-back.ts";
import { prefixOf } from "../kinds.ts";
import { burnMolecule } from "../molecules/finish.ts";
import { planFor } from "../molecules/pour.ts";
import type { TownTurn } from "../town-turn.ts";
import { type Args, isSlingable } from "./beads.ts";
import { peopleOnly } from "./who.ts";

/** @throws {AppError} not_found, ambiguous, invalid_argument, invalid_transition, too_large, unavailable */
export async function sling(ctx: TownTurn, args: Args<"sling">): Promise<SlingReply> {
  peopleOnly(args.by, "sling work");
  const slung: SlingReply["slung"] = [];
  const checked: { readonly bead: Bead; readonly rig: RigRecord }[] = [];
  for (const partial of new Set(args.beads)) {
    const bead = ctx.tx.require(await ctx.resolve(partial));
    if (slung.some(entry => entry.bead === bead.id)) continue;
    const rig = rigFor(ctx, bead, args.rig);
    const already = bead.labels?.includes(SLUNG_LABEL) ?? false;
    slung.push({ bead: bead.id, rig: rig.name, already });
    if (already && !isLeased(bead)) lift(ctx, bead);
    if (already && (isLeased(bead) || !changesHow(args))) continue;
    check(ctx, bead, rig, args);
    checked.push({ bead, rig });
  }
  for (const { bead, rig } of checked) slingOne(ctx, bead, rig, args);
  return { slung };
}

/** Slung again by a person, a bead in back-off goes on now, with all its tries. */
function lift(ctx: TownTurn, bead: Bead): void {
  const work = readSatellite(bead, "work");
  if (work === undefined || !isBackoff(bead, work)) return;
  forgive(ctx, bead);
  ctx.say("bead.slung", `${ctx.by} slings ${bead.id} again: its back-off is over`, {
    rig: work.rig,
    bead: bead.id,
  });
}

/** @throws {AppError} not_found, ambiguous */
export async function unslingBeads(ctx: TownTurn, args: Args<"unsling">): Promise<{ unslung: string[] }> {
  peopleOnly(args.by, "unsling work");
  const unslung: string[] = [];
  for (const partial of args.beads) {
    const bead = ctx.tx.require(await ctx.resolve(partial));
    if (!bead.labels?.includes(SLUNG_LABEL)) continue;
    unsling(ctx, bead);
    unslung.push(bead.id);
  }
  return { unslung };
}

function rigFor(ctx: TownTurn, bead: Bead, wanted: string | undefined): RigRecord {
  const prefix = prefixOf(bead.id);
  const own = [...ctx.rigs.values()].find(rig => rig.prefix === prefix);
  if (wanted !== undefined) {
    const rig = ctx.rig(wanted);
    if (own !== undefined && own.name !== rig.name) {
      throw new AppError(
        "invalid_argument",
        `${bead.id} belongs to the rig ${own.name}, not to ${rig.name}.`,
        {
          hint: `Sling it without --rig, or file a bead in ${rig.name}.`,
          data: { bead: bead.id, rig: rig.name },
        },
      );
    }
    return usable(rig);
  }
  if (own !== undefined) return usable(own);
  const before = readSatellite(bead, "work");
  if (before !== undefined) return usable(ctx.rig(before.rig));
  throw new AppError("invalid_argument", `${bead.id} belongs to the town, and to no rig.`, {
    hint: "Say in which repository it is to be done: `--rig <rig>`.",
    data: { bead: bead.id },
  });
}

function usable(rig: RigRecord): RigRecord {
  if (rig.state === "ready") return rig;
  throw new AppError(
    "unavailable",
    `The rig ${rig.name} is ${rig.state}${rig.reason ? `: ${rig.reason}` : ""}.`,
    {
      hint:
        rig.state === "adding"
          ? "Wait until its repository is cloned."
          : rig.state === "parked"
            ? `\`gt rig unpark ${rig.name}\` takes it up again.`
            : "See `gt rig list`.",
    },
  );
}

function check(ctx: TownTurn, bead: Bead, rig: RigRecord, args: Args<"sling">): void {
  if (!isSlingable(bead)) {
    throw new AppError("invalid_argument", `${bead.id} is a ${bead.issue_type}, which no polecat works on.`, {
      hint: "Sling tasks, bugs, features or chores; an epic's children, not the epic.",
      data: { bead: bead.id, type: bead.issue_type },
    });
  }
  if (isDone(bead.status)) {
    throw new AppError("invalid_transition", `${bead.id} is ${bead.status}, and done work is not slung.`, {
      hint: `Reopen it first: \`gt bead reopen ${bead.id}\`.`,
      data: { id: bead.id, from: bead.status, to: "hooked" },
    });
  }
  if (bead.status === "in_progress" && !isLeased(bead)) {
    throw new AppError("invalid_transition", `${bead.id} is in progress by ${bead.assignee ?? "somebody"}.`, {
      hint: `Make it open first: \`gt undefer ${bead.id}\` or \`gt bead update ${bead.id} --status open\`.`,
      data: { id: bead.id, from: bead.status, to: "hooked" },
    });
  }
  checkDriver(bead, chooseDriver(bead, args, rig, ctx.settings));
  const formula = formulaFor(bead, rig, args);
  // What is wrong with the formula or its variables is said now, not when the bead's turn comes.
  if (formula !== undefined) planFor(ctx, bead, rig, formula);
}

/** The formula that the bead is to follow: as slung now, as slung before, else the rig's own. */
function formulaFor(bead: Bead, rig: RigRecord, args: Args<"sling">): Work["formula"] {
  const { formula: name, vars = {} } = args;
  if (name === null) return undefined;
  if (name !== undefined) return { name, vars };
  const before = readSatellite(bead, "work")?.formula;
  const own =
    before ?? (rig.settings.formula === undefined ? undefined : { name: rig.settings.formula, vars: {} });
  if (own !== undefined) return { ...own, vars: { ...own.vars, ...vars } };
  if (Object.keys(vars).length === 0) return undefined;
  throw new AppError("invalid_argument", "Variables were given without a formula.", {
    hint: "Name it: `--formula NAME`. `gt formula list` shows them.",
  });
}

function changesHow({ driver, isolation, formula, vars }: Args<"sling">): boolean {
  return [driver, isolation, formula, vars].some(given => given !== undefined);
}

function slingOne(ctx: TownTurn, bead: Bead, rig: RigRecord, args: Args<"sling">): void {
  const { by, driver, isolation } = args;
  const before = readSatellite(bead, "work");
  const formula = formulaFor(bead, rig, args);
  const changed = JSON.stringify(before?.formula ?? null) !== JSON.stringify(formula ?? null);
  const known = changed && before !== undefined ? ctx.work(burnMolecule(ctx, bead)) : before;
  const { formula: _formula, ...rest } = known ?? workSchema.parse({ rig: rig.name });
  const work = {
    ...rest,
    ...(formula === undefined ? {} : { formula }),
    rig: rig.name,
    tries: 0,
    rejections: 0,
    slung: {
      at: ctx.nowText,
      by,
      ...(driver === undefined ? {} : { driver }),
      ...(isolation === undefined ? {} : { isolation }),
    },
  };
  ctx.update(bead.id, { metadata: { work }, assignee: null });
  ctx.tx.addLabel(bead.id, SLUNG_LABEL);
  armDue(ctx, bead);
  ctx.say("bead.slung", `${by} slings ${bead.id} to ${rig.name}: ${bead.title}`, {
    rig: rig.name,
    bead: bead.id,
  });
}
