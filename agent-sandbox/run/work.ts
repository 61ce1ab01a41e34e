/** A run that works on a bead: worktree, isolation, agent, submission, and no work lost at the end. */
import { appendFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../../store/schema/errors.ts";
import type { Nudge } from "../../store/schema/nudge.ts";
import type { Driver } from "../drivers/driver.ts";
import { driverFor } from "../drivers/registry.ts";
import type { WorkJob } from "../protocol/spec.ts";
import { type Relay, startRelay } from "../relay/relay.ts";
import type { TerminalProcess } from "../terminal/terminal.ts";
import { type Snapshot, takeSnapshot } from "../workspace/snapshot.ts";
import type { PreparedWorktree } from "../workspace/worktree.ts";
import { prepareWorktree, targetRef } from "../workspace/worktree.ts";
import { type Outcome, type RunContext, sayPlain, sayRed, stoppedOutcome } from "./context.ts";
import { enclose, notBegun } from "./enclose.ts";
import { stepsDone } from "./steps-done.ts";
import { createSubmitter, type Submitter } from "./submission.ts";
import { createTurns, wordsOf } from "./turn.ts";
import { verifySubmission } from "./verify.ts";

/** How long an agent's call waits for a gateway that is away. */
const GATEWAY_PATIENCE_MS = 60_000;
/** Waits between tries to submit for an agent that has ended; the last is repeated while a remote is away. */
const SUBMIT_RETRIES_MS = [1_000, 4_000, 15_000];
/** How long a remote that is away is waited for before the run ends; the town takes it from there. */
const REMOTE_PATIENCE_MS = 25_000;
/** Longest diff that a reviewer's prompt has. */
const MAX_DIFF_CHARS = 60_000;
const TAIL_LINES = 60;
const MAX_TAIL_CHARS = 8_192;
/** A terminal program without output for this long counts as idle. */
const IDLE_MS = 60_000;
/** A headless agent may think for longer. */
const SUBMITTED_QUIET_MS = 300_000;
const IDLE_GRACE_MS = 5_000;
/** Turns that words of others may start after an agent's own. */
const MAX_MORE_TURNS = 10;

/** Told to the relay's owner so that `POST /gateway` reaches it. */
export interface WorkHooks {
  readonly onRelay: (relay: Relay) => void;
}

/** Does the job. @throws {AppError} when it could not be started; what there is of work has been kept. */
export async function runWork(context: RunContext, job: WorkJob, hooks: WorkHooks): Promise<Outcome> {
  const { spec, folders } = context;
  const driver = driverFor(spec.driver);
  const promptFile = join(folders.agent, "prompt.md");
  await writeFile(promptFile, promptOf(job));
  const about = {
    job,
    agentFolder: folders.agent,
    home: spec.home,
    promptFile,
    path: context.path,
    env: { ...spec.env, ...context.secrets.env },
  };
  const needs = driver.needs(about);
  let submitter: Submitter | undefined;
  let place: PreparedWorktree | undefined;
  const relay = startRelay({
    gatewayUrl: context.secrets.gateway_url,
    token: context.secrets.agent_token,
    patienceMs: GATEWAY_PATIENCE_MS,
    done: request => {
      if (job.review === true) {
        throw new AppError("precondition_failed", "This is a review: there is nothing to submit.", {
          hint: "Give a verdict: gt review approve, request-changes or escalate.",
        });
      }
      if (submitter !== undefined) return submitter.submit(request);
      throw new AppError("precondition_failed", "The worktree is not ready yet.", { retryable: true });
    },
    checkpoint: async (note, tell) => {
      if (place === undefined) {
        throw new AppError("precondition_failed", "The worktree is not ready yet.", { retryable: true });
      }
      // The files first: a note about work that is not kept would be worth nothing.
      const kept = await snapshot(context, job, place);
      const ref = kept === undefined ? {} : { ref: kept.ref };
      await tell(`/api/v1/towns/${encodeURIComponent(spec.town)}/checkpoint`, { note, ...ref });
      return { bead: job.bead.id, ...ref };
    },
  });
  hooks.onRelay(relay);
  try {
    const [worktree, isolation] = await Promise.all([
      prepare(context, job, driver),
      enclose(context, driver.untrusted, needs, relay.port),
    ]);
    context.isolation = isolation;
    place = worktree;
    if (job.review === true) await addDiff(context, job, promptFile);
    submitter = createSubmitter(
      context,
      job,
      worktree,
      force => stepsDone(context, job, relay, force),
      head => verifySubmission(context, job, isolation, head),
    );
    if (context.stop.requested !== undefined)
      return stoppedOutcome(context.stop.requested, submitter.head !== undefined, "");
    const turns = createTurns(context, {
      driver,
      job,
      isolation,
      relay,
      cwd: worktree.path,
      env: {
        GASTOWN_ATTEMPT: String(job.attempt),
        GASTOWN_BRANCH: job.branch,
        GASTOWN_TARGET: `${job.remote}/${job.target}`,
        ...(worktree.previous === undefined ? {} : { GASTOWN_PREVIOUS: worktree.previous }),
      },
    });
    let { agent, command } = await turns.begin(promptFile, false);
    await context.log.append({
      type: "started",
      pid: agent.pid,
      isolation: isolation.kind,
      ...(isolation.reduced === undefined ? {} : { reduced: isolation.reduced }),
      base_commit: worktree.base,
    });
    context.setActivity("working");
    const watch = watchOutput(context, submitter);
    try {
      const { head } = submitter;
      const wantsMore = (): boolean => submitter?.head === head;
      for (let more = 0; more < MAX_MORE_TURNS; more += 1) {
        const words = await wordsAtItsEnd(context, agent, wantsMore);
        if (words === undefined) break;
        const file = join(folders.agent, "more.md");
        await writeFile(file, morePrompt(words.nudges, promptFile));
        ({ agent, command } = await turns.begin(file, true));
        await words.done();
      }
      const outcome = await seeToItsEnd(context, job, worktree, agent, submitter);
      if (!outcome.ok && !(await command.began())) throw notBegun(outcome.tail);
      return outcome;
    } finally {
      clearInterval(watch);
      isolation.release();
    }
  } finally {
    await relay.close();
  }
}

/** What waits for a headless agent when its turn has ended well and its work is not submitted. */
async function wordsAtItsEnd(
  context: RunContext,
  agent: TerminalProcess,
  wantsMore: () => boolean,
): Promise<ReturnType<RunContext["nudges"]["take"]> | undefined> {
  if (context.spec.driver.kind !== "exec") return undefined;
  const end = await Promise.race([agent.exited, context.stop.promise]);
  if ("reason" in end || end.code !== 0 || !wantsMore()) return undefined;
  const words = context.nudges.take();
  return words.nudges.length === 0 ? undefined : words;
}

async function prepare(context: RunContext, job: WorkJob, driver: Driver): Promise<PreparedWorktree> {
  const worktree = await prepareWorktree(context.stoppable, {
    job,
    identity: context.identity,
    scratch: context.folders.scratch,
    // Beside the home, where the agent cannot write.
    memory: join(dirname(context.spec.home), "attempt.json"),
    fresh: driver.fresh,
  });
  for (const note of worktree.notes) {
    sayPlain(context.terminal, note);
    await context.note(note);
  }
  return worktree;
}

async function seeToItsEnd(
  context: RunContext,
  job: WorkJob,
  worktree: PreparedWorktree,
  agent: TerminalProcess,
  submitter: Submitter,
): Promise<Outcome> {
  const first = await Promise.race([agent.exited, context.stop.promise]);
  if ("reason" in first) {
    await keep(context, job, worktree);
    await agent.terminate(first.graceMs);
    const tail = await tailOf(context);
    await keep(context, job, worktree);
    return stoppedOutcome(first, submitter.head !== undefined, tail);
  }
  const tail = await tailOf(context);
  const ended = { code: first.code, signal: first.signal, tail };
  if (job.review === true) {
    const ok = first.code === 0;
    return { ok, reason: ok ? "the review is over" : "the reviewer ended before its time", ...ended };
  }
  const refusal = first.code === 0 ? await submitForIt(context, job, submitter) : undefined;
  await keep(context, job, worktree);
  if (submitter.head !== undefined) return { ok: true, reason: "submitted", ...ended };
  if (refusal !== undefined) {
    const nothing = refusal.code === "precondition_failed" && refusal.data?.gate === undefined;
    sayRed(context.terminal, `Not submitted: ${refusal.message}`);
    await context.note(`Not submitted: ${refusal.message}`.slice(0, 1_900));
    return {
      ok: false,
      reason: nothing ? "no_submission" : refusal.message,
      error_code: refusal.code,
      ...ended,
    };
  }
  const how = first.signal === null ? `exit code ${first.code}` : `signal ${first.signal}`;
  return { ok: false, reason: `The agent ended with ${how} and had submitted nothing.`, ...ended };
}

/** Nothing depends on an agent remembering its last step: finished and committed work is submitted for it. */
async function submitForIt(
  context: RunContext,
  job: WorkJob,
  submitter: Submitter,
): Promise<AppError | undefined> {
  const before = submitter.head;
  const until = Date.now() + REMOTE_PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      await submitter.submit({ bead: undefined, summary: "", force: false });
      if (before === undefined && context.spec.driver.kind !== "script") {
        await context.note(
          `The agent ended without \`gt done\`; its commits on ${job.bead.id} were submitted for it.`,
        );
      }
      return undefined;
    } catch (error) {
      const failure = AppError.from(error);
      const wait = SUBMIT_RETRIES_MS[Math.min(tries, SUBMIT_RETRIES_MS.length - 1)] ?? 0;
      const over = Date.now() + wait > until || context.stop.requested !== undefined;
      if (!failure.retryable || over) return failure;
      if (tries === 2) await context.note(`Not submitted yet: ${failure.message}`.slice(0, 1_900));
      await Promise.race([Bun.sleep(wait), context.stop.promise]);
    }
  }
}

/** Keeps what is not on the remote. A failure is told, and does not hide how the run ended. */
async function keep(context: RunContext, job: WorkJob, worktree: PreparedWorktree): Promise<void> {
  try {
    await snapshot(context, job, worktree);
  } catch (error) {
    const failure = AppError.from(error);
    sayRed(context.terminal, `The work could not be kept: ${failure.message}`);
    await context.note(`The work stays in ${worktree.path} only: ${failure.message}`.slice(0, 1_900));
  }
}

/** Undefined when all of it is on the remote. @throws {AppError} as `takeSnapshot` */
async function snapshot(
  context: RunContext,
  job: WorkJob,
  worktree: PreparedWorktree,
): Promise<Snapshot | undefined> {
  const kept = await takeSnapshot(context.git, {
    worktree,
    scratch: context.folders.scratch,
    remote: job.remote,
    branch: job.branch,
    bead: job.bead.id,
    attempt: job.attempt,
    identity: context.identity,
  });
  const last = context.log.after(0).findLast(event => event.type === "snapshot");
  if (kept !== undefined && !(last?.type === "snapshot" && last.commit === kept.commit)) {
    await context.log.append({ type: "snapshot", ...kept });
  }
  return kept;
}

async function tailOf(context: RunContext): Promise<string> {
  return (await context.terminal.screen.tail(TAIL_LINES)).slice(-MAX_TAIL_CHARS);
}

/**
 * A program that stays at its prompt is idle; one that stays there after it has submitted is ended, since nobody else
 * would and the town waits for its place.
 */
function watchOutput(context: RunContext, submitter: Submitter): ReturnType<typeof setInterval> {
  const terminal = context.spec.driver.kind === "pty";
  return setInterval(() => {
    if (context.freezer.frozen || submitter.busy) return;
    const quiet = context.freezer.now() - context.terminal.lastOutput;
    if (terminal) context.setActivity(quiet > IDLE_MS ? "idle" : "working");
    if (submitter.head !== undefined && quiet > (terminal ? IDLE_MS : SUBMITTED_QUIET_MS)) {
      context.stop.request({ reason: "submitted", graceMs: IDLE_GRACE_MS });
    }
  }, IDLE_MS / 4);
}

/** The prompt of another turn: what others said, framed as theirs, and where the task is. */
function morePrompt(nudges: readonly Nudge[], promptFile: string): string {
  return [
    ...wordsOf(nudges),
    `Take them into account and go on with your task, which is in ${promptFile}, until it is done.`,
    "",
  ].join("\n");
}

/** What is to be judged, at the end of the prompt. */
async function addDiff(context: RunContext, job: WorkJob, promptFile: string): Promise<void> {
  const { stoppable: git } = context;
  const head = job.start ?? `refs/heads/${job.branch}`;
  const diff = await git.run([
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    `${targetRef(job)}...${head}`,
  ]);
  const clipped = diff.slice(0, MAX_DIFF_CHARS);
  const rest =
    diff.length > clipped.length
      ? ["", `(${diff.length - clipped.length} more characters; see git diff)`]
      : [];
  const quoted = clipped.split("\n").map(line => `| ${line}`);
  await appendFile(promptFile, ["", "Diff:", ...quoted, ...rest, ""].join("\n"));
}

function promptOf(job: WorkJob): string {
  if (job.prompt !== "") return job.prompt;
  return `${job.bead.title}\n\n${job.bead.description}\n\nCommit your work on the branch ${job.branch}, then run \`gt done\`.\n`;
}
