/** The events of an actor, over a WebSocket to its object. */
import { AppError } from "../../../../store/schema/errors.ts";
import { WATCH_ECHO } from "../objects/echo.ts";
import type { ObjectStub, PlatformSocket } from "../platform.ts";

/** The address says nothing: the stub knows its object. */
const ADDRESS = "https://object/watch";

/** A watch that goes on until it is stopped, or until its socket is gone. */
export interface Watch {
  /** Resolves when events are heard, or never will be. */
  readonly opened: Promise<void>;
  stop(): void;
}

/**
 * Calls back for each event from now on.
 * @param ended is called once when the socket is gone without having been closed here, e.g. when the object was deployed anew
 */
export function openWatch(stub: ObjectStub, listener: (event: unknown) => void, ended: () => void): Watch {
  let stopped = false;
  let socket: PlatformSocket | undefined;
  const lost = (): void => {
    if (stopped) return;
    stopped = true;
    ended();
  };
  return {
    opened: open().catch(lost),
    stop() {
      stopped = true;
      socket?.close(1000, "done");
    },
  };

  async function open(): Promise<void> {
    const response = await stub.fetch(ADDRESS, { headers: { upgrade: "websocket" } });
    if (response.webSocket === undefined || response.webSocket === null) {
      throw new AppError("unavailable", "The object opened no socket.", { retryable: true });
    }
    socket = response.webSocket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string" && data !== WATCH_ECHO && !stopped) listener(JSON.parse(data));
    });
    socket.addEventListener("close", lost);
    socket.addEventListener("error", lost);
    if (stopped) socket.close(1000, "done");
  }
}
