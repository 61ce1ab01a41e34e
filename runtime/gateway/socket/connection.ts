/** One client's WebSocket: town events and terminals over one line, with bounded queues (contract/socket.ts). */
import { AppError } from "../../../store/schema/errors.ts";
import { authorize } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import { type ClientFrame, clientFrameSchema, type ServerFrame } from "../contract/socket.ts";
import type { GatewayDeps, SocketHandlers, SocketPeer } from "../deps.ts";
import { asAppError } from "../http/problem.ts";
import type { TownFeed } from "./hub.ts";
import { createTerminalChannels, type TerminalChannels } from "./terminal-channels.ts";

/** Beyond this many bytes in the line's queue, events are left out and the client is told to load anew. */
const EVENT_QUEUE_BYTES = 2 * 1_048_576;
/** Close codes: https://www.iana.org/assignments/websocket */
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

export interface ConnectionOptions {
  readonly principal: Principal;
  readonly town: string;
  readonly hub: TownFeed;
  readonly deps: Pick<GatewayDeps, "terminals" | "now" | "log">;
}

/** The handlers of one accepted socket. */
export function openConnection(options: ConnectionOptions): SocketHandlers {
  const { principal, town, hub, deps } = options;
  let peer: SocketPeer | undefined;
  let channels: TerminalChannels | undefined;
  let unsubscribe: (() => void) | undefined;
  let queued = 0;
  let behind = false;

  const send = (frame: ServerFrame): void => {
    queued = peer?.send(JSON.stringify(frame)) ?? 0;
  };
  const sendEvent = (frame: ServerFrame): void => {
    if (behind || queued > EVENT_QUEUE_BYTES) behind = true;
    else send(frame);
  };

  return {
    open(opened) {
      peer = opened;
      channels = createTerminalChannels({ peer: opened, town, terminals: deps.terminals, send });
    },
    message(data) {
      if (peer === undefined) return;
      if (principal.kind !== "anonymous" && (principal.expires ?? Number.POSITIVE_INFINITY) < deps.now()) {
        peer.close(POLICY_VIOLATION, "unauthenticated: the sign-in has expired");
        return;
      }
      if (typeof data !== "string") {
        peer.close(POLICY_VIOLATION, "invalid_argument: clients send text frames");
        return;
      }
      handle(data).catch((thrown: unknown) => {
        const error = asAppError(thrown);
        if (error.code === "internal") {
          deps.log.error("socket failed", { town, error });
          peer?.close(INTERNAL_ERROR, "internal");
        } else send({ op: "error", code: error.code, message: error.message });
      });
    },
    drain() {
      queued = 0;
      channels?.drain();
      if (!behind) return;
      behind = false;
      send({ op: "resync", seq: hub.seq });
    },
    close() {
      peer = undefined;
      unsubscribe?.();
      channels?.closeAll();
    },
  };

  async function handle(text: string): Promise<void> {
    const frame = readFrame(text);
    switch (frame.op) {
      case "subscribe":
        return subscribe(frame.since);
      case "open":
        authorize(principal, "terminal.read", terminalResource(frame.agent));
        return await channels?.open(frame);
      case "input":
      case "resize":
      case "take": {
        const agent = channels?.agentOf(frame.ch);
        if (agent === undefined) return;
        authorize(principal, "terminal.write", terminalResource(agent));
        channels?.forward(frame);
        return;
      }
      case "close":
        channels?.close(frame.ch);
        return;
      case "ping":
        send({ op: "pong", t: frame.t });
        return;
    }
  }

  function subscribe(since: number): void {
    unsubscribe?.();
    authorize(principal, "feed.read", { town });
    const missed = hub.after(since);
    send({ op: "subscribed", seq: hub.seq });
    if (missed === undefined) send({ op: "resync", seq: hub.seq });
    for (const frame of missed ?? []) sendEvent(frame);
    unsubscribe = hub.listen(sendEvent);
  }

  function terminalResource(agent: string) {
    const [rig, name] = agent.split("/");
    return { town, rig, agent: name ?? "" };
  }
}

function readFrame(text: string): ClientFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_argument", "The frame is no JSON.", { cause });
  }
  return clientFrameSchema.parse(value);
}
