/** Delays between attempts to connect. */
export interface BackOffOptions {
  readonly baseMs?: number;
  readonly maxMs?: number;
  /** Share of the delay that is random, 0 to 1, so that many clients do not come back in one moment. */
  readonly jitter?: number;
}

/**
 * Milliseconds to wait before attempt `attempt` (1 is the first retry): doubles from `baseMs` to `maxMs`.
 * @param random a number in [0, 1)
 */
export function backOff(attempt: number, random: number, options: BackOffOptions = {}): number {
  const { baseMs = 300, maxMs = 10_000, jitter = 0.4 } = options;
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full * (1 - jitter * random));
}
