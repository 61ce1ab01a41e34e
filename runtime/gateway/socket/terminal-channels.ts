/** The terminals of one WebSocket, by channel number. A viewer that cannot keep up is shown a fresh screen instead. */
import type { TerminalClientFrame, TerminalServerFrame } from "../../../agent-sandbox/protocol/control.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { ClientFrame, ServerFrame } from "../contract/socket.ts";
import type { SocketPeer, TerminalSession, Terminals } from "../deps.ts";
import { asAppError } from "../http/problem.ts";

const MAX_CHANNELS = 32;
/** Beyond this many queued bytes a live terminal is skipped ahead. */
const LIVE_QUEUE_BYTES = 1_048_576;
const CHANNEL_BYTES = 4;

type OpenFrame = Extract<ClientFrame, { op: "open" }>;
type WriteFrame = Extract<ClientFrame, { op: "input" | "resize" | "take" }>;

interface Channel {
  agent: string;
  run: string | undefined;
  cols: number;
  rows: number;
  /** Counts what was opened under this number, so that a session that arrives late is recognised. */
  readonly token: symbol;
  session: TerminalSession | undefined;
  live: boolean;
  /** Output was left out; a fresh screen is due once the queue is empty. */
  lagging: boolean;
}

export interface TerminalChannels {
  /** @throws {AppError} not_found, already_exists, overloaded */
  open(frame: OpenFrame): Promise<void>;
  /** The agent whose terminal the channel shows. */
  agentOf(ch: number): string | undefined;
  forward(frame: WriteFrame): void;
  close(ch: number): void;
  closeAll(): void;
  /** The line's queue is empty. */
  drain(): void;
}

export function createTerminalChannels(deps: {
  readonly peer: SocketPeer;
  readonly town: string;
  readonly terminals: Terminals;
  readonly send: (frame: ServerFrame) => void;
}): TerminalChannels {
  const { peer, town, terminals, send } = deps;
  const channels = new Map<number, Channel>();

  async function attach(ch: number, channel: Channel): Promise<void> {
    const { run, cols, rows } = channel;
    const session = await terminals.open(town, channel.agent, {
      ...(run === undefined ? {} : { run }),
      cols,
      rows,
    });
    if (channels.get(ch)?.token !== channel.token) return session.close();
    channel.session = session;
    session.onFrame(frame => onFrame(ch, channel, session, frame));
    session.onData(bytes => onData(ch, channel, session, bytes));
    session.onClose((code, message) => {
      if (channel.session !== session || channels.get(ch) !== channel) return;
      channels.delete(ch);
      send({ op: "closed", ch, code, message });
    });
  }

  function onFrame(ch: number, channel: Channel, session: TerminalSession, frame: TerminalServerFrame): void {
    if (channel.session !== session) return;
    if (frame.type === "attached") channel.live = frame.live;
    send({ op: "terminal", ch, frame });
  }

  function onData(ch: number, channel: Channel, session: TerminalSession, bytes: Uint8Array): void {
    if (channel.session !== session || channel.lagging) return;
    const packet = new Uint8Array(CHANNEL_BYTES + bytes.length);
    new DataView(packet.buffer).setUint32(0, ch);
    packet.set(bytes, CHANNEL_BYTES);
    // A recording is bounded by its cap and cannot be had again from the middle: it is queued whole.
    if (peer.send(packet) > LIVE_QUEUE_BYTES && channel.live) channel.lagging = true;
  }

  async function refresh(ch: number, channel: Channel): Promise<void> {
    const old = channel.session;
    channel.session = undefined;
    channel.lagging = false;
    old?.close();
    send({ op: "terminal", ch, frame: { type: "reset", cols: channel.cols, rows: channel.rows } });
    try {
      await attach(ch, channel);
    } catch (thrown) {
      const error = asAppError(thrown);
      if (channels.get(ch) === channel) channels.delete(ch);
      send({ op: "closed", ch, code: error.code, message: error.message });
    }
  }

  return {
    async open(frame) {
      const { ch, agent, run, cols, rows } = frame;
      if (channels.has(ch)) throw new AppError("already_exists", `Channel ${ch} is open.`);
      if (channels.size >= MAX_CHANNELS) {
        throw new AppError("overloaded", `At most ${MAX_CHANNELS} terminals are open on one connection.`);
      }
      const channel: Channel = {
        agent,
        run,
        cols,
        rows,
        token: Symbol(),
        session: undefined,
        live: true,
        lagging: false,
      };
      channels.set(ch, channel);
      try {
        await attach(ch, channel);
      } catch (thrown) {
        const error = asAppError(thrown);
        if (channels.get(ch) === channel) channels.delete(ch);
        if (error.code === "internal") throw thrown;
        send({ op: "closed", ch, code: error.code, message: error.message });
      }
    },
    agentOf: ch => channels.get(ch)?.agent,
    forward(frame) {
      const channel = channels.get(frame.ch);
      if (channel === undefined) return;
      if (frame.op === "resize") {
        channel.cols = frame.cols;
        channel.rows = frame.rows;
      }
      channel.session?.send(toClientFrame(frame));
    },
    close(ch) {
      const channel = channels.get(ch);
      channels.delete(ch);
      channel?.session?.close();
    },
    closeAll() {
      for (const channel of channels.values()) channel.session?.close();
      channels.clear();
    },
    drain() {
      for (const [ch, channel] of channels) if (channel.lagging) void refresh(ch, channel);
    },
  };
}

function toClientFrame(frame: WriteFrame): TerminalClientFrame {
  switch (frame.op) {
    case "input":
      return { type: "input", data: frame.data };
    case "resize":
      return { type: "resize", cols: frame.cols, rows: frame.rows };
    case "take":
      return { type: "take" };
  }
}
