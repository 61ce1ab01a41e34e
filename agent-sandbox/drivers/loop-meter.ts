/** Notices an agent that goes in circles: the same tool, with the same arguments and the same result, again and again. */

/** A step that a line of output told of. */
export interface ToolStep {
  /** Name and arguments of a call that begins. */
  readonly call?: string;
  /** What the last call answered. */
  readonly result?: string;
}

export interface Loop {
  /** The call, for people. */
  readonly what: string;
  /** So often in a row, the first time included. */
  readonly count: number;
}

export interface LoopMeter {
  step(step: ToolStep): void;
  readonly loop: Loop | undefined;
}

const MAX_WORDS = 200;

export function createLoopMeter(): LoopMeter {
  let call: string | undefined;
  let last = "";
  let loop: Loop | undefined;
  return {
    step(step) {
      if (step.call !== undefined) call = step.call;
      if (step.result === undefined || call === undefined) return;
      // Only digests are kept: results may be long, and hold what is nobody's business.
      const digest = `${Bun.hash(call)}/${Bun.hash(step.result)}`;
      loop =
        digest === last && loop !== undefined
          ? { ...loop, count: loop.count + 1 }
          : { what: call.slice(0, MAX_WORDS), count: 1 };
      last = digest;
      call = undefined;
    },
    get loop() {
      return loop;
    },
  };
}
