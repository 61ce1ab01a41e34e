/** Timers of the process; they do not keep it alive. */
import type { TimerPort } from "../../../../store/branch/ports.ts";

/** The real timers. */
export const realTimers: TimerPort = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  sleep: ms => Bun.sleep(ms),
};
