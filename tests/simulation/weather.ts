/** What troubles the town just now: each kind until some time, and then no more. */
import type { Port } from "../../actors/kernel/host.ts";
import type { Network } from "../../actors/kernel/testing/memory-host.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { Dice } from "./dice.ts";

export type Front = "disk" | "network" | "partition" | "ports" | "forge";

interface Spell {
  readonly until: number;
  readonly p: number;
  readonly delayMs: number;
}

const CALM: Spell = { until: 0, p: 0, delayMs: 0 };

export interface WeatherOptions {
  readonly dice: Dice;
  /** Time that has passed, milliseconds. */
  readonly passed: () => number;
  readonly after: (ms: number, callback: () => void) => void;
  readonly say: (line: string) => void;
}

export class Weather {
  readonly #options: WeatherOptions;
  /** Messages between actors so far. */
  messages = 0;
  readonly #spells = new Map<Front, Spell>();
  #calmFrom = 0;

  constructor(options: WeatherOptions) {
    this.#options = options;
  }

  /** Trouble of a kind until so many milliseconds from now, to each thing with probability `p`. */
  begin(front: Front, forMs: number, p: number, delayMs = 0): void {
    this.#spells.set(front, { until: this.#options.passed() + forMs, p, delayMs });
  }

  /** Until when there was trouble, in time that passed; in the future while there is. */
  get calmFrom(): number {
    return Math.max(this.#calmFrom, ...[...this.#spells.values()].map(({ until }) => until));
  }

  /** Other trouble, until so many milliseconds from now. */
  stir(forMs: number): void {
    this.#calmFrom = Math.max(this.#calmFrom, this.#options.passed() + forMs);
  }

  clear(): void {
    this.#spells.clear();
    // What a clock that was set back holds up is not there the sooner.
    this.#calmFrom = Math.max(this.#calmFrom, this.#options.passed());
  }

  /** True when the remotes cannot be reached. */
  get partitioned(): boolean {
    return this.#strikes("partition");
  }

  /** The error of a commit, if it fails. */
  disk(): AppError | undefined {
    if (!this.#strikes("disk")) return undefined;
    return new AppError("storage_full", "No space left on device.");
  }

  /** Messages are lost before or after they arrive, come twice, or late. */
  readonly network: Network = async (message, next) => {
    this.messages += 1;
    if (!this.#strikes("network")) return next();
    const { dice, say } = this.#options;
    const what = `${message.meta.from} -> ${message.to.kind}:${message.to.name} ${message.method}`;
    const fate = dice.weighted({ lost: 1, unanswered: 1, twice: 1, late: 2 });
    say(`${fate}: ${what}`);
    switch (fate) {
      case "lost":
        throw new AppError("unavailable", "The line is dead.", { retryable: true });
      case "unanswered":
        await next();
        throw new AppError("unavailable", "The line went dead.", { retryable: true });
      case "twice":
        await next();
        return next();
      case "late":
        await this.#later();
        return next();
      default:
        return fate satisfies never;
    }
  };

  /** The forge, which cannot be reached at times: before it has done what was asked, or after. */
  forge(port: Port): Port {
    return {
      call: async (name, method, args, meta) => {
        if (!this.partitioned && !this.#strikes("forge")) return port.call(name, method, args, meta);
        const done = this.#options.dice.chance(0.3);
        this.#options.say(`the forge fails ${done ? "after" : "before"} ${method} of ${name}`);
        if (done) await port.call(name, method, args, meta);
        throw new AppError("remote_unreachable", "No route to the forge.", { retryable: true });
      },
    };
  }

  /** A port that fails before it does something, or after. */
  port(port: Port): Port {
    return {
      call: async (name, method, args, meta) => {
        if (!this.#strikes("ports")) return port.call(name, method, args, meta);
        const done = this.#options.dice.chance(0.4);
        this.#options.say(`port fails ${done ? "after" : "before"} ${method} of ${name}`);
        if (done) await port.call(name, method, args, meta);
        throw new AppError("unavailable", "The host's port does not answer.", { retryable: true });
      },
    };
  }

  #strikes(front: Front): boolean {
    const { until, p } = this.#spells.get(front) ?? CALM;
    return this.#options.passed() < until && (p >= 1 || this.#options.dice.chance(p));
  }

  #later(): Promise<void> {
    const { delayMs } = this.#spells.get("network") ?? CALM;
    const ms = Math.floor(this.#options.dice.random() * delayMs);
    return new Promise(resolve => this.#options.after(ms, resolve));
  }
}
