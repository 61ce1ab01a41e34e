/** What is on disk about a run: its spec, who its process is, and its event log. The folder of a run is `spec.dir`. */
import { join } from "node:path";
import { z } from "zod";
import { identitySchema } from "../../../../agent-sandbox/protocol/control.ts";
import { type SandboxSpec, sandboxSpecSchema } from "../../../../agent-sandbox/protocol/spec.ts";
import { readIfThere } from "../files.ts";
import { isAlive } from "../process/identity.ts";

/** Files in the folder of a run. */
export const RUN_FILES = {
  spec: "spec.json",
  /** Written by the host when it has started the process. */
  launch: "launch.json",
  /** Written by the sandbox process itself. */
  identity: "identity.json",
  events: "events.jsonl",
  recording: "terminal.cast",
  log: "sandbox.log",
} as const;

const launchSchema = z.object({
  run_id: z.string(),
  container: z.string(),
  generation: z.int(),
  /** Boot of the machine; process ids and start times of another one mean nothing. */
  boot: z.string(),
  socket: z.string(),
  started_at: z.iso.datetime(),
  /** Absent from the moment before the process is started until it is known. */
  pid: z.int().optional(),
  pid_start: z.string().optional(),
});
/** The host's note of a start. */
export type Launch = z.infer<typeof launchSchema>;

/** A process that is, or was, the one of a run. */
export interface ProcessId {
  readonly pid: number;
  readonly pid_start: string;
}

/** Undefined when the run was never started. */
export function readLaunch(dir: string): Launch | undefined {
  const parsed = launchSchema.safeParse(readJson(join(dir, RUN_FILES.launch)));
  return parsed.success ? parsed.data : undefined;
}

export function readSpec(dir: string): SandboxSpec | undefined {
  const parsed = sandboxSpecSchema.safeParse(readJson(join(dir, RUN_FILES.spec)));
  return parsed.success ? parsed.data : undefined;
}

/** The process of a run, by the note of the host or by its own. */
export function processOf(dir: string, launch: Launch): ProcessId | undefined {
  const { pid, pid_start } = launch;
  if (pid !== undefined && pid_start !== undefined) return { pid, pid_start };
  const own = identitySchema.safeParse(readJson(join(dir, RUN_FILES.identity)));
  return own.success && own.data.run_id === launch.run_id ? own.data : undefined;
}

/** The process of a run if it lives; undefined when it is gone or was never known. */
export function livingProcess(
  dir: string,
  boot: string,
): (ProcessId & { readonly launch: Launch }) | undefined {
  const launch = readLaunch(dir);
  if (launch === undefined || launch.boot !== boot) return undefined;
  const found = processOf(dir, launch);
  return found !== undefined && isAlive(found.pid, found.pid_start) ? { ...found, launch } : undefined;
}

/** The last words of the sandbox process itself, for people: at most `chars` characters. */
export function logTail(dir: string, chars: number): string {
  return (readIfThere(join(dir, RUN_FILES.log)) ?? "").slice(-chars).trim();
}

function readJson(path: string): unknown {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Torn by a crash: as if it were not there.
  }
}
