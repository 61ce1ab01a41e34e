/** Starting a staged convoy, and changing what belongs to it. */
import type { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { startConvoySchema, updateConvoySchema } from "../../../store/schema/requests.ts";
import { HELD_LABEL, requireSatellite, SLUNG_LABEL } from "../../../store/schema/satellite.ts";
import { convoyMachine } from "../../states/convoy.ts";
import { isDone } from "../../states/work.ts";
import { isSlingable } from "../calls/beads.ts";
import { sling } from "../calls/sling.ts";
import type { TownTurn } from "../town-turn.ts";
import { convoyView } from "./convoys.ts";
import { memberIds, members, needs, workIds } from "./members.ts";
import { checkTold } from "./tell.ts";
import { waves } from "./waves.ts";

/** Beads slung with one call. */
const SLING_CHUNK = 100;

/** @throws {AppError} not_found, ambiguous, invalid_argument for a bead that is no convoy */
export async function requireConvoy(ctx: TownTurn, partial: string): Promise<Bead> {
  const bead = ctx.tx.require(await ctx.resolve(partial));
  if (bead.issue_type === "convoy") return bead;
  throw new AppError("invalid_argument", `${bead.id} is a ${bead.issue_type} and no convoy.`, {
    hint: "`gt convoy list` shows what there is.",
    data: { bead: bead.id },
  });
}

/**
 * Slings what is left of it. Each bead is dispatched when what it waits for is done, so the waves follow one another.
 * Starting again slings what was added or taken back since.
 * @throws {AppError} invalid_transition when it is over, dependency_cycle, and what slinging throws
 */
export async function startConvoy(
  ctx: TownTurn,
  convoy: Bead,
  options: z.output<typeof startConvoySchema>,
): Promise<Bead> {
  if (convoy.status === "closed") {
    convoyMachine.check(convoy.id, convoyView(ctx, convoy).state, "open", "town");
  }
  const beads = members(ctx, convoy);
  waves(beads.map(bead => ({ id: bead.id, needs: needs(bead) })));
  const record = requireSatellite(convoy, "convoy");
  const slung = { ...record.sling, ...options };
  const { staged: _staged, ...rest } = record;
  const started = ctx.update(convoy.id, {
    metadata: {
      convoy: { ...rest, staged: false, started_at: record.started_at ?? ctx.nowText, sling: slung },
    },
  });
  await slingAll(ctx, beads, slung);
  if (record.started_at === undefined) {
    ctx.say("convoy.started", `${ctx.by} starts the convoy ${convoy.id}: ${convoy.title}`, {
      bead: convoy.id,
    });
  }
  return started;
}

async function slingAll(
  ctx: TownTurn,
  beads: readonly Bead[],
  { rig, driver, isolation }: z.output<typeof startConvoySchema>,
): Promise<void> {
  const open = beads.filter(bead => isIdle(bead) && isSlingable(bead)).map(({ id }) => id);
  for (let at = 0; at < open.length; at += SLING_CHUNK) {
    const chunk = open.slice(at, at + SLING_CHUNK);
    const own = chunk.filter(id => ctx.rigOf(ctx.tx.require(id)) !== undefined);
    const others = chunk.filter(id => !own.includes(id));
    const how = {
      ...(driver === undefined ? {} : { driver }),
      ...(isolation === undefined ? {} : { isolation }),
    };
    if (own.length > 0) await sling(ctx, { by: ctx.by, beads: own, ...how });
    if (others.length > 0) {
      await sling(ctx, { by: ctx.by, beads: others, ...how, ...(rig === undefined ? {} : { rig }) });
    }
  }
}

/** Nobody has it, it is not kept back, and it was not slung. */
function isIdle(bead: Bead): boolean {
  const labels = bead.labels ?? [];
  return bead.status === "open" && !labels.includes(SLUNG_LABEL) && !labels.includes(HELD_LABEL);
}

/**
 * Adds beads; a convoy that was over goes on. In a started one they are slung.
 * @throws {AppError} not_found, ambiguous, invalid_argument, and what slinging throws
 */
export async function addToConvoy(ctx: TownTurn, convoy: Bead, partials: readonly string[]): Promise<Bead> {
  const already = new Set(memberIds(convoy));
  const ids = (await workIds(ctx, partials)).filter(id => !already.has(id));
  if (ids.length === 0) return convoy;
  const record = requireSatellite(convoy, "convoy");
  const { landed_at: _landed, ...rest } = record;
  if (convoy.status === "closed" && ids.some(id => !isDone(ctx.tx.require(id).status))) {
    ctx.update(convoy.id, { status: "open", metadata: { convoy: rest } });
  }
  for (const id of ids) ctx.tx.addDependency(convoy.id, id, "tracks");
  ctx.touch(convoy.id);
  ctx.say("convoy.added", `${ctx.by} adds ${ids.join(", ")} to the convoy ${convoy.id}`, { bead: convoy.id });
  const after = ctx.tx.require(convoy.id);
  return record.started_at === undefined ? after : startConvoy(ctx, after, {});
}

/** Takes beads out; they stay as they are. @throws {AppError} not_found for what does not belong to it */
export async function removeFromConvoy(
  ctx: TownTurn,
  convoy: Bead,
  partials: readonly string[],
): Promise<Bead> {
  for (const partial of partials) {
    // The bead itself may be gone; then its full id is needed.
    const id = await ctx.resolve(partial).catch(() => partial);
    if (!memberIds(convoy).includes(id)) {
      throw new AppError("not_found", `${id} does not belong to the convoy ${convoy.id}.`, {
        hint: `See \`gt convoy show ${convoy.id}\`.`,
        data: { bead: id, convoy: convoy.id },
      });
    }
    ctx.tx.removeDependency(convoy.id, id);
  }
  ctx.touch(convoy.id);
  ctx.say("convoy.removed", `${ctx.by} takes ${partials.join(", ")} out of the convoy ${convoy.id}`, {
    bead: convoy.id,
  });
  return ctx.tx.require(convoy.id);
}

/** Changes its title, owner, mode and who is told. @throws {AppError} invalid_transition for a mode after the start */
export function updateConvoy(
  ctx: TownTurn,
  convoy: Bead,
  { title, owner, mode, watch, unwatch }: z.output<typeof updateConvoySchema>,
): Bead {
  const record = requireSatellite(convoy, "convoy");
  if (mode !== undefined && mode !== record.mode && record.started_at !== undefined) {
    throw new AppError(
      "invalid_transition",
      `The convoy ${convoy.id} was started, and its mode stays as it is.`,
      {
        hint: "Make a new convoy of the beads that are left.",
        data: { convoy: convoy.id },
      },
    );
  }
  checkTold(ctx, [...(owner === undefined ? [] : [owner]), ...watch]);
  const watchers = [...new Set([...record.watchers, ...watch])].filter(name => !unwatch.includes(name));
  return ctx.update(convoy.id, {
    ...(title === undefined ? {} : { title }),
    metadata: {
      convoy: {
        ...record,
        watchers,
        ...(owner === undefined ? {} : { owner }),
        ...(mode === undefined ? {} : { mode }),
      },
    },
  });
}

/** Gives it up; its beads stay as they are. Once over, nothing happens. */
export function closeConvoy(ctx: TownTurn, convoy: Bead, reason: string | undefined): Bead {
  if (convoy.status === "closed") return convoy;
  convoyMachine.check(convoy.id, convoyView(ctx, convoy).state, "closed", "person");
  ctx.close(convoy.id, reason ?? `Given up by ${ctx.by}`);
  ctx.say("convoy.closed", `${ctx.by} gives up the convoy ${convoy.id}: ${convoy.title}`, {
    bead: convoy.id,
    level: "warn",
  });
  return ctx.tx.require(convoy.id);
}
