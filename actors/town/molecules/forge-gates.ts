/**
 * Gates that wait for a workflow run or a pull request: the forge is asked by timer, rarer the longer it takes, until it
 * says how that ended. A run that failed, a pull request that was closed, and a forge that cannot be asked are escalated.
 */
import { z } from "zod";
import { type GateFact, judgeGate } from "../../../store/molecules/gate.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { backoff } from "../../kernel/clock.ts";
import { type ForgePlace, forgeFactSchema } from "../../ports.ts";
import { internal, type TownCalls } from "../calls/table.ts";
import { forgeReplySchema } from "../refinery/pull-calls.ts";
import { type ForgeError, LASTING, repoOf } from "../refinery/pulls.ts";
import type { TownTurn } from "../town-turn.ts";
import { escalateGate, gateTimer, openGate, setGate } from "./gates.ts";
import { gateState, gateView } from "./views.ts";

/** Between two looks at the forge: a tenth of the time that it has taken, within these. Milliseconds. */
const LOOK_MS = 60_000;
const LOOK_SLOW_MS = 600_000;
/** Failures in a row of asking the forge, before a person is asked. */
const MAX_FAILURES = 10;

export const forgeGateCalls = {
  gateDue: internal(z.object({ by: z.literal("town").default("town"), id: z.string() }), (ctx, { id }) =>
    lookAtGate(ctx, id),
  ),
  gateLooked: internal(forgeReplySchema, (ctx, answer) => {
    const { id } = answer.context;
    if (!answer.ok) {
      lookFailed(ctx, id, answer.error);
      return;
    }
    const fact = forgeFactSchema.safeParse(answer.value).data;
    if (fact !== undefined) looked(ctx, id, fact);
    else lookFailed(ctx, id, { code: "unavailable", message: "The forge's answer cannot be read." });
  }),
} satisfies TownCalls;

/** Timers of all gates that wait for the forge: a town whose storage was lost looks at them again. */
export function armForgeGates(ctx: TownTurn): void {
  for (const gate of ctx.query({ type: ["gate"], status: ["open"] })) {
    if (watched(ctx, gate.id) !== undefined) {
      ctx.turn.schedule(gateTimer(gate.id), ctx.now + LOOK_MS, "gateDue", { id: gate.id });
    }
  }
}

function lookAtGate(ctx: TownTurn, id: string): void {
  const gate = watched(ctx, id);
  if (gate === undefined) return;
  const number = Number(/(\d+)\/?$/.exec(gate.await_id ?? "")?.[1]);
  const found = placeOf(ctx, gate);
  if (!Number.isSafeInteger(number) || number <= 0) {
    giveUp(
      ctx,
      gate,
      `"${gate.await_id ?? ""}" is no number of a ${gate.await_type === "gh:pr" ? "pull request" : "workflow run"}`,
    );
    return;
  }
  if (found === undefined) {
    giveUp(
      ctx,
      gate,
      "nothing says which repository of the forge its rig is; gt rig set <rig> --forge-repo owner/name",
    );
    return;
  }
  const args = { forge: found.forge, of: gate.await_type === "gh:pr" ? "pr" : "run", number };
  ctx.turn.send({ kind: "forge", name: found.rig }, "fact", args, { onReply: "gateLooked", context: { id } });
  // Should no answer come, it is asked again.
  ctx.turn.schedule(gateTimer(id), ctx.now + LOOK_SLOW_MS, "gateDue", { id });
}

function looked(ctx: TownTurn, id: string, fact: NonNullable<GateFact>): void {
  const gate = watched(ctx, id);
  if (gate === undefined) return;
  const since = readSatellite(gate, "gate")?.since ?? gate.created_at;
  if (readSatellite(gate, "gate")?.failures !== undefined) setGate(ctx, gate, { failures: 0 });
  const verdict = judgeGate({ ...gate, created_at: since }, fact, ctx.now);
  if (verdict.kind === "open") {
    ctx.turn.unschedule(gateTimer(id));
    openGate(ctx, gate, verdict.reason);
    return;
  }
  const ended =
    (fact.kind === "run" && fact.status === "completed") || (fact.kind === "pr" && fact.state === "CLOSED");
  if (ended) {
    giveUp(ctx, gate, verdict.reason);
    return;
  }
  // Late is not over: people are asked, and it still opens by itself.
  if (verdict.kind === "escalate" && gateState(gate) === "waiting") escalateGate(ctx, gate, verdict.reason);
  const pause = Math.min(LOOK_SLOW_MS, Math.max(LOOK_MS, (ctx.now - Date.parse(since)) / 10));
  ctx.turn.schedule(gateTimer(id), ctx.now + Math.round(pause), "gateDue", { id });
}

function lookFailed(ctx: TownTurn, id: string, error: ForgeError): void {
  const gate = watched(ctx, id);
  if (gate === undefined) return;
  const failures = (readSatellite(gate, "gate")?.failures ?? 0) + 1;
  const words = [error.message, error.hint].filter(part => part !== undefined).join(" ");
  if (LASTING.includes(error.code) || failures > MAX_FAILURES) {
    giveUp(ctx, gate, words);
    return;
  }
  setGate(ctx, gate, { failures });
  const limited = error.data?.retry_at;
  const at =
    typeof limited === "number" && limited > ctx.now
      ? limited
      : ctx.now + backoff(failures, LOOK_MS, LOOK_SLOW_MS, ctx.turn.random());
  ctx.turn.schedule(gateTimer(id), at, "gateDue", { id });
}

/** Nothing more is to be learned from the forge. */
function giveUp(ctx: TownTurn, gate: Bead, reason: string): void {
  ctx.turn.unschedule(gateTimer(gate.id));
  if (gateState(gate) === "waiting") escalateGate(ctx, gate, reason);
}

/** The gate, while something waits for it and the forge knows about it. */
function watched(ctx: TownTurn, id: string): Bead | undefined {
  const gate = ctx.tx.get(id);
  if (gate?.issue_type !== "gate" || gate.await_type?.startsWith("gh:") !== true) return undefined;
  return ["waiting", "escalated"].includes(gateState(gate)) ? gate : undefined;
}

function placeOf(
  ctx: TownTurn,
  gate: Bead,
): { readonly rig: string; readonly forge: ForgePlace } | undefined {
  const { bead } = gateView(ctx, gate);
  const source = bead === undefined ? undefined : ctx.tx.get(bead);
  const rig = source && ctx.rigOf(source);
  const repo = rig && (rig.settings.forge_repo ?? repoOf(rig));
  if (rig === undefined || repo === undefined) return undefined;
  return { rig: rig.name, forge: { base_url: rig.settings.forge_url, repo } };
}
