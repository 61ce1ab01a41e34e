/** The WebSocket of a town, for commands that go on: `gt feed -f`, `gt attach`. */
import { AppError } from "../../../store/schema/errors.ts";
import { type ClientFrame, type ServerFrame, serverFrameSchema } from "../../gateway/contract/socket.ts";
import type { TownClient } from "../lib/town-client.ts";

const POLICY_VIOLATION = 1008;
/** Bun's WebSocket takes headers; the type of the DOM library that shadows it does not know. */
// SAFETY: https://bun.sh/docs/api/websockets, "Setting custom headers".
const HeaderSocket = WebSocket as unknown as new (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>> },
) => WebSocket;

export interface TownSocket {
  send(frame: ClientFrame): void;
  /** Resolves when this side closed it; rejects when the town went away. */
  readonly closed: Promise<void>;
  close(): void;
  /** Ends it with an error. */
  fail(error: unknown): void;
}

export interface SocketListeners {
  onFrame(frame: ServerFrame): void;
  /** Terminal output of a channel. */
  onData?(channel: number, bytes: Uint8Array): void;
}

/** Resolves once it is open. @throws {AppError} unavailable */
export async function openSocket(client: TownClient, listeners: SocketListeners): Promise<TownSocket> {
  const url = `${client.url.replace(/^http/, "ws")}/api/v1/towns/${client.town}/socket`;
  const socket = new HeaderSocket(url, { headers: client.headers });
  socket.binaryType = "arraybuffer";
  const end = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  // Whoever waits for the end hears of a failure; a command that does not wait must not crash by it.
  end.promise.catch(() => undefined);
  let isOurs = false;
  socket.onopen = () => opened.resolve();
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") listeners.onFrame(serverFrameSchema.parse(JSON.parse(data)));
    else if (data instanceof ArrayBuffer) {
      listeners.onData?.(new DataView(data).getUint32(0), new Uint8Array(data, 4));
    }
  };
  socket.onclose = ({ code, reason }) => {
    const error =
      code === POLICY_VIOLATION
        ? new AppError("forbidden", `The town closed the connection: ${reason}`)
        : new AppError("unavailable", "The connection to the town ended.", {
            hint: 'See "gt status"; agents go on without it.',
          });
    opened.reject(error);
    if (isOurs) end.resolve();
    else end.reject(error);
  };
  await opened.promise;
  return {
    send: frame => socket.send(JSON.stringify(frame)),
    closed: end.promise,
    close() {
      isOurs = true;
      socket.close();
    },
    fail(error) {
      end.reject(error);
      socket.close();
    },
  };
}
