/** What the refinery reports of a merge run. A run has one merge request that leads, and perhaps others with it. */
import type { SandboxEvent } from "../../../agent-sandbox/protocol/events.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { type MergeRequest, readSatellite } from "../../../store/schema/satellite.ts";
import { AWAY_CODES } from "../limits.ts";
import type { AgentEvent } from "../methods.ts";
import type { TownTurn } from "../town-turn.ts";
import { merged, recordGate, rejectWork, requeue } from "./outcome.ts";
import { armPull, propose } from "./pulls.ts";
import { reviewEnded } from "./review.ts";
import { demandRework, hold } from "./rework.ts";
import { isInRun, membersOfRun } from "./run.ts";

type MergeResultEvent = Extract<SandboxEvent, { type: "merge_result" }>;
type MergeResult = MergeResultEvent["result"];

/** Takes the report in; `over` when the run has told its last result. `request` is the one that leads. */
export function mergeEvent(
  ctx: TownTurn,
  lead: Bead,
  request: MergeRequest,
  report: AgentEvent,
): "over" | undefined {
  const { event, attempt } = report;
  if (event === undefined) return undefined;
  switch (event.type) {
    case "merge_result":
      mergeResult(ctx, lead, attempt, event);
      return event.more === true ? undefined : "over";
    case "gate": {
      const tested = event.merge_requests ?? [lead.id];
      for (const { bead } of membersOfRun(ctx, lead.id, attempt)) {
        if (tested.includes(bead.id)) recordGate(ctx, bead, { name: event.name, ok: event.ok, ms: event.ms });
      }
      const words = event.ok
        ? event.retry === undefined
          ? "passed"
          : "passed when run again (flaky)"
        : "failed";
      const what = tested.length > 1 ? `${tested.length} merges together` : `the merge of ${request.source}`;
      ctx.say("merge.gate", `${event.name} ${words} on ${what}`, {
        rig: request.rig,
        bead: request.source,
        agent: report.agent,
        level: event.ok ? "info" : "warn",
      });
      return undefined;
    }
    case "released":
      reviewEnded(ctx, lead, attempt, event);
      for (const { bead } of membersOfRun(ctx, lead.id, attempt)) {
        requeue(ctx, bead, event.reason, { counts: event.outcome !== "stopped" });
      }
      return undefined;
    default:
      return undefined;
  }
}

function mergeResult(ctx: TownTurn, lead: Bead, attempt: number, event: MergeResultEvent): void {
  const { result } = event;
  const bead = event.merge_request === undefined ? lead : ctx.tx.get(event.merge_request);
  const request = bead && readSatellite(bead, "merge_request");
  if (bead === undefined || request === undefined) return;
  // Whoever merged it, and whether it was still wanted: what the remote has is a fact.
  if (result.kind === "merged") merged(ctx, bead, result.commit);
  else if (isInRun(bead, request, lead.id, attempt)) notMerged(ctx, bead, request, result);
  // Told again, since the beads were committed and the turn was not: nothing may have been asked of the forge yet.
  else if (result.kind === "tested") armPull(ctx, bead);
}

function notMerged(
  ctx: TownTurn,
  bead: Bead,
  request: MergeRequest,
  result: Exclude<MergeResult, { kind: "merged" }>,
): void {
  switch (result.kind) {
    case "conflict": {
      const files = result.files.slice(0, 10).join(", ");
      const reason = `the branch conflicts with ${request.target}${files === "" ? "" : ` in ${files}`}`;
      if (isReworked(ctx, request, "conflict")) {
        demandRework(ctx, bead, { kind: "conflict", reason, text: result.output });
      } else rejectWork(ctx, bead, { kind: "conflict", reason, output: result.output });
      return;
    }
    case "gate_failed": {
      const how = result.timed_out ? timeLimit(ctx, request.rig, result.gate) : "failed on the merge result";
      const reason = `the check "${result.gate}" ${how}`;
      if (isReworked(ctx, request, "gate")) {
        demandRework(ctx, bead, { kind: "gate", reason, text: result.output });
      } else rejectWork(ctx, bead, { kind: "gate", reason, output: result.output });
      return;
    }
    case "raced":
      requeue(ctx, bead, `${request.target} kept moving`);
      return;
    case "dropped":
      requeue(ctx, bead, result.reason, { counts: false, wait: 0 });
      return;
    case "tested":
      propose(ctx, bead);
      return;
    case "error": {
      if (result.code === "not_found" && result.message.includes(` branch ${request.target} `)) {
        hold(ctx, bead, result.message);
        return;
      }
      const away = AWAY_CODES.includes(result.code);
      const reason = `${result.code}: ${result.message}`;
      requeue(ctx, bead, reason, { away });
      return;
    }
    default:
      result satisfies never;
  }
}

/**
 * Whether what did not pass is changed on the same branch, by a bead of its own, rather than by a fresh attempt. What lands
 * a convoy has no attempt to fall back to.
 */
function isReworked(ctx: TownTurn, request: MergeRequest, what: "conflict" | "gate"): boolean {
  if (request.kind === "landing") return true;
  return what === "conflict" && ctx.rigs.get(request.rig)?.settings.on_conflict === "rework";
}

/** That a gate took too long, and what to do when it needs as long. */
function timeLimit(ctx: TownTurn, rig: string, name: string): string {
  const gate = ctx.rigs.get(rig)?.settings.gates.find(one => one.name === name);
  const limit = gate === undefined ? "in time" : `within ${gate.timeout_s} s`;
  return `did not end ${limit} on the merge result (a longer limit: gt rig set ${rig} --gate ... --gate-timeout SECONDS)`;
}
