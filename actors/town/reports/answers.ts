/** Questions about a bead with their answers, for the prompt of whoever works on it. */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { TownTurn } from "../town-turn.ts";

/** Shown in a prompt: the latest. */
const MAX_SHOWN = 10;

/** Questions about a bead, oldest first. */
export function questionsOf(ctx: Pick<TownTurn, "tx">, bead: string): Bead[] {
  return ctx.tx
    .query({ dependsOn: bead, edgeType: "discovered-from", type: ["gate"], sort: "oldest" })
    .filter(gate => readSatellite(gate, "gate")?.asked !== undefined);
}

/** The latest of them with their answers. */
export function answersOf(
  ctx: Pick<TownTurn, "tx">,
  bead: string,
): { readonly question: string; readonly answer: string | undefined }[] {
  return questionsOf(ctx, bead)
    .slice(-MAX_SHOWN)
    .map(gate => ({
      question: gate.description ?? gate.title,
      answer: readSatellite(gate, "gate")?.answer,
    }));
}
