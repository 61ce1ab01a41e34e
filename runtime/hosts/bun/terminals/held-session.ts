/** A terminal session whose output waits, in order, until somebody listens. */
import type { TerminalClientFrame, TerminalServerFrame } from "../../../../agent-sandbox/protocol/control.ts";
import type { TerminalSession } from "../../../gateway/deps.ts";

type Item =
  | { readonly kind: "frame"; readonly frame: TerminalServerFrame }
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "close"; readonly code: string; readonly message: string };

/** The source's side of a session. */
export interface HeldSession {
  readonly session: TerminalSession;
  frame(frame: TerminalServerFrame): void;
  data(bytes: Uint8Array): void;
  /** The session is over; nothing comes after it. */
  end(code: string, message: string): void;
}

/** What the viewer does is told to `source`. */
export function holdSession(source: {
  readonly send: (frame: TerminalClientFrame) => void;
  readonly close: () => void;
}): HeldSession {
  const waiting: Item[] = [];
  let onFrame: ((frame: TerminalServerFrame) => void) | undefined;
  let onData: ((bytes: Uint8Array) => void) | undefined;
  let onClose: ((code: string, message: string) => void) | undefined;
  let scheduled = false;
  let closed = false;
  let ended = false;

  /** False when nobody listens to this kind yet. */
  const deliver = (item: Item): boolean => {
    switch (item.kind) {
      case "frame":
        onFrame?.(item.frame);
        return onFrame !== undefined;
      case "data":
        onData?.(item.bytes);
        return onData !== undefined;
      case "close":
        onClose?.(item.code, item.message);
        return onClose !== undefined;
    }
  };
  const flush = (): void => {
    scheduled = false;
    while (!closed) {
      const [item] = waiting;
      if (item === undefined || !deliver(item)) return;
      waiting.shift();
    }
  };
  /** Later in this tick, so that all listeners are there that are set together. */
  const soon = (): void => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(flush);
  };
  const push = (item: Item): void => {
    if (closed || ended) return;
    if (item.kind === "close") ended = true;
    if (waiting.length > 0 || scheduled || !deliver(item)) waiting.push(item);
  };
  return {
    frame: frame => push({ kind: "frame", frame }),
    data: bytes => push({ kind: "data", bytes }),
    end: (code, message) => push({ kind: "close", code, message }),
    session: {
      onFrame(listener) {
        onFrame = listener;
        soon();
      },
      onData(listener) {
        onData = listener;
        soon();
      },
      onClose(listener) {
        onClose = listener;
        soon();
      },
      send(frame) {
        if (!closed) source.send(frame);
      },
      close() {
        if (closed) return;
        closed = true;
        waiting.length = 0;
        source.close();
      },
    },
  };
}
