/** Open molecules and gates, as the rules look at them. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type GateRecord, gateRecordSchema, readSatellite } from "../../../store/schema/satellite.ts";
import { threadLabel } from "../mail/send.ts";
import type { GateItem, MoleculeItem } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { isTownGate } from "./gates.ts";
import { isOver } from "./steps.ts";

/** Molecules that a bead of the town is worked on by. */
export function openMolecules(ctx: TownTurn): MoleculeItem[] {
  return ctx.query({ type: ["molecule"], category: ["active", "wip"] }).flatMap(root => {
    const source = readSatellite(root, "molecule")?.source;
    return source === undefined ? [] : [{ root, source: ctx.tx.get(source) }];
  });
}

/** Gates of these molecules; gates that people made for themselves are theirs. */
export function openGates(ctx: TownTurn): GateItem[] {
  return ctx.query({ type: ["gate"], status: ["open"] }).flatMap(bead => {
    if (!isTownGate(ctx, bead)) return [];
    const record = readSatellite(bead, "gate") ?? gateRecordSchema.parse({});
    const wanted = record.since === undefined && isWanted(ctx, bead);
    const other =
      bead.await_type === "bead" && bead.await_id !== undefined ? ctx.tx.get(bead.await_id) : undefined;
    const source = record.asked === undefined ? undefined : ctx.tx.get(record.asked.bead);
    const over = record.asked !== undefined && (source === undefined || isOver(source));
    return [{ bead, record, wanted, answered: answerTo(ctx, record), over, other: other?.status }];
  });
}

/** True when a step waits for nothing but gates, this one among them. */
function isWanted(ctx: TownTurn, gate: Bead): boolean {
  return ctx.query({ dependsOn: gate.id, edgeType: "blocks" }).some(step => {
    const blockers = ctx.tx.blockers(step.id);
    return blockers.length > 0 && blockers.every(id => ctx.tx.get(id)?.issue_type === "gate");
  });
}

/** The first answer in the gate's thread, by whom it is. */
function answerTo(ctx: TownTurn, { thread }: GateRecord): string | undefined {
  if (thread === undefined) return undefined;
  const found = ctx
    .query({ type: ["message"], labels: [threadLabel(thread)], sort: "oldest" })
    .find(message => message.sender !== "town");
  return (
    found && `${found.sender ?? "somebody"} answers: ${(found.description ?? found.title).slice(0, 500)}`
  );
}
