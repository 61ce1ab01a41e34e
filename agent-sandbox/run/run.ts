/** One run from its first to its last event. Whatever happens, `exited` is written once, at the end. */
import { AppError } from "../../store/schema/errors.ts";
import type { Nudge } from "../../store/schema/nudge.ts";
import { processorTime } from "../process/tree.ts";
import type { Evidence, SandboxIdentity, SandboxStatus } from "../protocol/control.ts";
import type { AgentActivity } from "../protocol/events.ts";
import type { Relay } from "../relay/relay.ts";
import {
  type Outcome,
  type RunContext,
  type StopRequest,
  sayPlain,
  sayRed,
  stoppedOutcome,
} from "./context.ts";
import { runMerge } from "./merge.ts";
import { createNudges, type Hearing } from "./nudges.ts";
import { runSession } from "./session.ts";
import { runWork } from "./work.ts";

const WALL_GRACE_MS = 10_000;

export interface Run {
  /** Resolves when `exited` is on disk. */
  readonly finished: Promise<void>;
  readonly exited: boolean;
  status(): SandboxStatus;
  stop(request: StopRequest): void;
  /** Stops all processes of the run where they are, or lets them go on. @returns how many stand still */
  freeze(frozen: boolean): number;
  /** What shows whether it is alive and gets on. */
  evidence(): Promise<Evidence>;
  /** @throws {AppError} gone when no program runs */
  input(text: string, enter: boolean): void;
  /** @throws {AppError} not_supported, gone */
  nudge(nudge: Nudge): void;
  updateGateway(url: string, token: string | undefined): void;
}

/** What the caller's context lacks: the run itself provides it. */
export type RunInput = Omit<RunContext, "setActivity" | "note" | "isolation" | "nudges">;

/** Starts the run; it goes on by itself. */
export function startRun(input: RunInput, identity: SandboxIdentity, now: () => Date): Run {
  const { spec, log, terminal, stop, freezer } = input;
  let activity: AgentActivity = "starting";
  let since = now().toISOString();
  let detail: string | undefined;
  let exited = false;
  let relay: Relay | undefined;

  const nudges = createNudges({ hearing: hearingOf(spec), log, terminal, now: () => now().getTime() });
  const context: RunContext = {
    ...input,
    nudges,
    isolation: undefined,
    setActivity(next, words) {
      if (next === activity && words === detail) return;
      activity = next;
      detail = words;
      since = now().toISOString();
      void log
        .append({ type: "activity", activity: next, ...(words === undefined ? {} : { detail: words }) })
        .catch(() => undefined);
    },
    async note(text) {
      await log.append({ type: "note", text: text.slice(0, 2_000) });
    },
  };

  // A session has no end of its own that it could be late for.
  const endWall =
    spec.job.kind === "session"
      ? () => undefined
      : freezer.timeout(
          () =>
            stop.request({
              reason: `The limit of ${spec.limits.wall_s} s for a run was reached.`,
              graceMs: WALL_GRACE_MS,
              errorCode: "deadline_exceeded",
            }),
          spec.limits.wall_s * 1_000,
        );

  async function job(): Promise<Outcome> {
    const onRelay = (started: Relay): void => {
      relay = started;
    };
    switch (spec.job.kind) {
      case "work":
        return await runWork(context, spec.job, { onRelay });
      case "session":
        return await runSession(context, spec.job, { onRelay });
      case "merge":
        return await runMerge(context, spec.job);
    }
  }

  async function execute(): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await job();
    } catch (error) {
      outcome =
        stop.requested === undefined
          ? await failed(context, AppError.from(error))
          : stoppedOutcome(stop.requested, false, "");
    }
    nudges.close();
    endWall();
    freezer.thaw();
    await context.isolation?.close().catch(() => undefined);
    sayPlain(terminal, outcome.ok ? `Done: ${outcome.reason}` : `Ended: ${outcome.reason}`);
    await terminal.settled();
    exited = true;
    context.setActivity("exited");
    await log.append({ type: "exited", ...outcome });
    terminal.viewers.ended(outcome.code, outcome.reason);
  }

  return {
    finished: execute(),
    get exited() {
      return exited;
    },
    status: () => ({
      identity,
      isolation: context.isolation?.kind ?? spec.isolation,
      ...(context.isolation?.reduced === undefined ? {} : { reduced: context.isolation.reduced }),
      activity,
      since,
      ...(detail === undefined ? {} : { detail }),
      last_seq: log.lastSeq,
      viewers: terminal.viewers.count,
      cols: terminal.cols,
      rows: terminal.rows,
      exited,
      frozen: freezer.frozen,
    }),
    stop(request) {
      // A stopped process cannot end in good order.
      freezer.thaw();
      stop.request(request);
    },
    async evidence() {
      const cpu = processorTime(process.pid);
      const branch = spec.job.kind === "work" ? spec.job.branch : undefined;
      const found =
        branch === undefined
          ? undefined
          : await input.git.try(["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
      const { loop } = input.loops;
      return {
        quiet_ms: Math.max(0, freezer.now() - terminal.lastOutput),
        frozen: freezer.frozen,
        ...(cpu === undefined ? {} : { cpu_ms: cpu }),
        ...(found?.code === 0 ? { head: found.stdout.trim() } : {}),
        ...(loop === undefined ? {} : { loop: { ...loop } }),
      };
    },
    freeze(frozen) {
      if (!frozen) freezer.thaw();
      else if (!exited) return freezer.freeze();
      return 0;
    },
    input(text, enter) {
      if (!terminal.input(enter ? `${text}\r` : text)) {
        throw new AppError("gone", "No program runs on this terminal.", {
          hint: "Start the agent again, then type.",
        });
      }
    },
    nudge: nudge => nudges.accept(nudge),
    updateGateway: (url, token) => relay?.update(url, token),
  };
}

/** By which way words reach what runs. */
function hearingOf({ job, driver }: RunContext["spec"]): Hearing {
  if (job.kind === "merge" || driver.kind === "script") return "none";
  return driver.kind === "pty" ? "terminal" : "prompts";
}

async function failed(context: RunContext, failure: AppError): Promise<Outcome> {
  sayRed(context.terminal, failure.message);
  if (failure.hint !== undefined) sayPlain(context.terminal, failure.hint);
  const words = [failure.message, failure.hint].filter(Boolean).join(" ");
  return {
    ok: false,
    code: null,
    signal: null,
    reason: words,
    error_code: failure.code,
    tail: (await context.terminal.screen.tail(20)).slice(-4_096),
  };
}
