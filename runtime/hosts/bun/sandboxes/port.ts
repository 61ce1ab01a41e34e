/** (Long: one method for each call of the port.) The port `sandbox`: processes of runs, on this machine. See `actors/ports.ts`. */
import type { z } from "zod";
import { parseArgs } from "../../../../actors/kernel/failures.ts";
import type { Port } from "../../../../actors/kernel/host.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { sandboxPortMethods } from "../../../../actors/ports.ts";
import type { Evidence } from "../../../../agent-sandbox/protocol/control.ts";
import type { SandboxSecrets, SandboxSpec } from "../../../../agent-sandbox/protocol/spec.ts";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import type { Directory } from "../../../gateway/deps.ts";
import { createKeyedLock } from "../keyed-lock.ts";
import { isAlive } from "../process/identity.ts";
import { isStopped, killTree, signalProcess, signalTree } from "../process/tree.ts";
import type { TaskSupervisor } from "../supervision/tasks.ts";
import { type ControlAddress, control } from "./control.ts";
import { endOtherRuns, findProcess, isThatRun, staleGeneration, wasStarted } from "./discovery.ts";
import { launch, prepareRun } from "./launch.ts";
import { livingProcess, readLaunch, readSpec } from "./records.ts";
import { createRuns, type Run, type RunRef, type Runs } from "./runs.ts";

const READY_MS = 20_000;
const READY_POLL_MS = 20;
/** After the grace of a stop: time for the snapshot and the last events. */
const STOP_EXTRA_MS = 20_000;
const RELEASE_MS = 5_000;
/** A run gets a new token so often: whatever keeps it standing still, the one that it has when it goes on is good. */
const RENEW_MS = 30 * 60_000;

type Args<K extends keyof typeof sandboxPortMethods> = z.infer<(typeof sandboxPortMethods)[K]>;

export interface SandboxPortOptions {
  readonly directory: Directory;
  readonly supervisor: TaskSupervisor;
  /** How the program starts itself: `[...self, "sandbox", specPath]`. */
  readonly self: readonly string[];
  /** What sandbox processes inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Identifies the boot of the machine. */
  readonly boot: string;
  /** What a run is told on its standard input. */
  readonly secrets: (spec: SandboxSpec) => Promise<SandboxSecrets>;
  readonly now: () => Date;
  readonly log: Logger;
}

export interface SandboxPort extends Port {
  readonly runs: Runs;
  /** Tells all living sandboxes where the gateway answers now. */
  announceGateway(): Promise<void>;
  /** Asks all runs to end, and resolves when their processes are gone. */
  stopAll(reason: string, graceMs: number): Promise<void>;
}

/** @returns the port; it follows no run until it is told to start or adopt one */
export function createSandboxPort(options: SandboxPortOptions): SandboxPort {
  const host = new SandboxHost(options);
  return {
    runs: host.runs,
    announceGateway: () => host.announceGateway(),
    stopAll: (reason, graceMs) => host.stopAll(reason, graceMs),
    call: (name, method, args) => host.call(name, method, args),
  };
}

class SandboxHost {
  readonly runs: Runs;
  readonly #options: SandboxPortOptions;
  readonly #lock = createKeyedLock();
  /** When a run was given its token, epoch milliseconds. */
  readonly #told = new WeakMap<Run, number>();

  constructor(options: SandboxPortOptions) {
    this.#options = options;
    this.runs = createRuns(options);
  }

  /** One at a time per container. */
  async call(name: string, method: string, args: unknown): Promise<unknown> {
    const parse = <K extends keyof typeof sandboxPortMethods>(key: K): Args<K> =>
      // SAFETY: `parseArgs` answers what this schema makes of the argument.
      parseArgs(sandboxPortMethods[key], args, `sandbox:${name}`, method) as Args<K>;
    switch (method) {
      case "start":
        return this.#lock(name, () => this.#start(name, parse("start").spec));
      case "adopt":
        return this.#lock(name, () =>
          this.#adopt({ container: name, ...parse("adopt") }, parse("adopt").after_seq),
        );
      case "stop":
        return this.#stop(name, parse("stop"));
      case "release":
        return this.#lock(name, () => this.#release(name, parse("release")));
      case "observe":
        return this.#observe(name, parse("observe"));
      case "freeze":
        return this.#freeze(name, parse("freeze"));
      case "input":
        return this.#input(name, parse("input"));
      case "nudge":
        return this.#nudge(name, parse("nudge"));
      default:
        throw new AppError("method_not_allowed", `The port sandbox has no method ${method}.`);
    }
  }

  async announceGateway(): Promise<void> {
    await Promise.all(this.runs.all().map(run => this.#tellGateway(run)));
  }

  async stopAll(reason: string, graceMs: number): Promise<void> {
    const living = this.runs.all().filter(run => run.living);
    await Promise.all(
      living.map(async run => {
        await this.#stop(run.container, { ...run, reason, grace_ms: graceMs });
        // The process lingers for readers of its log; the log is on disk.
        await Promise.race([run.gone, this.#untilExited(run, graceMs + STOP_EXTRA_MS)]);
        await control.shutdown(run, Number.MAX_SAFE_INTEGER).catch(() => undefined);
        await Promise.race([run.gone, Bun.sleep(RELEASE_MS)]);
        if (run.living) await this.runs.kill(run);
      }),
    );
  }

  async #start(container: string, spec: SandboxSpec): Promise<{ pid: number | null; adopted: boolean }> {
    const ref: RunRef = {
      container,
      run_id: spec.run_id,
      generation: spec.generation,
      dir: spec.dir,
      socket: spec.socket,
    };
    const known = this.runs.get(container);
    if (known?.run_id === spec.run_id) return { pid: known.process?.pid ?? null, adopted: true };
    if (known !== undefined && known.generation >= spec.generation) {
      throw staleGeneration(container, spec.generation, known.generation);
    }
    if (known !== undefined) {
      await this.runs.kill(known);
      await this.runs.drop(known);
    }
    await endOtherRuns(ref, this.#options.boot, this.#options.log);
    const note = readLaunch(spec.dir);
    if (note !== undefined && note.run_id !== spec.run_id) {
      throw new AppError("already_exists", `${spec.dir} holds another run, ${note.run_id}.`, {
        hint: "Start it under a new generation.",
      });
    }
    if (wasStarted(ref)) {
      await this.#adopt(ref, 0);
      return { pid: this.runs.get(container)?.process?.pid ?? null, adopted: true };
    }
    return { pid: await this.#launch(ref, spec), adopted: false };
  }

  async #launch(ref: RunRef, spec: SandboxSpec): Promise<number> {
    const { self, env, boot, now, secrets, log } = this.#options;
    prepareRun(spec);
    const launched = launch({ spec, secrets: await secrets(spec), self, env, boot, now: now() });
    log.info("sandbox started", { container: ref.container, run: ref.run_id, pid: launched.pid });
    const run = await this.runs.follow(ref, launched, 0, launched.exited);
    this.#told.set(run, now().getTime());
    await this.#untilReady(run);
    return launched.pid;
  }

  async #adopt(ref: RunRef, after: number): Promise<{ alive: boolean }> {
    const known = this.runs.get(ref.container);
    if (known?.run_id === ref.run_id) {
      await this.#renew(known);
      return { alive: known.living };
    }
    if (known !== undefined && known.generation > ref.generation) {
      throw staleGeneration(ref.container, ref.generation, known.generation);
    }
    if (known !== undefined) await this.runs.drop(known);
    const { boot, log } = this.#options;
    const found = findProcess(ref, boot);
    const alive =
      found !== undefined && isAlive(found.pid, found.pid_start) && (await isThatRun(ref, found, log));
    const run = await this.runs.follow(ref, found, after);
    log.info("run adopted", { container: ref.container, run: ref.run_id, alive });
    if (alive) await this.#tellGateway(run);
    return { alive };
  }

  async #stop(
    container: string,
    args: { run_id: string; reason: string; grace_ms: number },
  ): Promise<{ alive: boolean }> {
    const run = this.runs.get(container);
    if (run === undefined || run.run_id !== args.run_id || !run.living) return { alive: false };
    try {
      await control.stop(run, args.reason, args.grace_ms);
    } catch (error) {
      this.#options.log.warn("sandbox does not take the stop, signalling it", { container, error });
      if (run.process !== undefined) signalProcess(run.process.pid, run.process.pid_start, "SIGTERM");
    }
    void this.#enforceStop(run, args.grace_ms + STOP_EXTRA_MS);
    return { alive: true };
  }

  async #observe(container: string, args: Args<"observe">): Promise<{ evidence: Evidence }> {
    const run = this.runs.get(container);
    if (run === undefined || run.run_id !== args.run_id || !run.living) {
      throw notSeen(container);
    }
    try {
      return { evidence: await control.evidence(run) };
    } catch (cause) {
      throw notSeen(container, cause);
    }
  }

  /** A sandbox process that does not answer is stopped itself, together with all that runs below it. */
  async #freeze(container: string, args: Args<"freeze">): Promise<{ alive: boolean }> {
    const run = this.runs.get(container);
    if (run === undefined || run.run_id !== args.run_id || !run.living) return { alive: false };
    const { process: own } = run;
    if (own !== undefined && !args.frozen && isStopped(own.pid))
      signalTree(own.pid, own.pid_start, "SIGCONT");
    if (!args.frozen) await this.#renew(run);
    try {
      await control.freeze(run, args.frozen);
    } catch (error) {
      if (own === undefined || !args.frozen) throw error;
      this.#options.log.warn("sandbox does not freeze its run, stopping it whole", { container, error });
      signalTree(own.pid, own.pid_start, "SIGSTOP");
    }
    return { alive: true };
  }

  async #enforceStop(run: Run, ms: number): Promise<void> {
    await Promise.race([run.gone, this.#untilExited(run, ms)]);
    const over =
      !run.living ||
      (await control.status(run).then(
        status => status.exited,
        () => false,
      ));
    if (over || this.runs.get(run.container) !== run) return;
    this.#options.log.warn("sandbox does not stop, ending it by force", { container: run.container });
    await this.runs.kill(run);
  }

  /** Resolves when the run has ended, though its process may stay a while, or after `ms`. */
  async #untilExited(run: Run, ms: number): Promise<void> {
    const end = Date.now() + ms;
    while (Date.now() < end && run.living) {
      if (
        await control.status(run).then(
          status => status.exited,
          () => false,
        )
      )
        return;
      await Bun.sleep(100);
    }
  }

  async #release(container: string, args: Args<"release">): Promise<{ alive: boolean }> {
    const known = this.runs.get(container);
    if (known !== undefined && known.run_id !== args.run_id) return { alive: false };
    const living = livingProcess(args.dir, this.#options.boot);
    if (living?.launch.run_id === args.run_id) {
      const address = { socket: living.launch.socket, generation: args.generation };
      await this.#letGo(address, args.seq);
      const end = Date.now() + RELEASE_MS;
      while (isAlive(living.pid, living.pid_start) && Date.now() < end) await Bun.sleep(READY_POLL_MS);
      await killTree(living.pid, living.pid_start);
    }
    if (known !== undefined) await this.runs.drop(known);
    return { alive: false };
  }

  /** A run that has not ended, though nobody waits for it any more, is ended first: its work is kept. */
  async #letGo(address: ControlAddress, seq: number): Promise<void> {
    try {
      await control.shutdown(address, seq);
    } catch (error) {
      if (!hasCode(error, "precondition_failed")) return;
      this.#options.log.warn("run is let go before its end", { ...address, error });
      await control.stop(address, "The town lets this run go.", 1_000).catch(() => undefined);
      const end = Date.now() + STOP_EXTRA_MS;
      while (Date.now() < end && !(await hasExited(address))) await Bun.sleep(READY_POLL_MS);
    }
  }

  async #input(container: string, args: Args<"input">): Promise<null> {
    const run = this.runs.get(container);
    if (run === undefined || run.run_id !== args.run_id || !run.living) {
      throw new AppError("unavailable", `${container} has no terminal that takes input now.`);
    }
    await control.input(run, args.text, args.enter);
    return null;
  }

  async #nudge(container: string, { run_id, nudge }: Args<"nudge">): Promise<null> {
    const run = this.runs.get(container);
    if (run === undefined || run.run_id !== run_id || !run.living) {
      throw new AppError("unavailable", `The run ${run_id} of ${container} is not there any more.`);
    }
    await control.nudge(run, nudge);
    return null;
  }

  /** Waits until the control API answers, or the process is gone; one that never answers is ended. */
  async #untilReady(run: Run): Promise<void> {
    const end = Date.now() + READY_MS;
    while (run.living && Date.now() < end) {
      const ready = await control.status(run).then(
        ({ identity }) => identity.run_id === run.run_id,
        () => false,
      );
      if (ready) return;
      await Bun.sleep(READY_POLL_MS);
    }
    if (!run.living) return;
    this.#options.log.error("sandbox does not answer, ending it", { container: run.container });
    await this.runs.kill(run);
  }

  /** Gives a living run a new token when its own has some age. One that is stopped whole gets it when it goes on. */
  async #renew(run: Run): Promise<void> {
    const age = this.#options.now().getTime() - (this.#told.get(run) ?? 0);
    if (age < RENEW_MS || (run.process !== undefined && isStopped(run.process.pid))) return;
    await this.#tellGateway(run);
  }

  async #tellGateway(run: Run): Promise<void> {
    const spec = readSpec(run.dir);
    if (spec === undefined || !run.living) return;
    try {
      const { gateway_url, agent_token } = await this.#options.secrets(spec);
      await control.gateway(run, gateway_url, agent_token);
      this.#told.set(run, this.#options.now().getTime());
    } catch (error) {
      this.#options.log.warn("sandbox was not told where the gateway is", {
        container: run.container,
        error,
      });
    }
  }
}

/** True when the run has ended, or nobody answers any more. */
function hasExited(address: ControlAddress): Promise<boolean> {
  return control.status(address).then(
    status => status.exited,
    () => true,
  );
}

/** Not `unavailable`, which would be tried again and again, while what is sent after it, such as the release, waits. */
function notSeen(container: string, cause?: unknown): AppError {
  return new AppError("not_found", `${container} has no run that could be looked at.`, { cause });
}
