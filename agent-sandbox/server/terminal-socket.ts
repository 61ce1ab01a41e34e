import { terminalClientFrameSchema } from "../protocol/control.ts";
import type { RunTerminal } from "../terminal/terminal.ts";
import type { Viewer } from "../terminal/viewers.ts";

/** A connection as the server library gives it: text or binary out, and how much has not left yet. */
interface Connection {
  readonly id: string;
  readonly raw: {
    sendBinary(bytes: Uint8Array): number;
    sendText(text: string): number;
    close(code: number, reason: string): void;
  };
  readonly data: { readonly query: { readonly observe?: string | undefined } };
}

/** Viewers of the terminal; `?observe=1` makes one that never types or sizes. */
export function terminalSocket(terminal: RunTerminal) {
  const viewers = new Map<string, Viewer>();
  return {
    open(ws: Connection) {
      const { raw } = ws;
      const viewer = terminal.viewers.attach(
        {
          binary: bytes => void raw.sendBinary(bytes),
          frame: frame => void raw.sendText(JSON.stringify(frame)),
          backlog: () => backlogOf(raw),
        },
        { observer: ws.data.query.observe !== undefined },
      );
      viewers.set(ws.id, viewer);
    },
    message(ws: Connection, message: unknown) {
      const frame = terminalClientFrameSchema.safeParse(parsed(message));
      if (!frame.success) {
        ws.raw.close(1008, "invalid_argument");
        return;
      }
      const viewer = viewers.get(ws.id);
      if (frame.data.type === "take") viewer?.take();
      else if (!viewer?.primary) return;
      else if (frame.data.type === "input") terminal.input(frame.data.data);
      else terminal.resize(frame.data.cols, frame.data.rows);
    },
    drain(ws: Connection) {
      viewers.get(ws.id)?.drained();
    },
    close(ws: { readonly id: string }) {
      viewers.get(ws.id)?.leave();
      viewers.delete(ws.id);
    },
  };
}

/** Bun's socket tells how much waits in it; the library's type of it does not know. */
function backlogOf(raw: object): number {
  return "getBufferedAmount" in raw && typeof raw.getBufferedAmount === "function"
    ? Number(raw.getBufferedAmount())
    : 0;
}

/** The server library parses JSON text by itself. */
function parsed(message: unknown): unknown {
  if (typeof message !== "string") return message;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
