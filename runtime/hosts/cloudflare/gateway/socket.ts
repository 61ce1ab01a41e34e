/** WebSockets of clients, held by the Worker for as long as they are open. */

import { AppError } from "../../../../store/schema/errors.ts";
import type { SocketPeer, SocketUpgrade } from "../../../gateway/deps.ts";
import type { SocketPairConstructor } from "../platform.ts";

/** "Service restart": clients connect again and go on from where they were. */
const RESTART_CODE = 1012;

export interface EdgeSockets {
  readonly upgrade: SocketUpgrade;
  /** Closes what was opened; the clients come again. */
  restart(): void;
}

/** The sockets of one request: one at most. @param closed is called when it is gone */
export function edgeSockets(closed: () => void): EdgeSockets {
  const open = new Set<SocketPeer>();
  return {
    upgrade(request, _host, handlers) {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        throw new AppError("invalid_argument", "The request is no WebSocket handshake.");
      }
      // SAFETY: the platform has this global; it is in no library of types that we use.
      const Pair = Reflect.get(globalThis, "WebSocketPair") as SocketPairConstructor;
      const { 0: client, 1: server } = new Pair();
      server.accept();
      let over = false;
      const end = (): void => {
        if (over) return;
        over = true;
        open.delete(peer);
        handlers.close();
        closed();
      };
      const peer: SocketPeer = {
        send(frame) {
          if (!over) server.send(frame);
          // The platform keeps the queue and does not tell its length.
          return 0;
        },
        close(code, reason) {
          server.close(code, reason);
          end();
        },
      };
      server.addEventListener("message", ({ data }) => {
        handlers.message(data instanceof ArrayBuffer ? new Uint8Array(data) : String(data));
      });
      server.addEventListener("close", end);
      server.addEventListener("error", end);
      open.add(peer);
      handlers.open(peer);
      // SAFETY: `webSocket` is the platform's own addition to the options of a response.
      return new Response(null, { status: 101, webSocket: client } as ResponseInit);
    },
    restart() {
      for (const peer of open) peer.close(RESTART_CODE, "unavailable");
    },
  };
}
