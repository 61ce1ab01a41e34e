/** Giving jobs to agents, and taking them back. Sent again after a crash, a job changes nothing for an agent that has it. */
import type { WorkJob } from "../../../agent-sandbox/protocol/spec.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { type RigRecord, readSatellite } from "../../../store/schema/satellite.ts";
import type { Assignment } from "../../agent/methods.ts";
import { clipToBytes } from "../../agent/prompts/data.ts";
import { workPrompt } from "../../agent/prompts/work.ts";
import { pricedAs } from "../budgets/prices.ts";
import { chooseDriver, chooseIsolation } from "../dispatch/driver.ts";
import { agentActor, agentBeadId, splitAgent } from "../kinds.ts";
import { MAX_JOB_TEXT_BYTES } from "../limits.ts";
import { giveMail } from "../mail/deliver.ts";
import { placeInFormula } from "../molecules/views.ts";
import { targetFrom } from "../refinery/integration.ts";
import { answersOf } from "../reports/answers.ts";
import type { TownTurn } from "../town-turn.ts";
import { directivesOf } from "./directives.ts";
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
  const formula = placeInFormula(ctx, bead);
  const text = workPrompt({
    agent,
    rig: rig.name,
    bead,
    attempt: work.attempt,
    branch,
    target,
    gates: rig.settings.gates,
    failure: work.last_failure,
    earlier: work.attempts.filter(entry => entry.attempt < work.attempt),
    directives: directivesOf(ctx, rig),
    checkpoint: work.checkpoint,
    questions: answersOf(ctx, bead.id),
    formula,
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
      ...targetFrom(ctx, target, rig),
      ...(work.rework === undefined ? {} : { start: work.rework.head }),
      ...(rig.settings.merge_strategy === "local" ? { local: true } : {}),
      ...verifyOf(rig),
      prompt: clipToBytes(text, MAX_JOB_TEXT_BYTES),
      ...(formula === undefined ? {} : { formula: formula.name }),
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

/** The gates that work has to pass before it is submitted, where the rig wants that. */
function verifyOf({ settings }: RigRecord): Pick<WorkJob, "verify"> {
  const { pre_verify, gates, flaky_retries } = settings;
  return pre_verify && gates.length > 0 ? { verify: { gates, flaky_retries } } : {};
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

/** Records what an agent is told, and tells it. */
export function tell(
  ctx: TownTurn,
  record: AgentRecord,
  assignment: Assignment,
  told: Omit<Told, "at">,
): void {
  // Mail first: what waits is in the prompt of the job then.
  const reads = assignment.job.kind !== "merge" && assignment.driver.kind !== "script";
  const withMail = reads ? giveMail(ctx, record) : record;
  const priced = reads ? pricedAs(assignment.driver) : [];
  const more = priced.length === 0 ? {} : { priced };
  ctx.setAgent({ ...withMail, told: { ...told, ...more, at: ctx.nowText } });
  ctx.turn.send(agentActor(ctx.town, record.id), "work", { by: "town", assignment });
}
