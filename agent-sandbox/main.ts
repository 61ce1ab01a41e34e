/** The sandbox process: `gastown sandbox SPEC`, with one line of secrets on standard input. */
import { chmodSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../store/schema/errors.ts";
import { createLoopMeter } from "./drivers/loop-meter.ts";
import type { EmbeddedFiles } from "./isolation/helpers.ts";
import { openEventLog } from "./log/event-log.ts";
import { createFreezer } from "./process/freezer.ts";
import { processStart } from "./process/identity.ts";
import { AGENT_ENV, PROXY_NOTE, type SandboxIdentity } from "./protocol/control.ts";
import { repoOf, type SandboxSpec, sandboxSecretsSchema, sandboxSpecSchema } from "./protocol/spec.ts";
import { createStopSignal } from "./run/context.ts";
import { agentIdentity, furnish } from "./run/environment.ts";
import { startRun } from "./run/run.ts";
import { createRecorder } from "./terminal/recorder.ts";
import { createTerminal } from "./terminal/terminal.ts";
import { createGit } from "./workspace/git.ts";

const COLS = 120;
const ROWS = 32;
/** How long an ended run stays for late readers when nobody shuts it down, ms. */
const LINGER_MS = 30_000;
const STOP_GRACE_MS = 5_000;

export { requireIsolation } from "./isolation/availability.ts";

export interface SandboxDeps {
  /** Gives one JSON line with the secrets. */
  readonly stdin: ReadableStream<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the gastown program is started: argument vector before `gt`, `bd`, `sandbox`. */
  readonly self: readonly string[];
  /** Files inside the compiled binary; none from sources. */
  readonly embedded?: EmbeddedFiles;
  readonly lingerMs?: number;
}

/**
 * Serves one run from its start until it is shut down or has lingered. Resolves when all is closed; the caller exits.
 * @throws {AppError} invalid_argument (spec or secrets), already_exists (the run has a living process), corrupt
 */
export async function runSandbox(specPath: string, deps: SandboxDeps): Promise<void> {
  const spec = await readSpec(specPath);
  const secrets = await readSecrets(deps.stdin);
  const now = (): Date => new Date();
  await mkdir(spec.dir, { recursive: true, mode: 0o700 });
  await refuseSecond(spec);
  const proxy = await prepareSocketFolder(spec);
  // Whoever finds this process dead removes the folder.
  await writeFile(join(spec.dir, PROXY_NOTE), proxy, { mode: 0o600 });
  // The isolation looks for sockets and for files to protect relative to these two.
  process.env.TMPDIR = proxy;
  process.chdir(spec.dir);

  const folders = { agent: join(spec.dir, "agent"), scratch: join(spec.dir, "scratch"), proxy };
  await Promise.all([mkdir(folders.agent, { recursive: true }), mkdir(folders.scratch, { recursive: true })]);
  const identity: SandboxIdentity = {
    run_id: spec.run_id,
    container: spec.container,
    generation: spec.generation,
    pid: process.pid,
    pid_start: processStart(process.pid) ?? "",
  };
  const log = await openEventLog(join(spec.dir, "events.jsonl"), now);
  if (log.after(0).some(event => event.type === "exited")) {
    await log.close();
    throw new AppError("gone", `The run ${spec.run_id} has ended already.`, { hint: "Start a new run." });
  }
  const marker = `${AGENT_ENV.runId}=${spec.run_id}`;
  const freezer = createFreezer(marker);
  const recorder = await createRecorder({
    path: join(spec.dir, "terminal.cast"),
    cols: COLS,
    rows: ROWS,
    limit: spec.limits.recording_bytes,
    now,
    title: `${spec.agent.rig}/${spec.agent.name}: ${spec.job.bead.title}`,
    onEnd: reason => void log.append({ type: "note", text: reason.slice(0, 2_000) }).catch(() => undefined),
  });
  const terminal = createTerminal({
    cols: COLS,
    rows: ROWS,
    scrollback: spec.limits.scrollback_lines,
    recorder,
    now: freezer.now,
    marker,
    onGuard: freezer.spare,
  });
  const git = createGit(repoOf(spec.job), deps.env, undefined, freezer.timeout);
  await furnish(spec, folders.agent, deps.self);
  const stop = createStopSignal();
  const closing = Promise.withResolvers<void>();
  const run = startRun(
    {
      spec,
      secrets,
      log,
      terminal,
      git,
      stoppable: createGit(repoOf(spec.job), deps.env, stop.signal, freezer.timeout),
      folders,
      identity: await agentIdentity(git, spec),
      env: deps.env,
      path: `${join(folders.agent, "bin")}:${deps.env.PATH ?? "/usr/local/bin:/usr/bin:/bin"}`,
      self: deps.self,
      embedded: deps.embedded ?? (() => undefined),
      platform: process.platform,
      stop,
      freezer,
      loops: createLoopMeter(),
    },
    identity,
    now,
  );
  // Loaded while git fetches in its own process.
  const { createControlApp } = await import("./server/app.ts");
  const app = createControlApp({
    generation: spec.generation,
    run,
    log,
    terminal,
    shutdown: closing.resolve,
  });
  // The folder is private already; between listening and chmod nobody else can reach the socket.
  app.listen({ unix: spec.socket });
  chmodSync(spec.socket, 0o600);
  await writeIdentity(spec, identity);

  const onSignal = (): void => {
    freezer.thaw();
    stop.request({
      reason: "The sandbox process was told to end.",
      graceMs: STOP_GRACE_MS,
      errorCode: "cancelled",
    });
    void run.finished.then(() => closing.resolve());
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // The terminal or session that started the town may go; the run stays.
  process.on("SIGHUP", () => undefined);
  try {
    await run.finished;
    const linger = setTimeout(closing.resolve, deps.lingerMs ?? LINGER_MS);
    await closing.promise;
    clearTimeout(linger);
    // The answer to the call that ended it is still on its way.
    await Bun.sleep(20);
  } finally {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
    await app.stop(true);
    rmSync(spec.socket, { force: true });
    await terminal.close();
    await log.close();
    await rm(proxy, { recursive: true, force: true });
    await rm(folders.scratch, { recursive: true, force: true });
  }
}

async function readSpec(path: string): Promise<SandboxSpec> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new AppError("invalid_argument", `The spec ${path} cannot be read.`, { cause: error });
  });
  const spec = sandboxSpecSchema.safeParse(parsed(text));
  if (spec.success) return spec.data;
  throw new AppError("invalid_argument", `The spec ${path} does not fit: ${spec.error.message}`, {
    data: { issues: spec.error.issues },
  });
}

async function readSecrets(stdin: ReadableStream<Uint8Array>) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stdin) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) break;
  }
  const secrets = sandboxSecretsSchema.safeParse(parsed(text.split("\n")[0] ?? ""));
  if (secrets.success) return secrets.data;
  // What was read is not repeated: it may hold secrets.
  throw new AppError("invalid_argument", "Standard input does not begin with a line of secrets.", {
    hint: 'Send {"agent_token": ..., "gateway_url": ..., "env": {...}} and a line end.',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A socket that answers belongs to a living process of this run; one that does not is a leftover. */
async function refuseSecond(spec: SandboxSpec): Promise<void> {
  const alive = await fetch("http://sandbox/status", {
    unix: spec.socket,
    signal: AbortSignal.timeout(2_000),
  }).then(
    () => true,
    () => false,
  );
  if (alive) {
    throw new AppError("already_exists", `The socket ${spec.socket} is served by another sandbox process.`, {
      hint: "Adopt or stop that one first.",
    });
  }
  await rm(spec.socket, { force: true });
}

/** A private folder for the control socket, and in it one for the sockets of the isolation's proxy. */
async function prepareSocketFolder(spec: SandboxSpec): Promise<string> {
  const folder = dirname(spec.socket);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return await mkdtemp(join(folder, "px-"));
}

/** Written aside and renamed: whoever finds it finds all of it. */
async function writeIdentity(spec: SandboxSpec, identity: SandboxIdentity): Promise<void> {
  const path = join(spec.dir, "identity.json");
  await writeFile(`${path}.new`, `${JSON.stringify(identity)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
