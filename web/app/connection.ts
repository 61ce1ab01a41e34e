/** The connection in words. Pure. */
import type { ConnectionState } from "../client/event-stream.ts";
import { age } from "../elements/shared/format.ts";
import type { Tone } from "../elements/shared/state-words.ts";

export interface ConnectionWords {
  readonly tone: Tone;
  readonly text: string;
  readonly detail: string;
  /** True when the user can ask for an attempt now. */
  readonly retry: boolean;
  /** What a screen reader is told when it changes; without figures that count. */
  readonly announce: string;
}

export function connectionWords(state: ConnectionState | undefined, now: number): ConnectionWords {
  switch (state?.phase) {
    case "live":
      return {
        tone: "done",
        text: "Live",
        detail: "Connected; what you see is current",
        retry: false,
        announce: "",
      };
    case "waiting": {
      const seconds = Math.max(1, Math.ceil((state.retryAt - now) / 1_000));
      return {
        tone: "warn",
        text: `Retry in ${seconds} s`,
        detail: `The connection was lost ${age(state.since, now)} ago; what you see may be out of date. Click to try now.`,
        retry: true,
        announce: "The connection to the town is lost; it is tried again by itself.",
      };
    }
    case "connecting":
    case "idle":
    case undefined:
      return {
        tone: "ready",
        text: "Connecting",
        detail: "Connecting to the gateway",
        retry: false,
        announce: "",
      };
  }
}
