/** What may be asked of a town about its patrol, its requests for triage, and the record of an agent. */
import { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import {
  type AgentHistory,
  type PatrolLine,
  TRIAGE_ACTIONS,
  type TriageView,
} from "../../../store/schema/patrol.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { stopAgent } from "../agents/assign.ts";
import { activeMs } from "../agents/record.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import { failAttempt } from "../dispatch/fail.ts";
import { isLeased, takeBack, unsling } from "../dispatch/take-back.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { agentBeadId } from "../kinds.ts";
import { nudge } from "../nudges/nudge.ts";
import type { TownTurn } from "../town-turn.ts";
import { oneAgent } from "../views/views.ts";
import { openTriage } from "./acts.ts";
import { judge, limitsOf } from "./judge.ts";

const id = z.string().min(1).max(200);

export const patrolCalls = {
  /** -> PatrolLine[]: agents at work, what was seen of each, and what is the matter */
  patrolView: read(z.strictObject({ by }), ctx => patrolView(ctx)),
  /** -> TriageView[], oldest first */
  triage: read(z.strictObject({ by }), ctx => openTriage(ctx).flatMap(bead => triageView(bead) ?? [])),
  /** -> TriageView. The action is about the bead of the request, whatever the agent does by now. Errors: not_found, ambiguous, invalid_argument */
  resolveTriage: write(
    z.strictObject({ by, id, action: z.enum(TRIAGE_ACTIONS), text: z.string().max(2_000).optional() }),
    async (ctx, args) => {
      peopleOnly(args.by, "resolve requests for triage");
      return await resolveTriage(ctx, args);
    },
    { subject: args => `Triage ${args.id}: ${args.action}` },
  ),
  /** -> AgentHistory. Errors: not_found */
  agentHistory: read(z.strictObject({ by, agent: id }), (ctx, { agent }) => history(ctx, agent)),
} satisfies TownCalls;

function patrolView(ctx: TownTurn): PatrolLine[] {
  return [...ctx.agents.values()]
    .filter(({ told }) => told?.kind === "work")
    .map(record => {
      const { told, status } = record;
      const limits = limitsOf(ctx.rigs.get(record.rig)?.settings.patrol, ctx.settings.patrol);
      const watch = told?.watch;
      const findings = watch === undefined ? [] : judge(watch, status, limits);
      const waits =
        status.activity === "rate_limited"
          ? `rate limited until ${status.resets_at ?? "its CLI says otherwise"}`
          : undefined;
      const person = status.activity === "waiting_for_person" ? "waits for a person" : undefined;
      const still = record.frozen_at === undefined ? undefined : "stands still";
      const verdict =
        still ??
        person ??
        waits ??
        (watch === undefined ? "not looked at yet" : findings.length === 0 ? "gets on" : "");
      return {
        agent: record.id,
        bead: told?.job ?? "",
        minutes: Math.round(activeMs(record, ctx.now) / 60_000),
        verdict,
        findings: findings.map(({ kind, tier, text }) => ({ kind, tier, text })),
        ...(watch === undefined ? {} : { quiet_min: Math.round((watch.seen - watch.alive) / 60_000) }),
      };
    });
}

function triageView(bead: Bead): TriageView | undefined {
  const triage = readSatellite(bead, "triage");
  if (triage === undefined) return undefined;
  const { kind, agent, bead: about, attempt, evidence, asked_at } = triage;
  return {
    id: bead.id,
    title: bead.title,
    kind,
    agent,
    bead: about,
    attempt,
    evidence,
    asked_at,
    open: bead.status !== "closed",
  };
}

async function resolveTriage(
  ctx: TownTurn,
  args: {
    readonly by: string;
    readonly id: string;
    readonly action: (typeof TRIAGE_ACTIONS)[number];
    readonly text?: string | undefined;
  },
): Promise<TriageView | undefined> {
  const request = ctx.tx.require(await ctx.resolve(args.id));
  const triage = readSatellite(request, "triage");
  if (triage === undefined) {
    throw new AppError("invalid_argument", `${request.id} is no request for triage.`, {
      hint: "`gt triage list` shows them.",
    });
  }
  if (request.status === "closed") return triageView(request);
  const bead = ctx.tx.get(triage.bead);
  const work = bead && readSatellite(bead, "work");
  // Only the attempt that it is about: a newer one has done nothing.
  const current =
    bead !== undefined && work?.attempt === triage.attempt && isLeased(bead) && bead.status !== "in_review";
  const record = ctx.agents.get(triage.agent);
  const words = args.text ?? `${args.by}: ${args.action}`;
  switch (args.action) {
    case "restart":
      if (current) takeBack(ctx, bead);
      break;
    case "backoff":
      if (current) failAttempt(ctx, bead, { kind: "agent", reason: `ended by ${args.by}: ${words}` });
      break;
    case "unsling":
      if (bead !== undefined) unsling(ctx, bead);
      break;
    case "nudge":
      nudge(ctx, { agent: triage.agent, from: args.by, key: `triage/${request.id}`, text: words });
      break;
    case "escalate":
      raiseEscalation(ctx, {
        severity: "high",
        category: "help",
        source: triage.bead,
        title: request.title,
        text: `${triage.evidence}\n\n${words}`,
      });
      break;
    case "dismiss":
      break;
    default:
      args.action satisfies never;
  }
  const ends = args.action === "restart" || args.action === "backoff" || args.action === "unsling";
  if (ends && record?.told?.job === triage.bead && record.told.attempt === triage.attempt)
    stopAgent(ctx, record, words);
  ctx.close(request.id, `${args.action}: ${words}`);
  resolveStanding(ctx, triage.agent, "stuck", `${args.by} decided: ${args.action}`);
  ctx.say("patrol.triage_resolved", `${args.by} resolves ${request.id}: ${args.action}`, {
    agent: triage.agent,
    bead: triage.bead,
  });
  return triageView(ctx.tx.require(request.id));
}

function history(ctx: TownTurn, agent: string): AgentHistory {
  const view = oneAgent(ctx, agent);
  const bead = ctx.tx.get(agentBeadId(view.id));
  const identity = bead && readSatellite(bead, "agent");
  return {
    agent: view,
    since: bead?.created_at ?? view.since,
    completed: (identity?.completed ?? []).map(({ bead: id, title, commit, at }) => ({
      bead: id,
      title,
      commit,
      at,
    })),
    runs: [...(identity?.runs ?? [])],
    findings: [...(identity?.findings ?? [])],
    ...(identity?.spent === undefined ? {} : { spent: identity.spent }),
    failures: identity?.failures ?? 0,
  };
}
