/** What a terminal viewer knows, as a state and its transitions. Pure. */
import type { TerminalServerFrame } from "../../../agent-sandbox/protocol/control.ts";

export interface TerminalState {
  readonly phase: "connecting" | "open" | "interrupted" | "refused";
  /** True while the agent's process runs. */
  readonly live: boolean;
  /** True for the one viewer that types and sizes. */
  readonly primary: boolean;
  /** Size of the screen on the other side; undefined until attached. */
  readonly size: { readonly cols: number; readonly rows: number } | undefined;
  /** How the run ended. */
  readonly ended: { readonly code: number | null; readonly reason: string } | undefined;
  readonly refusal: { readonly code: string; readonly message: string } | undefined;
  /** The next bytes are a snapshot: they replace what is shown. */
  readonly snapshotNext: boolean;
  /** The last snapshot is on the screen. */
  readonly drawn: boolean;
}

export type TerminalChange =
  | { readonly kind: "frame"; readonly frame: TerminalServerFrame }
  | { readonly kind: "snapshot" }
  | { readonly kind: "drawn" }
  | { readonly kind: "interrupted" }
  /** The gateway let go of it; with the code `ended` because there is nothing more to come. */
  | { readonly kind: "closed"; readonly code: string; readonly message: string };

/** Codes after which another attempt may succeed without anybody doing anything. */
const PASSING_CODES = new Set(["unavailable", "deadline_exceeded", "overloaded"]);

export const CONNECTING: TerminalState = {
  phase: "connecting",
  live: false,
  primary: false,
  size: undefined,
  ended: undefined,
  refusal: undefined,
  snapshotNext: false,
  drawn: false,
};

/** The state after a change. */
export function reduceTerminal(state: TerminalState, change: TerminalChange): TerminalState {
  switch (change.kind) {
    case "snapshot":
      return { ...state, snapshotNext: false };
    case "drawn":
      return { ...state, drawn: true };
    case "interrupted":
      return { ...state, phase: "interrupted", primary: false };
    case "closed":
      return reduceClosed(state, change);
    case "frame":
      return reduceFrame(state, change.frame);
  }
}

/** An ended run stays on the screen; a sandbox that is away for the moment is tried again; all else is final. */
function reduceClosed(
  state: TerminalState,
  refusal: { readonly code: string; readonly message: string },
): TerminalState {
  const { code } = refusal;
  if (code === "ended" && state.size !== undefined) {
    const ended = state.ended ?? { code: null, reason: "" };
    return { ...state, phase: "open", live: false, primary: false, ended };
  }
  if (code === "ended" || PASSING_CODES.has(code)) return { ...state, phase: "interrupted", primary: false };
  return { ...state, phase: "refused", live: false, primary: false, refusal };
}

function reduceFrame(state: TerminalState, frame: TerminalServerFrame): TerminalState {
  switch (frame.type) {
    case "attached":
      return {
        ...CONNECTING,
        phase: "open",
        live: frame.live,
        primary: frame.primary,
        size: { cols: frame.cols, rows: frame.rows },
        snapshotNext: true,
      };
    case "reset":
      return { ...state, size: { cols: frame.cols, rows: frame.rows }, snapshotNext: true };
    case "resized":
      return { ...state, size: { cols: frame.cols, rows: frame.rows } };
    case "primary":
      return { ...state, primary: frame.primary };
    case "ended":
      return { ...state, live: false, primary: false, ended: { code: frame.code, reason: frame.reason } };
  }
}
