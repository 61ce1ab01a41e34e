/** The moments at which a host may die: before and after each commit, of storage or of beads, and each call of a port. */
import type { Port } from "../../actors/kernel/host.ts";
import { AppError } from "../../store/schema/errors.ts";

export class Points {
  /** Moments so far. */
  count = 0;
  dead = false;
  readonly #die: (where: string) => void;
  /** Moments left until the host dies; undefined for never. */
  #left: number | undefined;

  /** @param die forgets everything in memory, as `kill -9` does */
  constructor(die: (where: string) => void) {
    this.#die = die;
  }

  /** The host dies at the n-th moment from now. */
  arm(n: number): void {
    this.#left = n;
  }

  /** It does not die any more. */
  disarm(): void {
    this.#left = undefined;
  }

  /** Passes a moment. @throws {AppError} storage_io when the host is dead or dies now */
  pass(where: string): void {
    if (!this.dead) {
      this.count += 1;
      if (this.#left === undefined || --this.#left > 0) return;
      this.#left = undefined;
      this.dead = true;
      this.#die(where);
    }
    throw new AppError("storage_io", "The process is dead.");
  }

  /** A port with a moment before and one after each call. */
  port(port: Port): Port {
    return {
      call: async (name, method, args, meta) => {
        this.pass(`before ${method} of ${name}`);
        const answer = await port.call(name, method, args, meta);
        this.pass(`after ${method} of ${name}`);
        return answer;
      },
    };
  }
}
