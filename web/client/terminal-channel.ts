import type { TerminalServerFrame } from "../../agent-sandbox/protocol/control.ts";
import type { ClientFrame } from "../../runtime/gateway/contract/socket.ts";

/** What a viewer is told. After each `attached` or `reset` frame the next bytes replace the whole screen. */
export interface TerminalHandlers {
  onFrame(frame: TerminalServerFrame): void;
  onData(bytes: Uint8Array): void;
  /** The terminal cannot be had: no such agent, no recording, not allowed. Final for this channel. */
  onClosed(code: string, message: string): void;
  /** The connection is gone; an `attached` frame with a fresh snapshot follows when it is back. */
  onInterrupted(): void;
}

/** Which terminal, and how large the viewer is. */
export interface TerminalRequest {
  readonly agent: string;
  /** A certain run; the latest one when absent. */
  readonly run?: string | undefined;
  readonly cols: number;
  readonly rows: number;
}

/** One opened terminal on the shared socket; it survives reconnects. */
export class TerminalChannel {
  readonly ch: number;
  readonly handlers: TerminalHandlers;
  readonly #send: (frame: ClientFrame) => boolean;
  readonly #forget: () => void;
  #request: TerminalRequest;
  #ended = false;

  /** Made by `EventStream.openTerminal`. */
  constructor(
    ch: number,
    request: TerminalRequest,
    handlers: TerminalHandlers,
    wire: { readonly send: (frame: ClientFrame) => boolean; readonly forget: () => void },
  ) {
    this.ch = ch;
    this.handlers = handlers;
    this.#request = request;
    this.#send = wire.send;
    this.#forget = wire.forget;
  }

  /** The frame that opens it; sent again after each reconnect. */
  openFrame(): ClientFrame {
    const { agent, run, cols, rows } = this.#request;
    return { op: "open", ch: this.ch, agent, cols, rows, ...(run === undefined ? {} : { run }) };
  }

  /** Types into the terminal; taken from the primary viewer only. False when there is no connection to carry it. */
  input(data: string): boolean {
    return this.#send({ op: "input", ch: this.ch, data });
  }

  /** Says how large the viewer is; remembered for the next reconnect. */
  resize(cols: number, rows: number): void {
    this.#request = { ...this.#request, cols, rows };
    this.#send({ op: "resize", ch: this.ch, cols, rows });
  }

  /** Asks to be the primary viewer; answered by a `primary` frame. */
  take(): void {
    this.#send({ op: "take", ch: this.ch });
  }

  /** Lets go of the terminal. May be called twice. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#send({ op: "close", ch: this.ch });
    this.#forget();
  }

  /** Told by the stream when the gateway closed the channel. */
  closedByGateway(code: string, message: string): void {
    this.#ended = true;
    this.#forget();
    this.handlers.onClosed(code, message);
  }
}
