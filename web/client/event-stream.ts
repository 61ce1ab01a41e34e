/**
 * The one connection of a client: town events and any number of terminals on a single WebSocket.
 * It reconnects by itself, resumes events after the last one seen, and opens every terminal again.
 */
import {
  type ClientFrame,
  type ServerFrame,
  serverFrameSchema,
} from "../../runtime/gateway/contract/socket.ts";
import { AppError } from "../../store/schema/errors.ts";
import { backOff } from "./back-off.ts";
import { type Readable, Signal } from "./signal.ts";
import { TerminalChannel, type TerminalHandlers, type TerminalRequest } from "./terminal-channel.ts";

/** How the connection stands. `retryAt` is in epoch milliseconds. */
export type ConnectionState =
  | { readonly phase: "idle" }
  | { readonly phase: "connecting"; readonly attempt: number }
  | { readonly phase: "live" }
  | { readonly phase: "waiting"; readonly attempt: number; readonly retryAt: number; readonly since: number };

/** What the stream uses of the platform. */
export interface StreamPlatform {
  readonly connect: (url: string, protocols: string[]) => WebSocket;
  readonly setTimer: (body: () => void, ms: number) => unknown;
  readonly clearTimer: (timer: unknown) => void;
  readonly now: () => number;
  readonly random: () => number;
}

export interface EventStreamOptions {
  /** `ws:` or `wss:` address of the socket route. */
  readonly url: string;
  /** Bearer token, for pages of another origin; sent as a subprotocol since a browser can set no header. */
  readonly token?: string | undefined;
  readonly platform: StreamPlatform;
  /** Called with every frame that is not a terminal's. */
  readonly onFrame: (frame: ServerFrame) => void;
  /** Called when an attempt failed before the socket was open: the caller can find out whether it is signed in. */
  readonly onRefused: () => void;
  /** Called with what should not happen: a frame that cannot be read, an error frame of the gateway. */
  readonly onFault: (error: AppError) => void;
}

/** A ping goes out this often, in milliseconds; with no frame for twice as long the connection counts as dead. */
export const PING_MS = 15_000;

export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #state = new Signal<ConnectionState>({ phase: "idle" });
  readonly #channels = new Map<number, TerminalChannel>();
  #socket: WebSocket | undefined;
  #cursor: number | undefined;
  #attempt = 0;
  #lostAt: number | undefined;
  #nextChannel = 1;
  #retryTimer: unknown;
  #pingTimer: unknown;
  #heardAt = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  get state(): Readable<ConnectionState> {
    return this.#state;
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    if (this.#state.value.phase === "idle") this.#connect();
  }

  /** Ends the connection and forgets its terminals. */
  stop(): void {
    this.#clearTimers();
    this.#channels.clear();
    this.#drop();
    this.#state.set({ phase: "idle" });
  }

  /** Tries again now rather than at the end of the back-off. */
  retryNow(): void {
    if (this.#state.value.phase !== "waiting") return;
    this.#options.platform.clearTimer(this.#retryTimer);
    this.#connect();
  }

  /** Asks for the events after `seq`, now and after each reconnect. */
  subscribe(seq: number): void {
    this.#cursor = seq;
    this.#send({ op: "subscribe", since: seq });
  }

  /** Opens a terminal; it is opened again after each reconnect until it is closed. */
  openTerminal(request: TerminalRequest, handlers: TerminalHandlers): TerminalChannel {
    const ch = this.#nextChannel;
    this.#nextChannel += 1;
    const channel = new TerminalChannel(ch, request, handlers, {
      send: frame => this.#send(frame),
      forget: () => this.#channels.delete(ch),
    });
    this.#channels.set(ch, channel);
    this.#send(channel.openFrame());
    return channel;
  }

  #connect(): void {
    const { platform, url, token } = this.#options;
    this.#attempt += 1;
    this.#state.set({ phase: "connecting", attempt: this.#attempt });
    const socket = platform.connect(url, token === undefined ? [] : ["gastown.v1", `bearer.${token}`]);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let opened = false;
    socket.addEventListener("open", () => {
      if (socket !== this.#socket) return;
      opened = true;
      this.#opened();
    });
    socket.addEventListener("message", event => {
      if (socket === this.#socket) this.#received(event.data);
    });
    socket.addEventListener("close", () => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      if (!opened) this.#options.onRefused();
      this.#lost();
    });
  }

  #opened(): void {
    this.#attempt = 0;
    this.#lostAt = undefined;
    this.#heardAt = this.#options.platform.now();
    this.#state.set({ phase: "live" });
    if (this.#cursor !== undefined) this.#send({ op: "subscribe", since: this.#cursor });
    for (const channel of this.#channels.values()) this.#send(channel.openFrame());
    this.#schedulePing();
  }

  /** Waits for the next attempt. Idempotent until then. */
  #lost(): void {
    const { platform } = this.#options;
    this.#clearTimers();
    if (this.#lostAt === undefined) {
      this.#lostAt = platform.now();
      for (const channel of this.#channels.values()) channel.handlers.onInterrupted();
    }
    const delay = backOff(Math.max(1, this.#attempt), platform.random());
    this.#retryTimer = platform.setTimer(() => this.#connect(), delay);
    this.#state.set({
      phase: "waiting",
      attempt: this.#attempt,
      retryAt: platform.now() + delay,
      since: this.#lostAt,
    });
  }

  #schedulePing(): void {
    const { platform } = this.#options;
    this.#pingTimer = platform.setTimer(() => {
      if (platform.now() - this.#heardAt > 2 * PING_MS) {
        this.#drop();
        this.#lost();
        return;
      }
      this.#send({ op: "ping", t: platform.now() });
      this.#schedulePing();
    }, PING_MS);
  }

  #received(data: unknown): void {
    this.#heardAt = this.#options.platform.now();
    if (data instanceof ArrayBuffer) {
      const channel = this.#channels.get(new DataView(data).getUint32(0));
      channel?.handlers.onData(new Uint8Array(data, 4));
      return;
    }
    const frame = this.#parse(data);
    if (frame !== undefined) this.#dispatch(frame);
  }

  #dispatch(frame: ServerFrame): void {
    switch (frame.op) {
      case "terminal":
        this.#channels.get(frame.ch)?.handlers.onFrame(frame.frame);
        return;
      case "closed":
        this.#channels.get(frame.ch)?.closedByGateway(frame.code, frame.message);
        return;
      case "error":
        this.#options.onFault(AppError.fromJSON({ code: frame.code, message: frame.message }));
        return;
      case "pong":
        return;
      case "changed":
        this.#advance(frame.seq);
        break;
      case "feed":
        this.#advance(frame.event.seq);
        break;
      case "ui":
      case "subscribed":
      case "resync":
        break;
    }
    this.#options.onFrame(frame);
  }

  /** One event can reach us as two frames with one number, so the cursor stays one behind: frames may be repeated, never missed. */
  #advance(seq: number): void {
    if (this.#cursor !== undefined) this.#cursor = Math.max(this.#cursor, seq - 1);
  }

  #parse(data: unknown): ServerFrame | undefined {
    let cause: unknown;
    try {
      const parsed = serverFrameSchema.safeParse(JSON.parse(String(data)));
      if (parsed.success) return parsed.data;
      cause = parsed.error;
    } catch (error) {
      cause = error;
    }
    this.#options.onFault(
      new AppError("internal", "The gateway sent an event that this page cannot read.", {
        hint: "Reload the page: it may be older than the gateway.",
        cause,
      }),
    );
    return undefined;
  }

  #send(frame: ClientFrame): boolean {
    if (this.#state.value.phase !== "live" || this.#socket === undefined) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #clearTimers(): void {
    this.#options.platform.clearTimer(this.#retryTimer);
    this.#options.platform.clearTimer(this.#pingTimer);
  }
}
