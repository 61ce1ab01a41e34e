/**
 * The tie between one run and its container actor: every event of the log goes to the actor, in order, again until its
 * call returns; at the end the news that the process is gone, if the log does not say so itself.
 */
import { backoff } from "../../../../actors/kernel/clock.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import type { Directory } from "../../../gateway/deps.ts";
import { tailEvents } from "./tail.ts";

const CALL_TIMEOUT_MS = 60_000;
const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;

export interface LinkOptions {
  readonly container: string;
  readonly run_id: string;
  readonly generation: number;
  readonly events: string;
  /** The actor has handled events up to this one. */
  readonly after: number;
  readonly directory: Directory;
  /** Resolves, with words for people, when the process is gone. */
  readonly gone: Promise<string>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** How a link ended: the log has its last event; the process vanished; nobody wants the run any more. */
export type LinkEnd = "exited" | "lost" | "unwanted" | "stopped";

/**
 * Runs until the end of the run was told, or the signal.
 * @throws {AppError} corrupt when the log cannot be read on, storage_io
 */
export async function runLink(options: LinkOptions): Promise<LinkEnd> {
  const { container, run_id, generation, signal } = options;
  let after = options.after;
  for (;;) {
    const end = await pushEvents(options, after);
    if (end !== "gap") {
      if (end !== "ended") return end;
      if (signal.aborted) return "stopped";
      const reason = await options.gone;
      const told = await tell(options, "sandboxLost", { run_id, generation, reason });
      return told === "stopped" || told === "unwanted" ? told : "lost";
    }
    // The actor knows less than the host was told: it gets everything again, and passes over what it has.
    options.log.warn("container misses events, sending all again", { container, after });
    after = 0;
  }
}

/** Tells the actor that the run is lost, until it has heard it. */
export async function tellLost(options: LinkOptions, reason: string, error_code: string): Promise<void> {
  const { run_id, generation } = options;
  await tell(options, "sandboxLost", { run_id, generation, reason, error_code });
}

async function pushEvents(options: LinkOptions, after: number): Promise<LinkEnd | "ended" | "gap"> {
  const { run_id, generation, signal } = options;
  const events = tailEvents({ path: options.events, after, signal, ended: options.gone });
  for await (const event of events) {
    const told = await tell(options, "sandboxEvent", { run_id, generation, event });
    if (told === "gap" && after === 0) await pause(RETRY_MAX_MS, signal);
    if (told !== "ok") return told;
    if (event.type === "exited") return "exited";
  }
  return signal.aborted ? "stopped" : "ended";
}

/** Calls the container actor until it answers. */
async function tell(
  { directory, container, signal, log }: LinkOptions,
  method: string,
  args: unknown,
): Promise<"ok" | "gap" | "unwanted" | "stopped"> {
  for (let failures = 1; ; failures++) {
    if (signal.aborted) return "stopped";
    try {
      await directory.call({ kind: "container", name: container }, method, args, {
        timeoutMs: CALL_TIMEOUT_MS,
      });
      return "ok";
    } catch (error) {
      if (hasCode(error, "stale_generation", "gone", "not_found")) return "unwanted";
      if (hasCode(error, "precondition_failed")) return "gap";
      if (failures > 1 || !AppError.from(error).retryable)
        log.warn("container does not take", { container, method, failures, error });
      await pause(backoff(failures, RETRY_BASE_MS, RETRY_MAX_MS, Math.random()), signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
