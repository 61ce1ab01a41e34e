/** The ways of a nudge: into the prompt of the next run, to the run that is on, or read by the agent with its prime. */
import type { SandboxEvent } from "../../../agent-sandbox/protocol/events.ts";
import type { Nudge } from "../../../store/schema/nudge.ts";
import type { Turn } from "../../kernel/actor.ts";
import type { replySchema } from "../../kernel/reply.ts";
import { MAX_JOB_TEXT_BYTES, MAX_NUDGES } from "../../town/limits.ts";
import type { Assignment } from "../methods.ts";
import { clipToBytes } from "../prompts/data.ts";
import {
  acceptNudge,
  expireNudges,
  giveNudge,
  type NudgeEnd,
  type NudgeRow,
  nudgesOf,
  removeNudge,
  takeBackNudges,
  waitAgain,
} from "./box.ts";
import { nudgesSection } from "./words.ts";

/** The run that is on. */
export interface NudgeRun {
  readonly generation: number;
  /** Short name of its driver. */
  readonly driver: string;
}

/** Nothing of such a run reads words, neither its prompt nor its terminal. */
const DEAF = "script";

/** Takes a nudge in, and gives it to the run that is on. */
export async function accept(turn: Turn, nudge: Nudge, run: NudgeRun | undefined): Promise<void> {
  tell(turn, await acceptNudge(turn, nudge, MAX_NUDGES));
  await expire(turn);
  if (run !== undefined) await giveAll(turn, run);
}

/** Those that wait, what has expired left out. */
export async function waiting(turn: Turn): Promise<NudgeRow[]> {
  return (await nudgesOf(turn)).filter(({ nudge }) => Date.parse(nudge.expires_at) > turn.now);
}

/** The agent has read these itself. */
export async function read(turn: Turn, ids: readonly string[]): Promise<void> {
  for (const row of await nudgesOf(turn)) {
    if (ids.includes(row.nudge.id)) end(turn, row, { nudge: row.nudge, outcome: "delivered", how: "prime" });
  }
  await expire(turn);
}

/** Drops what has expired, and says so. */
export async function expire(turn: Turn): Promise<void> {
  tell(turn, await expireNudges(turn));
}

/** The assignment with what waits in its prompt: an agent that slept reads it first. */
export async function intoPrompt(
  turn: Turn,
  assignment: Assignment,
  generation: number,
): Promise<Assignment> {
  const { job, driver } = assignment;
  if (job.kind === "merge" || driver.kind === "script") return assignment;
  const rows = (await waiting(turn)).filter(row => row.state === "pending");
  if (rows.length === 0) return assignment;
  for (const row of rows) giveNudge(turn, row, generation);
  const text = `${nudgesSection(rows.map(row => row.nudge))}\n`;
  const prompt = `${clipToBytes(job.prompt, MAX_JOB_TEXT_BYTES - 2 * text.length)}\n${text}`;
  return { ...assignment, job: { ...job, prompt } };
}

/** What the run says: with its start it has its prompt; later it says of each nudge what became of it. */
export async function observe(turn: Turn, event: SandboxEvent, run: NudgeRun | undefined): Promise<void> {
  if (event.type === "started" && run !== undefined) {
    for (const row of await nudgesOf(turn)) {
      if (row.state !== "given" || row.generation !== run.generation) continue;
      end(turn, row, { nudge: row.nudge, outcome: "delivered", how: "prompt", ...runOf(row) });
    }
    await expire(turn);
    await giveAll(turn, run);
  }
  if (event.type !== "nudge") return;
  const row = (await nudgesOf(turn)).find(({ nudge }) => nudge.id === event.id);
  if (row === undefined) return;
  if (event.outcome === "refused") waitAgain(turn, row, event.reason);
  else end(turn, row, { nudge: row.nudge, outcome: "delivered", how: event.how ?? "typed", ...runOf(row) });
  await expire(turn);
}

/** The run is over: what it had and did not come to waits for the next. */
export async function runOver(turn: Turn, generation: number): Promise<void> {
  await takeBackNudges(turn, generation);
}

/** The run did not take it. */
export async function refused(turn: Turn, reply: ReturnType<typeof replySchema.parse>): Promise<void> {
  if (reply.ok) return;
  const { context, error } = reply;
  if (typeof context !== "object" || context === null || !("id" in context)) return;
  const row = (await nudgesOf(turn)).find(({ nudge }) => nudge.id === context.id);
  if (row !== undefined) waitAgain(turn, row, error.message.slice(0, 300));
}

async function giveAll(turn: Turn, run: NudgeRun): Promise<void> {
  for (const row of await waiting(turn)) {
    // What is for the next prompt waits for it; and a run that cannot hear is not asked.
    if (row.state !== "pending" || row.nudge.mode === "queue" || run.driver === DEAF) continue;
    giveNudge(turn, row, run.generation);
    const to = { kind: "container", name: turn.ref.name };
    const args = { generation: run.generation, nudge: row.nudge };
    turn.send(to, "nudge", args, { onReply: "nudgeReply", context: { id: row.nudge.id } });
  }
}

function runOf({ generation }: NudgeRow): { generation?: number } {
  return generation === undefined ? {} : { generation };
}

function end(turn: Turn, row: NudgeRow, how: NudgeEnd): void {
  removeNudge(turn, row);
  tell(turn, [how]);
}

/** The town is told how each ended: it says so in the feed, and knows which mail was delivered. */
function tell(turn: Turn, ends: readonly NudgeEnd[]): void {
  const { name } = turn.ref;
  const slash = name.indexOf("/");
  const agent = name.slice(slash + 1);
  for (const { nudge, outcome, how, reason, generation } of ends) {
    const { id, key, from } = nudge;
    turn.send({ kind: "town", name: name.slice(0, slash) }, "nudgeEnded", {
      by: agent,
      agent,
      nudge: { id, key, from },
      outcome,
      ...(how === undefined ? {} : { how }),
      ...(reason === undefined ? {} : { reason }),
      ...(generation === undefined ? {} : { generation }),
    });
  }
}
