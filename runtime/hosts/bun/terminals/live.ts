/** A terminal live from its sandbox process, over the control socket. */
import WebSocket from "ws";
import { sandboxHeaders } from "../../../../agent-sandbox/protocol/client.ts";
import {
  type TerminalClientFrame,
  type TerminalServerFrame,
  terminalServerFrameSchema,
} from "../../../../agent-sandbox/protocol/control.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { TerminalSession } from "../../../gateway/deps.ts";
import type { ControlAddress } from "../sandboxes/control.ts";
import { holdSession } from "./held-session.ts";

const OPEN_TIMEOUT_MS = 5_000;

/**
 * Attaches to the terminal; as primary viewer it takes the size that is given.
 * @throws {AppError} unavailable when the sandbox does not answer
 */
export async function openLive(
  { socket, generation }: ControlAddress,
  size: { readonly cols: number; readonly rows: number },
): Promise<TerminalSession> {
  const ws = new WebSocket(`ws+unix:${socket}:/terminal`, {
    headers: sandboxHeaders(generation),
    handshakeTimeout: OPEN_TIMEOUT_MS,
  });
  ws.binaryType = "nodebuffer";
  const send = (frame: TerminalClientFrame): void => {
    if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify(frame));
  };
  const held = holdSession({ send, close: () => ws.close(1000) });
  let over = false;
  ws.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary) return held.data(data);
    const frame = parseFrame(data.toString("utf8"));
    if (frame === undefined) return;
    if (frame.type === "attached" && frame.primary) send({ type: "resize", ...size });
    if (frame.type === "ended") over = true;
    held.frame(frame);
  });
  await opened(ws);
  ws.on("close", () => {
    if (over) held.end("ended", "The run has ended.");
    else held.end("unavailable", "The sandbox process is gone.");
  });
  return held.session;
}

function opened(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void =>
      reject(
        new AppError("unavailable", "The terminal of the sandbox process does not answer.", {
          retryable: true,
        }),
      );
    const timer = setTimeout(() => {
      ws.terminate();
      fail();
    }, OPEN_TIMEOUT_MS);
    ws.once("open", () => {
      clearTimeout(timer);
      ws.on("error", () => ws.terminate());
      resolve();
    });
    ws.once("error", () => {
      clearTimeout(timer);
      fail();
    });
    ws.once("close", () => {
      clearTimeout(timer);
      fail();
    });
  });
}

function parseFrame(text: string): TerminalServerFrame | undefined {
  try {
    return terminalServerFrameSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // Not a frame of this protocol: of a later version, or torn.
  }
}
