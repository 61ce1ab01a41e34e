/** Runs single turns of one actor: each commits whole or leaves no trace. The caller sees to it that they do not overlap. */
import { AppError, hasCode } from "../../store/schema/errors.ts";
import type { Actor, ActorClass, Methods } from "./actor.ts";
import { notAllowed, parseArgs, unexpected } from "./failures.ts";
import { type CallMeta, type Host, refKey } from "./host.ts";
import { jsonCopy, MAX_ARGS_BYTES, MAX_CONFLICT_RUNS, TURN_TIMEOUT_MS } from "./limits.ts";
import type { Logger } from "./logger.ts";
import { receivedKey } from "./outbox.ts";
import { type Draft, KernelRows } from "./rows.ts";
import { TurnScope, withDeadline } from "./turn.ts";

/** Values of answers to messages up to this size are kept, so that a second delivery is answered as the first was. */
const MAX_KEPT_ANSWER_CHARS = 32_768;

/** One turn to be run: a method with its parsed argument, and what its commit does besides. */
export interface Job {
  readonly method: string;
  readonly run: (actor: Actor, scope: TurnScope) => unknown;
  readonly meta: CallMeta;
  /** The messages that this turn is the handling of; of several, the answer is the list of theirs. */
  readonly received?: readonly { readonly from: string; readonly seq: number }[];
  /** The timer that this turn is the firing of; it is gone with the commit, unless armed again. */
  readonly timer?: string;
  /** The own message that this turn is the end of. */
  readonly message?: number;
}

export interface TurnRunnerOptions {
  readonly turnTimeoutMs?: number | undefined;
  readonly evictAlways?: boolean | undefined;
}

interface Instance {
  readonly actor: Actor;
  readonly holder: { turn: TurnScope };
  awake: boolean;
}

export class TurnRunner {
  readonly key: string;
  readonly #host: Host;
  readonly #class: ActorClass;
  readonly #log: Logger;
  readonly #options: TurnRunnerOptions;
  readonly #loaded: () => void;
  #instance: Instance | undefined;
  #rows: KernelRows | undefined;
  #stopped = false;

  /** `loaded` is called whenever the kernel's rows were read anew. */
  constructor(
    host: Host,
    actorClass: ActorClass,
    log: Logger,
    options: TurnRunnerOptions,
    loaded: () => void,
  ) {
    this.key = refKey(host.ref);
    this.#host = host;
    this.#class = actorClass;
    this.#log = log;
    this.#options = options;
    this.#loaded = loaded;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The kernel's rows as last committed, when they are in memory. */
  get rows(): KernelRows | undefined {
    return this.#rows;
  }

  /** No further turn begins. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * A method that others may call, with its argument parsed.
   * @throws {AppError} method_not_allowed, invalid_argument, too_large
   */
  outerMethod(method: string, args: unknown): (actor: Actor) => unknown {
    return this.#method(this.#class.methods, method, args);
  }

  /** As `outerMethod`, for what the actor calls itself by timer or as a reply. */
  ownMethod(method: string, args: unknown): (actor: Actor) => unknown {
    return this.#method({ ...this.#class.methods, ...this.#class.internal }, method, args);
  }

  /** Metadata of a turn that nobody waits for. */
  ownMeta(): CallMeta {
    return { chain: [], deadline: this.#host.now() + (this.#options.turnTimeoutMs ?? TURN_TIMEOUT_MS) };
  }

  async load(): Promise<KernelRows> {
    if (this.#rows !== undefined) return this.#rows;
    const rows = await KernelRows.load(this.#host);
    this.#rows = rows;
    this.#loaded();
    return rows;
  }

  /** Commits outside of a turn. After a failed commit nothing in memory is trusted any more. */
  async commit(draft: Draft): Promise<void> {
    const rows = await this.load();
    try {
      await rows.commit(draft);
    } catch (error) {
      this.#instance = undefined;
      this.#rows = undefined;
      throw error;
    }
  }

  /** Runs the turn, again from the start on a fresh instance when its beads were changed by somebody else. */
  async turn(job: Job): Promise<unknown> {
    for (let run = 1; ; run++) {
      if (this.#stopped) throw stopping(this.key);
      const outcome = await this.#attempt(job);
      if (!("conflict" in outcome)) return outcome.value;
      if (run >= MAX_CONFLICT_RUNS || this.#host.now() >= job.meta.deadline) throw outcome.conflict;
      this.#log.debug("turn runs again after a conflict", { method: job.method, run });
    }
  }

  async #attempt(job: Job): Promise<{ value: unknown } | { conflict: AppError }> {
    const rows = await this.load();
    const scope = new TurnScope(this.#host, rows.timers, this.#limited(job));
    const value = await this.#run(scope, job);
    const { effects } = scope;
    const { received = [] } = job;
    const answers: readonly unknown[] = received.length > 1 && Array.isArray(value) ? value : [value];
    received.forEach(({ from, seq }, i) => {
      const answer = answers[i];
      effects.put.set(
        receivedKey(from),
        JSON.stringify({ seq, ...(isSmall(answer) ? { value: answer } : {}) }),
      );
    });
    try {
      await this.commit({
        ...effects,
        ...(job.message === undefined ? {} : { messages: new Map([[job.message, null]]) }),
      });
    } catch (error) {
      if (hasCode(error, "conflict")) return { conflict: error };
      throw this.#failure(error, job.method);
    }
    for (const event of effects.events) this.#host.publish(event);
    if (this.#options.evictAlways) this.#instance = undefined;
    return { value };
  }

  /** A turn that a timer or message started has a time limit of its own; a caller sets the one of its call. */
  #limited(job: Job): CallMeta {
    if (job.received === undefined && job.timer === undefined && job.message === undefined) return job.meta;
    return { ...job.meta, deadline: Math.min(job.meta.deadline, this.ownMeta().deadline) };
  }

  /** Up to the commit; a failure drops the instance. */
  async #run(scope: TurnScope, job: Job): Promise<unknown> {
    if (job.timer !== undefined) scope.effects.timers.set(job.timer, null);
    try {
      const { deadline } = this.#limited(job);
      const answer = await withDeadline(this.#host, this.#body(scope, job), deadline, () =>
        tooSlow(this.key, job.method),
      );
      const value = jsonCopy(answer, `The answer of ${job.method}`, MAX_ARGS_BYTES);
      scope.end(over(this.key, job.method));
      return value;
    } catch (error) {
      const reason = this.#failure(error, job.method);
      scope.end(hasCode(reason, "deadline_exceeded") ? reason : over(this.key, job.method));
      this.#instance = undefined;
      throw reason;
    }
  }

  async #body(scope: TurnScope, job: Job): Promise<unknown> {
    this.#instance ??= this.#create(scope);
    const instance = this.#instance;
    instance.holder.turn = scope;
    if (!instance.awake) {
      await instance.actor.onWake();
      instance.awake = true;
    }
    return job.run(instance.actor, scope);
  }

  /** Each instance has a holder of its own, so that what still runs of a dropped one never meets a later turn. */
  #create(scope: TurnScope): Instance {
    const holder = { turn: scope };
    return { actor: new this.#class(() => holder.turn), holder, awake: false };
  }

  #method(allowed: Methods, method: string, args: unknown): (actor: Actor) => unknown {
    const schema = Object.hasOwn(allowed, method) ? allowed[method] : undefined;
    if (schema === undefined) throw notAllowed(this.key, method);
    const copy = jsonCopy(args, `The argument of ${method}`, MAX_ARGS_BYTES);
    const parsed = parseArgs(schema, copy, this.key, method);
    return actor => {
      const fn: unknown = Reflect.get(actor, method);
      if (typeof fn !== "function") throw notAllowed(this.key, method);
      return Reflect.apply(fn, actor, [parsed]);
    };
  }

  #failure(error: unknown, method: string): AppError {
    return unexpected(error, { key: this.key, method, log: this.#log, random: this.#host.random() });
  }
}

/** The refusal of everything that comes while the host is being stopped. */
export function stopping(key: string): AppError {
  return new AppError("unavailable", `${key} is being stopped.`, { retryable: true });
}

/** The failure of what did not end in time. */
export function tooSlow(key: string, method: string): AppError {
  return new AppError(
    "deadline_exceeded",
    `${key} did not end ${method} before the deadline; nothing of it was kept.`,
    {
      retryable: true,
    },
  );
}

function over(key: string, method: string): AppError {
  return new AppError("internal", `${key} used the turn of ${method} after its end.`, {
    hint: "Await everything that a method starts.",
  });
}

function isSmall(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).length < MAX_KEPT_ANSWER_CHARS;
}
