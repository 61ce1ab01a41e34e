/** Carries actions out in the turn's unit of work. Each looks again at what it acts on, so that a stale one does nothing. */
import type { Bead } from "../../../store/schema/bead.ts";
import { HELD_LABEL, readSatellite, requireSatellite, SLUNG_LABEL } from "../../../store/schema/satellite.ts";
import { LIVE_MERGE_STATUSES } from "../../states/merge-request.ts";
import { stopAgent, tellWork } from "../agents/assign.ts";
import { drained, freezeAgent, pausedNow, thawAgent, tripBreaker } from "../brakes/brakes.ts";
import { endOverBudget, sayBudget } from "../budgets/acts.ts";
import { land, report, strand } from "../convoys/convoys.ts";
import { needs } from "../convoys/members.ts";
import { hook } from "../dispatch/attempts.ts";
import { failAttempt } from "../dispatch/fail.ts";
import { preflight } from "../dispatch/setup.ts";
import { takeBack } from "../dispatch/take-back.ts";
import { sendNotification } from "../escalations/notify.ts";
import { reescalate } from "../escalations/raise.ts";
import { resolve } from "../escalations/settle.ts";
import { prefixOf } from "../kinds.ts";
import { deliverMail } from "../mail/deliver.ts";
import { release } from "../mail/read.ts";
import { dropMessage } from "../mail/send.ts";
import { tellMayor } from "../mayor/session.ts";
import { endMolecule } from "../molecules/finish.ts";
import { armGate, escalateGate, openGate } from "../molecules/gates.ts";
import { actOn, settleTriage } from "../patrol/acts.ts";
import { landBranch } from "../refinery/integration.ts";
import { merged, requeue, withdraw } from "../refinery/outcome.ts";
import { reviewLate, startReview, tellReview } from "../refinery/review.ts";
import { hold, unblock } from "../refinery/rework.ts";
import { startMerge, tellMerge } from "../refinery/run.ts";
import type { TownTurn } from "../town-turn.ts";
import type { Action } from "./world.ts";

/** @throws {AppError} what stands in the way of this one action */
export function apply(ctx: TownTurn, action: Action): void {
  switch (action.type) {
    case "tell_work":
      withBead(ctx, action.bead, ["hooked", "in_progress"], bead => tellWork(ctx, bead));
      return;
    case "tell_merge":
      withBead(ctx, action.merge_request, ["in_progress"], bead =>
        tellMerge(ctx, bead, requireSatellite(bead, "merge_request")),
      );
      return;
    case "dispatch":
      dispatchBead(ctx, action.bead, action.agent);
      return;
    case "take_back":
      withBead(ctx, action.bead, ["hooked", "in_progress"], bead => takeBack(ctx, bead));
      return;
    case "fail_attempt":
      withBead(ctx, action.bead, ["hooked", "in_progress", "in_review"], bead => {
        if (ctx.work(bead).attempt !== action.attempt) return;
        failAttempt(ctx, bead, { kind: "merge", reason: action.text });
      });
      return;
    case "finish":
      withBead(ctx, action.merge_request, ["closed"], bead => merged(ctx, bead, action.commit));
      return;
    case "stop_agent": {
      const record = ctx.agents.get(action.agent);
      if (record !== undefined) stopAgent(ctx, record, action.reason);
      return;
    }
    case "start_merge":
      withBead(ctx, action.merge_request, ["open"], bead => startMerge(ctx, bead, action.members));
      return;
    case "start_review":
      withBead(ctx, action.merge_request, ["open"], bead => startReview(ctx, bead));
      return;
    case "tell_review":
      withBead(ctx, action.merge_request, ["hooked"], bead =>
        tellReview(ctx, bead, requireSatellite(bead, "merge_request")),
      );
      return;
    case "review_late":
      withBead(ctx, action.merge_request, ["hooked"], bead => reviewLate(ctx, bead));
      return;
    case "hold_merge":
      withBead(ctx, action.merge_request, ["blocked"], bead => hold(ctx, bead, action.reason));
      return;
    case "unblock_merge":
      withBead(ctx, action.merge_request, ["blocked"], bead => unblock(ctx, bead, action.reason));
      return;
    case "land_branch":
      withBead(ctx, action.convoy, undefined, bead => landBranch(ctx, bead, action.rig));
      return;
    case "requeue":
      withBead(ctx, action.merge_request, ["in_progress"], bead =>
        requeue(ctx, bead, action.reason, { counts: false }),
      );
      return;
    case "withdraw":
      withBead(ctx, action.merge_request, LIVE_MERGE_STATUSES, bead => withdraw(ctx, bead, action.reason));
      return;
    case "land":
      withBead(ctx, action.convoy, undefined, bead => land(ctx, bead));
      return;
    case "report":
      withBead(ctx, action.convoy, undefined, bead => report(ctx, bead, action.failed));
      return;
    case "strand":
      withBead(ctx, action.convoy, undefined, bead => strand(ctx, bead, action.stranded));
      return;
    case "patrol":
      actOn(ctx, action);
      return;
    case "budget_said":
      sayBudget(ctx, action);
      return;
    case "over_budget":
      endOverBudget(ctx, action.bead, action.attempt, action.budget, action.text);
      return;
    case "freeze_agent":
      freezeAgent(ctx, action.agent, action.reason);
      return;
    case "thaw_agent":
      thawAgent(ctx, action.agent);
      return;
    case "tell_mayor":
      tellMayor(ctx);
      return;
    case "drained":
      drained(ctx);
      return;
    case "end_molecule":
      withBead(ctx, action.molecule, ["open", "in_progress"], bead => endMolecule(ctx, bead, action.outcome));
      return;
    case "arm_gate":
      withBead(ctx, action.gate, ["open"], bead => armGate(ctx, bead));
      return;
    case "open_gate":
      withBead(ctx, action.gate, ["open"], bead => openGate(ctx, bead, action.reason));
      return;
    case "drop_gate":
      withBead(ctx, action.gate, ["open"], bead => ctx.close(bead.id, "Nobody needs it any more"));
      return;
    case "escalate_gate":
      withBead(ctx, action.gate, ["open"], bead => escalateGate(ctx, bead, action.reason));
      return;
    case "notify":
      withBead(ctx, action.escalation, ["open", "in_progress"], bead =>
        sendNotification(ctx, bead, action.route, action.level),
      );
      return;
    case "deliver_mail":
      withBead(ctx, action.message, ["open"], bead => deliverMail(ctx, action.agent, bead));
      return;
    case "drop_message":
      withBead(ctx, action.message, ["open"], bead => dropMessage(ctx, bead, action.reason));
      return;
    case "settle_triage":
      withBead(ctx, action.request, ["open"], bead => settleTriage(ctx, bead, action.reason));
      return;
    case "release_message":
      withBead(ctx, action.message, ["open"], bead => release(ctx, "town", bead));
      return;
    case "reescalate":
      withBead(ctx, action.escalation, ["open"], bead => reescalate(ctx, bead));
      return;
    case "resolve_escalation":
      withBead(ctx, action.escalation, undefined, bead => resolve(ctx, bead, "town", action.reason));
      return;
    case "trip_breaker":
      tripBreaker(ctx, action.beads);
      return;
    case "wake_at":
      return;
    default:
      action satisfies never;
  }
}

function withBead(
  ctx: TownTurn,
  id: string,
  statuses: readonly string[] | undefined,
  act: (bead: Bead) => void,
): void {
  const bead = ctx.tx.get(id);
  if (bead !== undefined && (statuses === undefined || statuses.includes(bead.status))) act(bead);
}

function dispatchBead(ctx: TownTurn, id: string, agent: string): void {
  if (pausedNow(ctx.settings) !== undefined || ctx.agents.get(agent)?.told !== undefined) return;
  if ([...ctx.agents.values()].some(({ told }) => told?.job === id)) return;
  withBead(ctx, id, ["open"], bead => {
    if (bead.labels?.includes(HELD_LABEL)) return;
    if (!bead.labels?.includes(SLUNG_LABEL) || readSatellite(bead, "work") === undefined) return;
    if (ctx.tx.blockers(id).length > 0 || waitsUnseen(ctx, bead)) return;
    if (preflight(ctx, bead)) hook(ctx, ctx.tx.require(id), agent);
  });
}

/** True when it needs a bead of a rig whose beads cannot be read now: nobody knows whether that is done. */
function waitsUnseen(ctx: TownTurn, bead: Bead): boolean {
  const hidden = [...ctx.rigs.values()].filter(rig => !ctx.prefixes.has(rig.prefix)).map(rig => rig.prefix);
  if (hidden.length === 0) return false;
  return needs(bead).some(id => hidden.includes(prefixOf(id)));
}
