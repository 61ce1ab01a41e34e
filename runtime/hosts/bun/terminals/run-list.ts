/** The runs of an agent as their folders tell. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { type SandboxEvent, sandboxEventSchema } from "../../../../agent-sandbox/protocol/events.ts";
import type { SandboxSpec } from "../../../../agent-sandbox/protocol/spec.ts";
import type { RunInfo } from "../../../gateway/deps.ts";
import { livingProcess, RUN_FILES, readLaunch, readSpec } from "../sandboxes/records.ts";

const TAIL_BYTES = 65_536;

/** A run with where it lies. */
export interface RunFolder extends RunInfo {
  readonly dir: string;
  readonly socket: string;
  /** Its last event, when that is the end of the run. */
  readonly end?: Extract<SandboxEvent, { type: "exited" }>;
}

/** Runs that left a recording, or are live, the newest first. */
export function listRuns(runs: string, boot: string): RunFolder[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter(name => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a))
    .flatMap(name => readRun(join(runs, name), boot) ?? []);
}

function readRun(dir: string, boot: string): RunFolder | undefined {
  const spec = readSpec(dir);
  const launch = readLaunch(dir);
  if (spec === undefined || launch === undefined) return undefined;
  const last = lastEvent(join(dir, RUN_FILES.events));
  const end = last?.type === "exited" ? last : undefined;
  const live = end === undefined && livingProcess(dir, boot) !== undefined;
  if (!live && !existsSync(join(dir, RUN_FILES.recording))) return undefined;
  return {
    run: spec.run_id,
    generation: spec.generation,
    started_at: launch.started_at,
    ...(live ? {} : last === undefined ? {} : { ended_at: last.at }),
    ...beadOf(spec.job),
    live,
    dir,
    socket: spec.socket,
    ...(end === undefined ? {} : { end }),
  };
}

/** What a run was about; a session is about nothing in particular. */
function beadOf(job: SandboxSpec["job"]): Pick<RunFolder, "bead"> {
  switch (job.kind) {
    case "work":
      return { bead: job.bead.id };
    case "merge":
      return { bead: job.merge_request };
    case "session":
      return {};
  }
}

/** The last whole line of the log that is an event. */
function lastEvent(path: string): SandboxEvent | undefined {
  if (!existsSync(path)) return undefined;
  const file = openSync(path, "r");
  try {
    const from = Math.max(0, fstatSync(file).size - TAIL_BYTES);
    const bytes = Buffer.alloc(TAIL_BYTES);
    const read = readSync(file, bytes, 0, TAIL_BYTES, from);
    const lines = bytes.toString("utf8", 0, read).split("\n").slice(0, -1).reverse();
    for (const line of lines) {
      const event = parse(line);
      if (event !== undefined) return event;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

function parse(line: string): SandboxEvent | undefined {
  try {
    return sandboxEventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // The middle of a long line.
  }
}
