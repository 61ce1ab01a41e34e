/** What the patrol does about what it finds: nudge, triage, stop; each recorded on the agent and told in the feed. */
import type { Evidence } from "../../../agent-sandbox/protocol/control.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite, TRIAGE_LABEL, type Triage } from "../../../store/schema/satellite.ts";
import { triagePrompt } from "../../agent/prompts/triage.ts";
import { stopAgent } from "../agents/assign.ts";
import { type AgentRecord, activeMs, isBusyWithWords } from "../agents/record.ts";
import { failAttempt } from "../dispatch/fail.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { HQ_PREFIX, MAYOR_AGENT, prefixOf } from "../kinds.ts";
import { nudge } from "../nudges/nudge.ts";
import type { TriageItem } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";
import { limitsOf, observe, type PatrolFinding, type PatrolKind } from "./judge.ts";
import { recordFinding } from "./records.ts";

/** Open requests at most: who cannot look at five does not look at fifty. */
const MAX_OPEN_TRIAGE = 5;

const ADVICE: Readonly<Record<PatrolKind, string>> = {
  stale: "Go on with your work, or say what keeps you: `gt escalate`.",
  idle: "You have work and nobody else will do it: go on, or submit with `gt done`.",
  stuck: "Commit what is whole. If you cannot get on, say so: `gt escalate`.",
  looping: "You repeat a step that changes nothing. Try another way, or say what keeps you: `gt escalate`.",
};

/** Takes in what the sandbox of an agent shows. */
export function observeEvidence(ctx: TownTurn, record: AgentRecord, evidence: Evidence): void {
  const { told, status } = record;
  if (told?.kind !== "work" || evidence.frozen || record.frozen_at !== undefined) return;
  const watch = observe(told.watch, evidence, status.activity, activeMs(record, ctx.now));
  ctx.setAgent({ ...record, told: { ...told, watch } });
  ctx.look = true;
}

/** Acts on one finding, once for each tier. */
export function actOn(
  ctx: TownTurn,
  {
    agent: id,
    job,
    attempt,
    kind,
    tier,
    text,
  }: PatrolFinding & { readonly agent: string; readonly job: string; readonly attempt: number },
): void {
  const record = ctx.agents.get(id);
  const { told } = record ?? {};
  if (record === undefined || told?.watch === undefined || told.job !== job || told.attempt !== attempt)
    return;
  const watch = { ...told.watch, tiers: { ...told.watch.tiers, [kind]: tier } };
  ctx.setAgent({ ...record, told: { ...told, watch } });
  recordFinding(ctx, id, { at: ctx.nowText, kind, tier, text, bead: job, attempt });
  const about = { rig: record.rig, agent: id, bead: job };
  ctx.say("patrol.finding", `${id} is ${kind} (${tier}): ${text}`, {
    ...about,
    level: tier === "stop" ? "error" : "warn",
  });
  switch (tier) {
    case "nudge":
      nudge(ctx, {
        agent: id,
        from: "town",
        key: `patrol/${kind}`,
        text: `${ADVICE[kind]} (Seen: ${text}.)`,
      });
      return;
    case "triage":
      requestTriage(ctx, { kind, agent: id, bead: job, attempt, evidence: text });
      return;
    case "stop": {
      const bead = ctx.tx.get(job);
      const now = ctx.agents.get(id);
      if (bead === undefined || now === undefined || readSatellite(bead, "work")?.attempt !== attempt) return;
      failAttempt(ctx, bead, { kind: "agent", reason: `the patrol ended it: ${text}` });
      stopAgent(ctx, now, `the patrol: ${text}`);
      return;
    }
    default:
      tier satisfies never;
  }
}

/** Requests that nobody has resolved, oldest first. */
export function openTriage(ctx: TownTurn): Bead[] {
  return ctx.query({
    type: ["event"],
    labels: [TRIAGE_LABEL],
    category: ["active", "wip", "frozen"],
    sort: "oldest",
  });
}

/** The same, as the rules look at them. */
export function triageItems(ctx: TownTurn): TriageItem[] {
  return openTriage(ctx).flatMap(request => {
    const triage = readSatellite(request, "triage");
    return triage === undefined ? [] : [{ id: request.id, over: whyOver(ctx, triage) }];
  });
}

function whyOver(ctx: TownTurn, { bead: id, attempt, agent }: Triage): string | undefined {
  const bead = ctx.tx.get(id);
  // A rig that cannot be read now says nothing of its beads.
  if (bead === undefined) return ctx.prefixes.has(prefixOf(id)) ? `${id} is gone` : undefined;
  const work = readSatellite(bead, "work");
  if (work === undefined) return undefined;
  const over = work.attempt !== attempt || work.lease === undefined;
  if (over) return `attempt ${attempt} of ${agent} at ${id} is over`;
  return bead.status === "in_review" ? `${agent} has submitted ${id}` : undefined;
}

/** Closes a request, and the escalation that came with it unless another request of that agent is open. */
export function settleTriage(ctx: TownTurn, request: Bead, reason: string): void {
  const triage = readSatellite(request, "triage");
  ctx.close(request.id, reason);
  if (triage === undefined) return;
  const others = openTriage(ctx).filter(
    one => one.id !== request.id && readSatellite(one, "triage")?.agent === triage.agent,
  );
  if (others.length === 0) resolveStanding(ctx, triage.agent, "stuck", reason);
}

/** What a person is asked to look at. */
type Request = Readonly<Pick<Triage, "kind" | "agent" | "bead" | "attempt" | "evidence">>;

/** Asks a person to look; never about a request itself, once per agent and kind, and never more than a few at a time. */
function requestTriage(ctx: TownTurn, triage: Request): void {
  const about = ctx.tx.get(triage.bead);
  if (about !== undefined && readSatellite(about, "triage") !== undefined) return;
  const open = openTriage(ctx);
  const same = open.some(bead => {
    const one = readSatellite(bead, "triage");
    return one?.agent === triage.agent && one.kind === triage.kind;
  });
  if (same) return;
  const title = `${triage.agent} is ${triage.kind} on ${triage.bead}`;
  if (open.length >= MAX_OPEN_TRIAGE) {
    ctx.say("patrol.triage_full", `${title}; ${open.length} requests are open already, so none was made`, {
      agent: triage.agent,
      level: "warn",
    });
    return;
  }
  const bead = ctx.create({
    prefix: HQ_PREFIX,
    title,
    issue_type: "event",
    priority: 1,
    labels: [TRIAGE_LABEL],
    metadata: { triage: { ...triage, asked_at: ctx.nowText } },
  });
  const record = ctx.agents.get(triage.agent);
  const { stop_min } = limitsOf(ctx.rigs.get(record?.rig ?? "")?.settings.patrol, ctx.settings.patrol);
  const text = triagePrompt({
    ...triage,
    id: bead.id,
    title: about?.title,
    said: record?.told?.says ?? record?.status.last_note,
    // A loop is counted, and who is stuck is never stopped for it.
    stopsAfter: triage.kind === "stale" || triage.kind === "idle" ? stop_min : undefined,
  });
  ctx.update(bead.id, { description: text });
  raiseEscalation(ctx, {
    severity: "medium",
    category: "stuck",
    source: triage.agent,
    title,
    text: `${triage.evidence}. \`gt triage resolve ${bead.id} --action ...\` says what is to be done; \`gt attach ${triage.agent}\` shows it.`,
  });
  // A mayor that runs looks after it; it may pass it on to people.
  const mayor = ctx.agents.get(MAYOR_AGENT);
  if (mayor !== undefined && isBusyWithWords(mayor))
    nudge(ctx, { agent: MAYOR_AGENT, from: "town", key: `triage/${bead.id}`, text });
}
