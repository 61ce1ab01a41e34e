/** Time as a host gives it: real, or simulated so that whole days pass in a test. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `ms`, unless the returned function was called before. Not durable. */
  after(ms: number, callback: () => void): () => void;
}

/** Longer waits look at the clock in between: it may have been set, or the machine may have slept. */
const LONGEST_TIMEOUT_MS = 30_000;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const end = Date.now() + ms;
    let timer = setTimeout(wake, Math.min(Math.max(0, ms), LONGEST_TIMEOUT_MS));
    function wake(): void {
      const left = end - Date.now();
      if (left <= 0) callback();
      else timer = setTimeout(wake, Math.min(left, LONGEST_TIMEOUT_MS));
    }
    return () => clearTimeout(timer);
  },
};

/** Doubling delay in milliseconds from `base` up to `max`, spread by a fifth either way. `failures` counts from 1. */
export function backoff(failures: number, base: number, max: number, random: number): number {
  const plain = Math.min(max, base * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.round(plain * (0.8 + 0.4 * random));
}
