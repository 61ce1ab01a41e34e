/**
 * A run without a bead: an agent that is there to be spoken to. A program at the terminal runs until it ends by itself. A
 * headless one has a turn for its prompt, and another for all words that come; between them nothing of it runs, and a
 * person at the terminal may type the words of the next.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../store/schema/errors.ts";
import { driverFor } from "../drivers/registry.ts";
import { quote } from "../process/quote.ts";
import { AGENT_ENV } from "../protocol/control.ts";
import type { SessionJob } from "../protocol/spec.ts";
import { startRelay } from "../relay/relay.ts";
import type { Exit, TerminalProcess } from "../terminal/terminal.ts";
import { type Outcome, type RunContext, type StopRequest, stoppedOutcome } from "./context.ts";
import { enclose, notBegun } from "./enclose.ts";
import { barred, createTurns, type Turn, type Turns, wordsOf } from "./turn.ts";
import type { WorkHooks } from "./work.ts";

const GATEWAY_PATIENCE_MS = 60_000;
/** A program at the terminal without output for this long counts as idle. */
const IDLE_MS = 60_000;
const TAIL_LINES = 60;
const MAX_TAIL_CHARS = 8_192;
/** After a person's last key at the prompt between two turns. */
const HANDS_OFF_MS = 2_000;
const READER_GRACE_MS = 500;

/** @throws {AppError} when it could not be started */
export async function runSession(context: RunContext, job: SessionJob, hooks: WorkHooks): Promise<Outcome> {
  const { spec, folders, log } = context;
  const driver = driverFor(spec.driver);
  const promptFile = join(folders.agent, "prompt.md");
  await writeFile(promptFile, job.prompt);
  await mkdir(job.worktree, { recursive: true, mode: 0o700 });
  const env = { ...spec.env, ...context.secrets.env };
  const needs = driver.needs({
    job,
    agentFolder: folders.agent,
    home: spec.home,
    promptFile,
    path: context.path,
    env,
  });
  const nothing = (): never => {
    throw new AppError("precondition_failed", "You work on no bead: there is nothing to submit or to keep.", {
      hint: "File work with `gt bead create` and give it to agents with `gt sling`.",
    });
  };
  const relay = startRelay({
    gatewayUrl: context.secrets.gateway_url,
    token: context.secrets.agent_token,
    patienceMs: GATEWAY_PATIENCE_MS,
    done: nothing,
    checkpoint: nothing,
  });
  hooks.onRelay(relay);
  try {
    const isolation = await enclose(context, driver.untrusted, needs, relay.port);
    context.isolation = isolation;
    if (context.stop.requested !== undefined) return stoppedOutcome(context.stop.requested, false, "");
    const turns = createTurns(context, { driver, job, isolation, relay, cwd: job.worktree, env: {} });
    const first = await turns.begin(promptFile, false);
    await log.append({
      type: "started",
      pid: first.agent.pid,
      isolation: isolation.kind,
      ...(isolation.reduced === undefined ? {} : { reduced: isolation.reduced }),
    });
    context.setActivity("working");
    const watch = spec.driver.kind === "pty" ? watchOutput(context) : undefined;
    try {
      return await untilItsEnd(context, turns, first);
    } finally {
      clearInterval(watch);
      isolation.release();
    }
  } finally {
    await relay.close();
  }
}

async function untilItsEnd(context: RunContext, turns: Turns, first: Turn): Promise<Outcome> {
  for (let turn = first; ; ) {
    const end = await Promise.race([turn.agent.exited, context.stop.promise]);
    if ("reason" in end) return await stopped(context, turn.agent, end);
    if (context.spec.driver.kind !== "exec" || end.code !== 0) return await ended(context, turn, end);
    const words = await untilWords(context);
    if ("reason" in words) return stoppedOutcome(words, false, await tailOf(context));
    const file = join(context.folders.agent, "more.md");
    await writeFile(file, words.prompt);
    turn = await turns.begin(file, true);
    context.setActivity("working");
    await words.done();
  }
}

async function stopped(context: RunContext, agent: TerminalProcess, stop: StopRequest): Promise<Outcome> {
  await agent.terminate(stop.graceMs);
  return stoppedOutcome(stop, false, await tailOf(context));
}

async function ended(context: RunContext, { command }: Turn, { code, signal }: Exit): Promise<Outcome> {
  const tail = await tailOf(context);
  if (code !== 0 && !(await command.began())) throw notBegun(tail);
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const reason = code === 0 ? "its program ended" : `its program ended with ${how}`;
  return { ok: code === 0, code, signal, reason, tail };
}

/** Nothing runs meanwhile but a line to type into. */
async function untilWords(
  context: RunContext,
): Promise<StopRequest | { readonly prompt: string; done(): Promise<void> }> {
  context.setActivity("idle", "waits for words");
  const said = join(context.folders.scratch, "said");
  await rm(said, { force: true });
  let reader: TerminalProcess | undefined = await startReader(context, said);
  try {
    for (;;) {
      const typed = reader?.exited.then(() => "typed" as const) ?? new Promise<never>(() => undefined);
      const first = await Promise.race([
        context.stop.promise,
        typed,
        context.nudges.arrived().then(() => "words" as const),
      ]);
      if (typeof first === "object") return first;
      if (first === "typed") {
        reader = undefined;
        const line = (await readFile(said, "utf8").catch(() => "")).trim();
        if (line !== "") return { prompt: typedPrompt(line), done: async () => undefined };
        // The end of input: the line is not offered again before the next turn.
        continue;
      }
      // Never over a line that a person has begun.
      while (reader !== undefined && isTyping(context) && context.stop.requested === undefined) {
        await Promise.race([Bun.sleep(HANDS_OFF_MS), context.stop.promise, reader.exited]);
        if (await Bun.file(said).exists()) break;
      }
      if (await Bun.file(said).exists()) continue;
      const words = context.nudges.take();
      if (words.nudges.length > 0) return { prompt: morePrompt(words.nudges), done: words.done };
    }
  } finally {
    await reader?.terminate(READER_GRACE_MS);
  }
}

/**
 * Reads one line at the terminal. It is the sandbox's own and runs outside of the isolation, with nothing of the agent's
 * in its surroundings; the line lies where no program of the agent can put one.
 */
async function startReader(context: RunContext, said: string): Promise<TerminalProcess> {
  const { folders, spec, terminal } = context;
  const script = join(folders.scratch, "reader.sh");
  await writeFile(
    script,
    `printf '%s' ${quote(`\u001b[2m${spec.agent.name} waits. Type here, or send mail or a nudge.\u001b[0m\n> `)}\nIFS= read -r line || exit 0\nprintf '%s\\n' "$line" >${quote(`${said}.new`)} && mv ${quote(`${said}.new`)} ${quote(said)}\n`,
  );
  return terminal.spawn({
    argv: ["/bin/sh", script],
    env: { PATH: "/usr/bin:/bin", TERM: "xterm-256color", [AGENT_ENV.runId]: spec.run_id },
    cwd: folders.scratch,
    wrapped: false,
    diesWithParent: false,
  });
}

function isTyping({ terminal }: RunContext): boolean {
  return terminal.typing.open;
}

function typedPrompt(line: string): string {
  return ["The person at your terminal says:", barred(line), "", "Do what is wanted of you.", ""].join("\n");
}

function morePrompt(nudges: Parameters<typeof wordsOf>[0]): string {
  return [...wordsOf(nudges), "See with `gt prime` how things stand, and do what follows from it.", ""].join(
    "\n",
  );
}

/** A program that stays at its prompt is idle. */
function watchOutput(context: RunContext): ReturnType<typeof setInterval> {
  return setInterval(() => {
    if (context.freezer.frozen) return;
    const quiet = context.freezer.now() - context.terminal.lastOutput;
    context.setActivity(quiet > IDLE_MS ? "idle" : "working");
  }, IDLE_MS / 4);
}

async function tailOf(context: RunContext): Promise<string> {
  return (await context.terminal.screen.tail(TAIL_LINES)).slice(-MAX_TAIL_CHARS);
}
