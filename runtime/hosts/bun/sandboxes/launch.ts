/** Starts the process of a run: in a session of its own, secrets on its standard input, its words in a log of its own. */
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SandboxSecrets, SandboxSpec } from "../../../../agent-sandbox/protocol/spec.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { fileError, hasErrno, writeWhole } from "../files.ts";
import { processStart } from "../process/identity.ts";
import { type Launch, type ProcessId, RUN_FILES } from "./records.ts";

/** By it the process is recognised even if the host dies before it has noted the process id. */
export const SANDBOX_ENV = "GASTOWN_SANDBOX";

export interface LaunchOptions {
  readonly spec: SandboxSpec;
  readonly secrets: SandboxSecrets;
  /** How the program starts itself: `[...self, "sandbox", specPath]`. */
  readonly self: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly boot: string;
  readonly now: Date;
}

export interface Launched extends ProcessId {
  /** Resolves with the exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
}

/** Makes the folder of the run with its spec. @throws {AppError} storage_full, storage_io, forbidden */
export function prepareRun(spec: SandboxSpec): void {
  try {
    for (const folder of [spec.dir, spec.home]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw fileError(cause, spec.dir);
  }
  writeWhole(join(spec.dir, RUN_FILES.spec), `${JSON.stringify(spec, null, 2)}\n`);
}

/** @throws {AppError} command_not_found, storage_full, storage_io, unavailable when the process ended before it could be noted */
export function launch(options: LaunchOptions): Launched {
  const { spec, self, boot, now } = options;
  const note: Launch = {
    run_id: spec.run_id,
    container: spec.container,
    generation: spec.generation,
    boot,
    socket: spec.socket,
    started_at: now.toISOString(),
  };
  const path = join(spec.dir, RUN_FILES.launch);
  let child: Bun.Subprocess | undefined;
  try {
    // First the intention: after a crash between the two, nobody starts the same run twice unseen.
    writeWhole(path, JSON.stringify(note));
    child = spawn([...self, "sandbox", join(spec.dir, RUN_FILES.spec)], options);
    const { pid } = child;
    const pid_start = processStart(pid) ?? "gone";
    writeWhole(path, JSON.stringify({ ...note, pid, pid_start }));
    return { pid, pid_start, exited: child.exited.then(code => (child?.signalCode === null ? code : null)) };
  } catch (error) {
    // A process that could not be noted must not live, and a later start must not take this one for done.
    child?.kill("SIGKILL");
    rmSync(path, { force: true });
    throw error;
  }
}

function spawn(cmd: string[], { spec, secrets, env }: LaunchOptions): Bun.Subprocess {
  const log = openSync(join(spec.dir, RUN_FILES.log), "a", 0o600);
  try {
    const child = Bun.spawn(cmd, {
      cwd: spec.dir,
      env: { ...env, [SANDBOX_ENV]: spec.run_id },
      stdin: new TextEncoder().encode(`${JSON.stringify(secrets)}\n`),
      stdout: log,
      stderr: log,
      detached: true,
    });
    child.unref();
    return child;
  } catch (cause) {
    if (hasErrno(cause, "ENOENT", "EACCES")) {
      throw new AppError("command_not_found", `${cmd[0]} cannot be started.`, {
        hint: "Install gastown again: the program that runs the town is gone.",
        cause,
      });
    }
    throw fileError(cause, cmd[0] ?? "sandbox");
  } finally {
    closeSync(log);
  }
}
