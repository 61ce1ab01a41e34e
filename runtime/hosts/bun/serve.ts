/** The gateway on a port of this machine: HTTP and WebSocket by `Bun.serve`. */
import { AppError } from "../../../store/schema/errors.ts";
import type { SocketHandlers, SocketUpgrade } from "../../gateway/deps.ts";

/** Frames from a client: keystrokes and pastes. */
const MAX_FRAME_BYTES = 256 * 1_024;
/** A client that does not read at all is cut off here; long before, the gateway leaves output out for it. */
const MAX_QUEUE_BYTES = 48 * 1_048_576;
const PORTS_TRIED = 50;

/** What listens. */
export interface Listener {
  readonly port: number;
  /** Refuses new requests and cuts sockets off. */
  stop(): Promise<void>;
}

export interface ListenOptions {
  /** An address of this machine; loopback unless the user says otherwise. */
  readonly hostname: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Take the next free port when this one is taken. */
  readonly orNext: boolean;
  fetch(request: Request, server: Bun.Server<SocketHandlers>): Response | Promise<Response>;
}

/** @throws {AppError} conflict when the port is taken, forbidden when it may not be used */
export function listen(options: ListenOptions): Listener {
  const last =
    options.orNext && options.port !== 0 ? Math.min(65_535, options.port + PORTS_TRIED) : options.port;
  for (let port = options.port; ; port += 1) {
    try {
      return open(options, port);
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
      if (code === "EADDRINUSE" && port < last) continue;
      throw explain(code, options, cause);
    }
  }
}

/** Upgrades by the server that `fetch` was given beside the request. */
export const upgradeOnBun: SocketUpgrade = (request, host, handlers) => {
  // SAFETY: `listen` passes its server to `fetch`, and the gateway hands it on untouched.
  const server = host as Bun.Server<SocketHandlers>;
  if (server.upgrade(request, { data: handlers })) return new Response(null);
  throw new AppError("invalid_argument", "The request is no WebSocket handshake.");
};

function open(options: ListenOptions, port: number): Listener {
  const server = Bun.serve<SocketHandlers>({
    hostname: options.hostname,
    port,
    // Cloning a repository may take minutes, and the request waits for it.
    idleTimeout: 0,
    fetch: options.fetch,
    websocket: {
      maxPayloadLength: MAX_FRAME_BYTES,
      backpressureLimit: MAX_QUEUE_BYTES,
      closeOnBackpressureLimit: true,
      idleTimeout: 120,
      sendPings: true,
      open: socket =>
        socket.data.open({
          send(frame) {
            socket.send(frame);
            return socket.getBufferedAmount();
          },
          close: (code, reason) => socket.close(code, reason),
        }),
      message: (socket, data) => socket.data.message(data),
      drain: socket => socket.data.drain(),
      close: socket => socket.data.close(),
    },
  });
  return { port: server.port ?? port, stop: () => server.stop(true) };
}

function explain(code: unknown, { hostname, port }: ListenOptions, cause: unknown): AppError {
  if (code === "EADDRINUSE") {
    return new AppError("conflict", `Port ${port} on ${hostname} is taken by another program.`, {
      hint: "Choose another with --port, or leave it out to take the next free one.",
      cause,
    });
  }
  if (code === "EACCES") {
    return new AppError("forbidden", `Port ${port} may not be used by this user.`, {
      hint: "Choose one above 1023 with --port.",
      cause,
    });
  }
  return new AppError("invalid_argument", `Cannot listen on ${hostname}:${port}: ${String(cause)}`, {
    hint: "Choose an address of this machine with --host, e.g. 127.0.0.1.",
    cause,
  });
}
