/**
 * What agents report. Every event carries the fencing number under which the job was given: what comes from an attempt
 * that is no longer the latest changes no bead. The same event twice changes nothing the second time.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite, type Work } from "../../../store/schema/satellite.ts";
import { leasedWork } from "../../states/work.ts";
import { bookAttempt, observeUsage } from "../budgets/acts.ts";
import { noteAttempt } from "../dispatch/attempts.ts";
import { failAttempt } from "../dispatch/fail.ts";
import { postpone } from "../dispatch/postpone.ts";
import { type Submitted, submit } from "../dispatch/submit.ts";
import { takeBack } from "../dispatch/take-back.ts";
import { observeHealth } from "../escalations/agents.ts";
import { agentActor } from "../kinds.ts";
import { AWAY_CODES } from "../limits.ts";
import { mayorEnded } from "../mayor/session.ts";
import type { AgentEvent, Released } from "../methods.ts";
import { checkDone } from "../molecules/finish.ts";
import { observeEvidence } from "../patrol/acts.ts";
import { observeEnd } from "../patrol/health.ts";
import { mergeEvent } from "../refinery/events.ts";
import type { TownTurn } from "../town-turn.ts";
import { PERMANENT_CODES } from "./permanent.ts";
import { type AgentRecord, newRecord } from "./record.ts";

/** Events after which the rules have to look again; the others only change what is shown. */
export function concernsBeads(event: AgentEvent["event"]): boolean {
  if (event === undefined) return false;
  return ["started", "submitted", "merge_result", "released", "gate", "snapshot"].includes(event.type);
}

/** Takes an agent's report in. */
export function agentEvent(ctx: TownTurn, report: AgentEvent): void {
  const before = ctx.agents.get(report.agent);
  const record = observe(ctx, report);
  const { event } = report;
  observeEnd(ctx, before, report);
  const known = record.told?.job === report.job && record.told.attempt === report.attempt;
  const usage = event?.type === "released" ? event.usage : report.usage;
  if (known && usage !== undefined) observeUsage(ctx, record, usage);
  // A session may go on for days: what it used is in the book after each of its turns.
  if (known && record.told?.kind === "session" && report.status.activity === "idle")
    bookAttempt(ctx, ctx.agents.get(record.id) ?? record);
  if (known && report.evidence !== undefined)
    observeEvidence(ctx, ctx.agents.get(record.id) ?? record, report.evidence);
  if (event === undefined) return;
  const bead = ctx.tx.get(report.job);
  const request = bead && readSatellite(bead, "merge_request");
  const about = { rig: record.rig, agent: record.id, bead: request?.source ?? report.job };
  if (known && event.type === "released") observeHealth(ctx, record.id, about.bead, event);
  if (event.type === "note") ctx.say("agent.note", event.text, about);
  if (known && record.told?.kind === "session") {
    if (event.type === "released") mayorEnded(ctx, record, event);
  } else if (bead !== undefined && request !== undefined) {
    if (mergeEvent(ctx, bead, request, report) === "over") markDone(ctx, report);
  } else if (bead !== undefined) workEvent(ctx, bead, record, report);
  release(ctx, record, report);
}

/** Keeps what the agent says of itself; an older generation is no news. */
function observe(ctx: TownTurn, report: AgentEvent): AgentRecord {
  const known = ctx.agents.get(report.agent);
  const role = known?.role ?? (report.agent.endsWith("/refinery") ? "refinery" : "polecat");
  const record = known ?? newRecord(report.agent, role, ctx.nowText);
  if (known !== undefined && report.generation < known.generation) return known;
  const next = { ...record, status: report.status, generation: report.generation };
  ctx.setAgent(next);
  return next;
}

/** The run is over: the agent is free for the next job. */
function release(ctx: TownTurn, { id }: AgentRecord, { event, job, attempt }: AgentEvent): void {
  const record = ctx.agents.get(id);
  if (event?.type !== "released" || record?.told?.job !== job || record.told.attempt !== attempt) return;
  const { told: _told, ...free } = record;
  bookAttempt(ctx, record, event.outcome);
  ctx.setAgent(free);
}

function workEvent(ctx: TownTurn, bead: Bead, record: AgentRecord, report: AgentEvent): void {
  const { event, attempt } = report;
  const work = readSatellite(bead, "work");
  if (work === undefined || event === undefined) return;
  if (event.type === "snapshot") noteAttempt(ctx, bead, attempt, { wip: event.ref });
  if (event.type === "released") noteAttempt(ctx, bead, attempt, usageOf(event));
  const underway = bead.status === "hooked" || bead.status === "in_progress";
  const current = work.attempt === attempt && work.lease?.agent === record.id;
  if (!current) {
    refuse(ctx, record, report);
    return;
  }
  const about = { rig: work.rig, bead: bead.id, agent: record.id };
  switch (event.type) {
    case "started":
      if (event.reduced !== undefined) {
        ctx.say("agent.reduced", `${record.id} runs with less isolation than asked for: ${event.reduced}`, {
          ...about,
          level: "warn",
        });
      }
      if (bead.status !== "hooked") return;
      leasedWork.check(bead.id, bead.status, "in_progress", "town");
      ctx.update(bead.id, { status: "in_progress" });
      ctx.say("agent.started", `${record.id} works on ${bead.id}, attempt ${attempt}`, about);
      return;
    case "submitted":
      if (!isOwn(ctx, report, event, about)) return;
      if (underway && !checkDone(ctx, bead).may && !mayForce(ctx, bead, event)) early(ctx, bead);
      else if (underway || bead.status === "in_review") submit(ctx, bead, event);
      return;
    case "released":
      if (underway) ended(ctx, ctx.tx.require(bead.id), event);
      return;
    default:
      return;
  }
}

/** True when the agent asked to submit before the last step, and its formula lets it. */
function mayForce(ctx: TownTurn, bead: Bead, { forced }: Submitted): boolean {
  return forced === true && checkDone(ctx, bead).force;
}

/** Its sandbox refuses this; what comes all the same has not got through. */
function early(ctx: TownTurn, bead: Bead): void {
  const { remaining } = checkDone(ctx, bead);
  const reason = `it was submitted before its last step; left: ${remaining.join(", ")}`;
  failAttempt(ctx, bead, { kind: "agent", reason });
}

/** The run of a leased bead is over, and it submitted nothing. */
function ended(ctx: TownTurn, bead: Bead, event: Released): void {
  const { outcome, reason, error_code: code } = event;
  const permanent = code !== undefined && PERMANENT_CODES.includes(code);
  switch (outcome) {
    case "stopped":
      takeBack(ctx, bead);
      return;
    case "done":
      failAttempt(ctx, bead, {
        kind: "agent",
        reason: "the agent ended without submitting",
        output: event.tail,
      });
      return;
    case "interrupted":
      failAttempt(ctx, bead, {
        kind: "interrupted",
        reason: `its run was ended from outside: ${reason}`,
        output: event.tail,
      });
      return;
    case "lost":
      failAttempt(ctx, bead, { kind: "lost", reason: `the sandbox was lost: ${reason}`, output: event.tail });
      return;
    case "failed":
    case "refused":
      if (code !== undefined && AWAY_CODES.includes(code) && postpone(ctx, bead, reason)) return;
      failAttempt(ctx, bead, { kind: permanent ? "setup" : "agent", reason, output: event.tail, permanent });
      return;
    default:
      outcome satisfies never;
  }
}

function markDone(ctx: TownTurn, { agent, job, attempt }: AgentEvent): void {
  const record = ctx.agents.get(agent);
  if (record?.told?.job !== job || record.told.attempt !== attempt) return;
  ctx.setAgent({ ...record, told: { ...record.told, done: true } });
}

/** A run submits the work that it was given, and at least one commit of it: whatever it says, it has no other. */
function isOwn(
  ctx: TownTurn,
  { agent, job, attempt }: AgentEvent,
  event: Submitted,
  about: { readonly rig: string; readonly bead: string; readonly agent: string },
): boolean {
  const same = event.bead === job && event.attempt === attempt;
  if (same && event.commits > 0) return true;
  const what = same ? "no commit" : `${event.bead}, attempt ${event.attempt}`;
  ctx.say(
    "agent.odd",
    `${agent} works on ${job}, attempt ${attempt}, and submits ${what}: it does not count`,
    {
      ...about,
      level: "warn",
    },
  );
  return false;
}

/** An attempt that is no longer the latest goes on somewhere: it is told to end. */
function refuse(ctx: TownTurn, record: AgentRecord, { event, job, attempt }: AgentEvent): void {
  if (event === undefined || event.type === "released" || event.type === "exited") return;
  const { told } = record;
  const known = told?.job === job && told.attempt === attempt;
  if (known) return; // The rule about strays sees to it.
  ctx.turn.send(agentActor(ctx.town, record.id), "stop", {
    by: "town",
    job,
    attempt,
    reason: `${job} is no longer ${record.id}'s under attempt ${attempt}`,
  });
}

function usageOf({ usage, wip }: Released): Partial<Work["attempts"][number]> {
  return {
    ...(wip === undefined ? {} : { wip }),
    ...(usage === undefined || usage.input_tokens + usage.output_tokens + usage.cost_usd === 0 ? {} : usage),
  };
}
