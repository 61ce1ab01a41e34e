/** Gates: begun to wait, opened, escalated by the town; approved and rejected by people. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { type GateRecord, gateRecordSchema, readSatellite } from "../../../store/schema/satellite.ts";
import type { GateView } from "../../../store/schema/views.ts";
import { gateMachine } from "../../states/gate.ts";
import { freeWork } from "../../states/work.ts";
import { peopleOnly } from "../calls/who.ts";
import { UNLEASED } from "../dispatch/attempts.ts";
import { dueTimer } from "../dispatch/due.ts";
import { isLeased, takeBack } from "../dispatch/take-back.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { sendMail } from "../mail/send.ts";
import type { TownTurn } from "../town-turn.ts";
import { goOn } from "./advance.ts";
import { gateState, gateView, rootOf } from "./views.ts";

/** How soon the forge is asked about a gate that something waits for. Milliseconds. */
const FIRST_LOOK_MS = 1_000;

/** Timer that asks the forge about a gate. */
export function gateTimer(id: string): string {
  return `gate/${id}`;
}

/** Something waits for the gate from now on: its time begins. */
export function armGate(ctx: TownTurn, gate: Bead): void {
  gateMachine.check(gate.id, gateState(gate), "waiting", "town");
  setGate(ctx, gate, { since: ctx.nowText });
  if (gate.await_type?.startsWith("gh:") === true) {
    ctx.turn.schedule(gateTimer(gate.id), ctx.now + FIRST_LOOK_MS, "gateDue", { id: gate.id });
  }
  const problem = gate.await_type === "mail" ? askByMail(ctx, gate) : undefined;
  const view = gateView(ctx, ctx.tx.require(gate.id));
  ctx.say("gate.waiting", `${view.bead ?? gate.id} waits for ${view.reason}`, {
    ...aboutGate(view),
    level: gate.await_type === "timer" ? "info" : "warn",
  });
  if (problem !== undefined) escalateGate(ctx, ctx.tx.require(gate.id), problem);
}

/** Any answer in the thread opens the gate. Why it could not be sent, when it could not. */
function askByMail(ctx: TownTurn, gate: Bead): string | undefined {
  const to = gate.await_id ?? "mayor";
  const { bead, reason } = gateView(ctx, gate);
  try {
    const sent = sendMail(ctx, {
      from: "town",
      to: [to],
      subject: `Your answer is waited for: ${gate.title}`,
      body: `${bead ?? gate.id} waits for ${reason}. Any answer to this message lets it go on.`,
      kind: "task",
    });
    setGate(ctx, ctx.tx.require(gate.id), { thread: sent.thread });
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${to} could not be asked: ${error.message}`;
  }
}

/** What it waits for has happened. */
export function openGate(ctx: TownTurn, gate: Bead, reason: string, by: "town" | "person" = "town"): void {
  gateMachine.check(gate.id, gateState(gate), "released", by);
  setGate(ctx, gate, { state: "released", reason });
  ctx.close(gate.id, reason);
  const view = gateView(ctx, ctx.tx.require(gate.id));
  ctx.say("gate.opened", `${gate.title} is open: ${reason}`, { ...aboutGate(view), level: "good" });
  const source = view.bead === undefined ? undefined : ctx.tx.get(view.bead);
  if (source !== undefined && isLeased(source)) goOn(ctx, source);
}

/** It will not open by itself: people are asked, and it stays. */
export function escalateGate(ctx: TownTurn, gate: Bead, reason: string): void {
  gateMachine.check(gate.id, gateState(gate), "escalated", "town");
  setGate(ctx, gate, { state: "escalated", reason });
  const view = gateView(ctx, ctx.tx.require(gate.id));
  raiseEscalation(ctx, {
    severity: "high",
    category: "gate_timeout",
    source: gate.id,
    title: `${gate.title}: ${reason}`,
    text: [
      `${view.bead ?? "A molecule"} waits for the gate ${gate.id} (${view.type}), which does not open: ${reason}.`,
      `Open it with \`gt gate approve ${gate.id}\`, or end the work with \`gt gate reject ${gate.id}\`.`,
    ].join("\n"),
  });
}

/** A person opens the gate. Twice is once. @throws {AppError} not_found, ambiguous, invalid_transition, forbidden */
export async function approveGate(
  ctx: TownTurn,
  { by, id, reason }: { readonly by: string; readonly id: string; readonly reason?: string | undefined },
): Promise<GateView> {
  peopleOnly(by, "open gates");
  const gate = await requireGate(ctx, id);
  if (gateState(gate) !== "released") {
    openGate(
      ctx,
      gate,
      reason === undefined ? `Approved by ${by}` : `Approved by ${by}: ${reason}`,
      "person",
    );
  }
  return gateView(ctx, ctx.tx.require(gate.id));
}

/** A person ends the work that waits for the gate. @throws {AppError} not_found, ambiguous, invalid_transition, forbidden */
export async function rejectGate(
  ctx: TownTurn,
  { by, id, reason }: { readonly by: string; readonly id: string; readonly reason: string },
): Promise<GateView> {
  peopleOnly(by, "reject gates");
  const gate = await requireGate(ctx, id);
  if (gateState(gate) === "rejected") return gateView(ctx, gate);
  gateMachine.check(gate.id, gateState(gate), "rejected", "person");
  const words = `Rejected by ${by}: ${reason}`;
  setGate(ctx, gate, { state: "rejected", reason: words });
  ctx.update(gate.id, { status: "failed" });
  const view = gateView(ctx, ctx.tx.require(gate.id));
  ctx.say("gate.rejected", `${gate.title}: ${words}`, { ...aboutGate(view), level: "warn" });
  const source = view.bead === undefined ? undefined : ctx.tx.get(view.bead);
  if (source !== undefined) failSource(ctx, source, gate, words);
  return view;
}

/** The gate, whatever part of its id was given. @throws {AppError} not_found, ambiguous, invalid_argument */
export async function requireGate(ctx: TownTurn, id: string): Promise<Bead> {
  const gate = ctx.tx.require(await ctx.resolve(id));
  if (gate.issue_type === "gate") return gate;
  throw new AppError("invalid_argument", `${gate.id} is a ${gate.issue_type}, and no gate.`, {
    hint: "`gt gate list` shows the gates.",
    data: { id: gate.id },
  });
}

function failSource(ctx: TownTurn, bead: Bead, gate: Bead, reason: string): void {
  const source = isLeased(bead) ? takeBack(ctx, bead) : bead;
  if (!freeWork.can(source.status, "failed", "town")) return;
  const text = `${gate.title}: ${reason}`;
  ctx.comment(source.id, text, "town");
  ctx.setWork(
    source,
    { last_failure: { at: ctx.nowText, attempt: ctx.work(source).attempt, kind: "rejected", text } },
    { ...UNLEASED, status: "failed" },
  );
  ctx.unlabel(source.id);
  ctx.turn.unschedule(dueTimer(source.id));
  ctx.say("bead.failed", `${source.id} failed: ${text}`, { bead: source.id, level: "error" });
}

/** Changes the record of a gate. */
export function setGate(ctx: TownTurn, gate: Bead, change: Partial<GateRecord>): void {
  const record = readSatellite(ctx.tx.require(gate.id), "gate") ?? gateRecordSchema.parse({});
  ctx.update(gate.id, { metadata: { gate: { ...record, ...change } } });
}

function aboutGate(view: GateView): { readonly bead: string } {
  return { bead: view.bead ?? view.id };
}

/** True for a gate of the town's work: a question of an agent, or one of a molecule with a bead behind it. */
export function isTownGate(ctx: Pick<TownTurn, "tx">, gate: Bead): boolean {
  if (readSatellite(gate, "gate")?.asked !== undefined) return true;
  const root = rootOf(ctx, gate);
  return root !== undefined && readSatellite(root, "molecule")?.source !== undefined;
}
