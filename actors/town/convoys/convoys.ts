/** Convoys: beads of any rigs that are followed together, and land when all of them are closed. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { type Convoy, readSatellite, requireSatellite } from "../../../store/schema/satellite.ts";
import type { ConvoyView } from "../../../store/schema/views.ts";
import { convoyMachine, convoyProgress } from "../../states/convoy.ts";
import { HQ_PREFIX, isWorkType, prefixOf } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";

/** Ids that a convoy tracks, in the order in which they were added. */
export function memberIds(convoy: Bead): string[] {
  return (convoy.dependencies ?? []).filter(edge => edge.type === "tracks").map(edge => edge.depends_on_id);
}

/** Members that still exist. */
export function members(ctx: TownTurn, convoy: Bead): Bead[] {
  return memberIds(convoy).flatMap(id => {
    const bead = ctx.tx.get(id);
    return bead === undefined ? [] : [bead];
  });
}

/** @throws {AppError} not_found, ambiguous, invalid_argument */
export async function createConvoy(ctx: TownTurn, title: string, partials: readonly string[]): Promise<Bead> {
  const ids = new Set<string>();
  for (const partial of partials) {
    const id = await ctx.resolve(partial);
    const { issue_type } = ctx.tx.require(id);
    if (!isWorkType(issue_type)) {
      throw new AppError("invalid_argument", `${id} is a ${issue_type}, and a convoy follows work only.`, {
        hint: "Name the tasks, bugs or features that are to land together.",
      });
    }
    ids.add(id);
  }
  const convoy = ctx.create({
    prefix: HQ_PREFIX,
    title,
    issue_type: "convoy",
    metadata: { convoy: { created_by: ctx.by, reported: [] } satisfies Convoy },
    dependencies: [...ids].map(id => ({ depends_on_id: id, type: "tracks" })),
  });
  const beads = ids.size === 1 ? "1 bead" : `${ids.size} beads`;
  ctx.say("convoy.created", `Convoy ${convoy.id} follows ${beads}: ${title}`, { bead: convoy.id });
  return convoy;
}

/** The last of its beads has closed. */
export function land(ctx: TownTurn, convoy: Bead): void {
  convoyMachine.check(convoy.id, "open", "landed", "town");
  const record = requireSatellite(convoy, "convoy");
  const { merged } = convoyProgress(
    members(ctx, convoy).map(bead => bead.status),
    false,
  );
  ctx.update(convoy.id, { metadata: { convoy: { ...record, landed_at: ctx.nowText } } });
  ctx.close(convoy.id, `Landed: ${merged} closed`);
  ctx.say("convoy.landed", `Convoy ${convoy.id} has landed: ${convoy.title}`, {
    bead: convoy.id,
    level: "good",
  });
}

/** Says once of each member that it failed, and forgets it when it is taken up again. */
export function report(ctx: TownTurn, convoy: Bead, failed: readonly string[]): void {
  const record = requireSatellite(convoy, "convoy");
  ctx.update(convoy.id, { metadata: { convoy: { ...record, reported: [...failed] } } });
  const news = failed.filter(id => !record.reported.includes(id));
  if (news.length === 0) return;
  ctx.say("convoy.failing", `Convoy ${convoy.id} cannot land: ${news.join(", ")} failed`, {
    bead: convoy.id,
    level: "error",
  });
}

/** As people see it. */
export function convoyView(ctx: TownTurn, convoy: Bead): ConvoyView {
  const record = readSatellite(convoy, "convoy");
  const beads = memberIds(convoy).flatMap(id => {
    const bead = ctx.tx.get(id);
    if (bead !== undefined) return [{ id, title: bead.title, status: bead.status }];
    return ctx.prefixes.has(prefixOf(id)) ? [] : [{ id, title: "", status: "unreachable" }];
  });
  const progress = convoyProgress(
    beads.map(bead => bead.status),
    convoy.status === "closed",
  );
  return {
    id: convoy.id,
    title: convoy.title,
    ...progress,
    beads,
    ...(record?.landed_at === undefined ? {} : { landed_at: record.landed_at }),
  };
}
