/** Giving jobs to agents, and taking them back. Sent again after a crash, a job changes nothing for an agent that has it. */
import type { Bead } from "../../../store/schema/bead.ts";
import { type MergeRequest, readSatellite, type Work } from "../../../store/schema/satellite.ts";
import type { Assignment } from "../../agent/methods.ts";
import { clipToBytes } from "../../agent/prompts/data.ts";
import { workPrompt } from "../../agent/prompts/work.ts";
import { chooseDriver, chooseIsolation } from "../dispatch/driver.ts";
import { agentActor, agentBeadId, refineryOf, splitAgent } from "../kinds.ts";
import { MAX_JOB_TEXT_BYTES } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { type AgentRecord, newRecord, type Told } from "./record.ts";

/** The record of an agent; its identity bead is made with the first job that it gets. */
export function ensureAgent(ctx: TownTurn, id: string, role: AgentRecord["role"]): AgentRecord {
  const known = ctx.agents.get(id);
  const beadId = agentBeadId(id);
  const bead = ctx.tx.get(beadId);
  if (bead === undefined) {
    const { rig, name } = splitAgent(id);
    ctx.create({
      id: beadId,
      title: `Agent ${id}`,
      issue_type: "agent",
      pinned: true,
      metadata: { agent: { role, rig, name, completed_count: 0, completed: [] } },
    });
  }
  if (known !== undefined) return known;
  const done = bead === undefined ? 0 : (readSatellite(bead, "agent")?.completed_count ?? 0);
  return newRecord(id, role, ctx.nowText, done);
}

/** Gives a leased bead to the agent that holds the lease. @throws {AppError} corrupt, not_found, invalid_argument */
export function tellWork(ctx: TownTurn, bead: Bead): void {
  const work = ctx.work(bead);
  const agent = work.lease?.agent;
  if (agent === undefined) return;
  const rig = ctx.rig(work.rig);
  const town = ctx.settings;
  const { name } = splitAgent(agent);
  const branch = work.branch ?? branchName(name, bead.id);
  const target = work.target ?? rig.settings.target;
  const { isolation, waived } = chooseIsolation(work.slung, rig, town);
  const description = clipToBytes(bead.description ?? "", MAX_JOB_TEXT_BYTES);
  const text = workPrompt({
    agent,
    rig: rig.name,
    bead,
    attempt: work.attempt,
    branch,
    target,
    gates: rig.settings.gates,
    failure: work.last_failure,
    earlier: earlierAttempts(work),
  });
  const assignment: Assignment = {
    role: "polecat",
    job: {
      kind: "work",
      bead: { id: bead.id, title: bead.title, description },
      attempt: work.attempt,
      repo: ctx.paths.repo(rig.name),
      worktree: ctx.paths.worktree(rig.name, name),
      branch,
      remote: "origin",
      target,
      prompt: clipToBytes(text, MAX_JOB_TEXT_BYTES),
    },
    driver: chooseDriver(bead, work.slung, rig, town),
    isolation,
    isolation_waived: waived,
    allow_hosts: rig.settings.allow_hosts,
  };
  tell(ctx, ensureAgent(ctx, agent, "polecat"), assignment, {
    kind: "work",
    job: bead.id,
    bead: bead.id,
    title: bead.title,
    attempt: work.attempt,
  });
}

/** Gives a merge request that is being merged to the refinery of its rig. @throws {AppError} not_found */
export function tellMerge(ctx: TownTurn, bead: Bead, request: MergeRequest): void {
  const rig = ctx.rig(request.rig);
  const source = ctx.tx.get(request.source);
  const title = source?.title ?? bead.title;
  const work = source && readSatellite(source, "work");
  const { isolation, waived } = chooseIsolation(work?.slung, rig, ctx.settings);
  const assignment: Assignment = {
    role: "refinery",
    job: {
      kind: "merge",
      merge_request: bead.id,
      bead: { id: request.source, title },
      attempt: Math.max(1, request.run),
      repo: ctx.paths.repo(rig.name),
      worktree: ctx.paths.worktree(rig.name, "refinery"),
      branch: request.branch,
      head: request.head,
      remote: "origin",
      target: request.target,
      message: mergeMessage(bead.id, request, title),
      gates: rig.settings.gates,
    },
    driver: { kind: "script" },
    isolation,
    isolation_waived: waived,
    allow_hosts: rig.settings.allow_hosts,
  };
  tell(ctx, ensureAgent(ctx, refineryOf(rig.name), "refinery"), assignment, {
    kind: "merge",
    job: bead.id,
    bead: request.source,
    title,
    attempt: Math.max(1, request.run),
  });
}

/** Asks an agent to end the job that it was given last. Asking twice is asking once. */
export function stopAgent(ctx: TownTurn, record: AgentRecord, reason: string): void {
  const { told } = record;
  if (told === undefined) return;
  if (told.stop === undefined) {
    ctx.setAgent({ ...record, told: { ...told, stop: reason } });
    ctx.say("agent.stopping", `${record.id} is stopped: ${reason}`, {
      rig: record.rig,
      agent: record.id,
      bead: told.bead,
    });
  }
  ctx.turn.send(agentActor(ctx.town, record.id), "stop", {
    by: "town",
    job: told.job,
    attempt: told.attempt,
    reason: reason.slice(0, 500),
  });
}

/** `polecat/toast/sa-4k2cd` */
export function branchName(polecat: string, bead: string): string {
  return `polecat/${polecat}/${bead}`;
}

function tell(ctx: TownTurn, record: AgentRecord, assignment: Assignment, told: Omit<Told, "at">): void {
  ctx.setAgent({ ...record, told: { ...told, at: ctx.nowText } });
  ctx.turn.send(agentActor(ctx.town, record.id), "work", { by: "town", assignment });
}

function earlierAttempts(work: Work): Work["attempts"] {
  return work.attempts.filter(({ attempt, branch }) => attempt < work.attempt && branch !== work.branch);
}

function mergeMessage(id: string, request: MergeRequest, title: string): string {
  return [
    `Merge ${request.source}: ${title.replaceAll(/\s+/g, " ").slice(0, 200)}`,
    "",
    `Bead: ${request.source}`,
    `Merge-Request: ${id}`,
    `Agent: ${request.agent}`,
    `Attempt: ${request.attempt}`,
    "",
  ].join("\n");
}
