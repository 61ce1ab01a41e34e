import { beforeEach, describe, expect, test } from "bun:test";
import type { ClientFrame, ServerFrame } from "../../runtime/gateway/contract/socket.ts";
import type { AppError } from "../../store/schema/errors.ts";
import { EventStream, PING_MS } from "./event-stream.ts";
import type { TerminalHandlers } from "./terminal-channel.ts";

/** The part of a WebSocket that the stream uses, in the hand of the test. */
class FakeSocket extends EventTarget {
  binaryType = "blob";
  readonly sent: ClientFrame[] = [];
  closed = false;
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.closed = true;
  }
  open(): void {
    this.dispatchEvent(new Event("open"));
  }
  lose(): void {
    this.dispatchEvent(new Event("close"));
  }
  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
  frame(frame: ServerFrame): void {
    this.receive(JSON.stringify(frame));
  }
}

let sockets: FakeSocket[];
let timers: Map<number, { readonly at: number; readonly body: () => void }>;
let now: number;
let frames: ServerFrame[];
let faults: AppError[];
let refused: number;
let stream: EventStream;

beforeEach(() => {
  sockets = [];
  timers = new Map();
  now = 0;
  frames = [];
  faults = [];
  refused = 0;
  let timerId = 0;
  stream = new EventStream({
    url: "ws://127.0.0.1/socket",
    platform: {
      connect() {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      setTimer(body, ms) {
        timerId += 1;
        timers.set(timerId, { at: now + ms, body });
        return timerId;
      },
      clearTimer: timer => void timers.delete(timer as number),
      now: () => now,
      random: () => 0,
    },
    onFrame: frame => frames.push(frame),
    onRefused: () => {
      refused += 1;
    },
    onFault: error => faults.push(error),
  });
});

function advance(ms: number): void {
  const until = now + ms;
  for (;;) {
    const next = [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
    if (next === undefined) break;
    timers.delete(next[0]);
    now = next[1].at;
    next[1].body();
  }
  now = until;
}

const noop: TerminalHandlers = {
  onFrame: () => undefined,
  onData: () => undefined,
  onClosed: () => undefined,
  onInterrupted: () => undefined,
};

describe("EventStream", () => {
  test("subscribes once open, and after a loss goes on behind the last event", () => {
    stream.start();
    stream.subscribe(5);
    sockets[0]!.open();
    expect(sockets[0]!.sent).toEqual([{ op: "subscribe", since: 5 }]);
    sockets[0]!.frame({ op: "changed", seq: 9 });
    sockets[0]!.lose();
    expect(stream.state.value).toMatchObject({ phase: "waiting", since: 0, retryAt: 300 });
    advance(300);
    sockets[1]!.open();
    // One number can come as two frames: the last one is asked for again rather than missed.
    expect(sockets[1]!.sent).toEqual([{ op: "subscribe", since: 8 }]);
    expect(stream.state.value).toEqual({ phase: "live" });
  });

  test("waits longer after each attempt that fails, and says that it was refused", () => {
    stream.start();
    const delays: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      sockets.at(-1)!.lose();
      const { value } = stream.state;
      if (value.phase !== "waiting") throw new Error(value.phase);
      delays.push(value.retryAt - now);
      advance(value.retryAt - now);
    }
    expect(delays).toEqual([300, 600, 1_200, 2_400]);
    expect(refused).toBe(4);
  });

  test("retryNow does not wait", () => {
    stream.start();
    sockets[0]!.lose();
    stream.retryNow();
    expect(sockets).toHaveLength(2);
    advance(60_000);
    expect(sockets).toHaveLength(2);
  });

  test("opens every terminal again, with its latest size, and forgets the closed ones", () => {
    stream.start();
    sockets[0]!.open();
    const interrupted: string[] = [];
    const kept = stream.openTerminal(
      { agent: "sample/toast", cols: 80, rows: 24 },
      { ...noop, onInterrupted: () => interrupted.push("kept") },
    );
    const gone = stream.openTerminal({ agent: "sample/nux", cols: 80, rows: 24 }, noop);
    kept.resize(120, 40);
    gone.close();
    sockets[0]!.lose();
    advance(300);
    sockets[1]!.open();
    expect(sockets[1]!.sent).toEqual([
      { op: "open", ch: kept.ch, agent: "sample/toast", cols: 120, rows: 40 },
    ]);
    expect(interrupted).toEqual(["kept"]);
  });

  test("tells a terminal once that it is interrupted, however many attempts fail", () => {
    let interrupted = 0;
    stream.start();
    sockets[0]!.open();
    stream.openTerminal(
      { agent: "sample/toast", cols: 80, rows: 24 },
      {
        ...noop,
        onInterrupted: () => {
          interrupted += 1;
        },
      },
    );
    sockets[0]!.lose();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      stream.retryNow();
      sockets.at(-1)!.lose();
    }
    expect(interrupted).toBe(1);
  });

  test("gives bytes to the terminal of their channel", () => {
    const got: Uint8Array[] = [];
    stream.start();
    sockets[0]!.open();
    const channel = stream.openTerminal(
      { agent: "sample/toast", cols: 80, rows: 24 },
      { ...noop, onData: bytes => got.push(bytes) },
    );
    const packet = new Uint8Array(6);
    new DataView(packet.buffer).setUint32(0, channel.ch);
    packet.set([104, 105], 4);
    sockets[0]!.receive(packet.buffer);
    const other = packet.slice();
    new DataView(other.buffer).setUint32(0, 99);
    sockets[0]!.receive(other.buffer);
    expect(got.map(bytes => [...bytes])).toEqual([[104, 105]]);
  });

  test("a channel that the gateway closed is not opened again", () => {
    const closed: string[] = [];
    stream.start();
    sockets[0]!.open();
    const channel = stream.openTerminal(
      { agent: "sample/none", cols: 80, rows: 24 },
      { ...noop, onClosed: code => closed.push(code) },
    );
    sockets[0]!.frame({ op: "closed", ch: channel.ch, code: "not_found", message: "none" });
    sockets[0]!.lose();
    advance(300);
    sockets[1]!.open();
    expect(closed).toEqual(["not_found"]);
    expect(sockets[1]!.sent).toEqual([]);
  });

  test("pings, and takes a silent connection for dead", () => {
    stream.start();
    sockets[0]!.open();
    advance(PING_MS);
    expect(sockets[0]!.sent.map(frame => frame.op)).toEqual(["ping"]);
    sockets[0]!.frame({ op: "pong", t: now });
    advance(PING_MS * 2);
    expect(stream.state.value.phase).toBe("live");
    advance(PING_MS);
    expect(sockets[0]!.closed).toBe(true);
    expect(stream.state.value.phase).toBe("waiting");
  });

  test("reports what it cannot read, and goes on", () => {
    stream.start();
    sockets[0]!.open();
    sockets[0]!.receive("{");
    sockets[0]!.receive('{"op":"surprise"}');
    sockets[0]!.frame({ op: "resync", seq: 3 });
    expect(faults.map(fault => fault.code)).toEqual(["internal", "internal"]);
    expect(frames).toEqual([{ op: "resync", seq: 3 }]);
  });

  test("after stop nothing is tried again", () => {
    stream.start();
    sockets[0]!.open();
    stream.stop();
    sockets[0]!.lose();
    advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(stream.state.value.phase).toBe("idle");
  });
});
