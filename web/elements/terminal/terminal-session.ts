/** One opened terminal in the page: a screen, its channel, and the state between them. */
import type { ITheme } from "@xterm/xterm";
import type { TerminalServerFrame } from "../../../agent-sandbox/protocol/control.ts";
import { backOff } from "../../client/back-off.ts";
import type { TerminalChannel } from "../../client/terminal-channel.ts";
import type { TownClient } from "../../client/town-client.ts";
import { type FitOptions, fitGeometry, followGeometry, type Geometry } from "./geometry.ts";
import { cellMetrics, MAX_PENDING_BYTES, SCROLLBAR_PX, Screen } from "./screen.ts";
import { CONNECTING, reduceTerminal, type TerminalChange, type TerminalState } from "./terminal-state.ts";

export interface SessionOptions {
  readonly client: TownClient;
  readonly agent: string;
  readonly run: string | undefined;
  /** Element that the screen fills; its own size must not depend on its content. */
  readonly frame: HTMLElement;
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly minCols: number;
  readonly theme: ITheme;
  /** Never types and never sizes. */
  readonly readonly: boolean;
  readonly onState: (state: TerminalState) => void;
  /** Shift+Escape was pressed. */
  readonly onLeave: () => void;
}

/** The size is said to the other side once it has been still for this long, in milliseconds. */
const RESIZE_SETTLE_MS = 120;

export class TerminalSession {
  readonly #options: SessionOptions;
  readonly #screen: Screen;
  readonly #cell: FitOptions["cell"];
  readonly #resizes: ResizeObserver;
  #channel: TerminalChannel | undefined;
  #state: TerminalState = CONNECTING;
  /** What the screen shows the output of: the state as it was when that came. */
  #applied: Pick<TerminalState, "size" | "live"> = CONNECTING;
  /** The size that was last asked for on this attachment. */
  #asked: Geometry | undefined;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Attempts to attach since the last that succeeded. */
  #attempt = 0;
  #disposed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#cell = cellMetrics(options.fontFamily);
    this.#screen = new Screen({
      parent: options.frame,
      fontFamily: options.fontFamily,
      theme: options.theme,
      geometry: fitGeometry(this.#fit()),
      scrollback: 5_000,
      onInput: data => this.#channel?.input(data),
      onLeave: options.onLeave,
    });
    this.#attach();
    this.#resizes = new ResizeObserver(() => this.#layout());
    this.#resizes.observe(options.frame);
  }

  /** The text of screen and scrollback. */
  get text(): string {
    return this.#screen.text();
  }

  /** Asks to be the viewer that types and sizes. */
  take(): void {
    this.#channel?.take();
    this.#screen.focus();
  }

  focus(): void {
    this.#screen.focus();
  }

  setTheme(theme: ITheme): void {
    this.#screen.setTheme(theme);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#askTimer);
    clearTimeout(this.#retryTimer);
    this.#resizes.disconnect();
    this.#channel?.close();
    this.#screen.dispose();
  }

  #attach(): void {
    const { client, agent, run } = this.#options;
    const { cols, rows } = fitGeometry(this.#fit());
    this.#channel = client.openTerminal(
      { agent, run, cols, rows },
      {
        onFrame: frame => this.#framed(frame),
        onData: bytes => this.#draw(bytes),
        onInterrupted: () => this.#change({ kind: "interrupted" }),
        onClosed: (code, message) => this.#closed(code, message),
      },
    );
  }

  #closed(code: string, message: string): void {
    this.#channel = undefined;
    this.#change({ kind: "closed", code, message });
    if (this.#state.phase !== "interrupted") return;
    this.#attempt += 1;
    this.#retryTimer = setTimeout(() => this.#attach(), backOff(this.#attempt + 1, Math.random()));
  }

  #framed(frame: TerminalServerFrame): void {
    if (frame.type === "attached") {
      this.#asked = undefined;
      this.#attempt = 0;
    }
    this.#change({ kind: "frame", frame });
    // Output is drawn some time after it came. What changes the screen waits for what came before it, as it did on
    // the other side: a size that is applied too early puts the next line into the wrong row.
    const { size, live } = this.#state;
    this.#screen.whenDrawn(() => {
      if (this.#disposed) return;
      this.#applied = { size, live };
      this.#layout();
    });
  }

  #change(change: TerminalChange): void {
    this.#state = reduceTerminal(this.#state, change);
    this.#screen.setInteractive(this.#mayType);
    this.#options.onState(this.#state);
  }

  get #mayType(): boolean {
    const { phase, live, primary } = this.#state;
    return !this.#options.readonly && phase === "open" && live && primary;
  }

  #draw(bytes: Uint8Array): void {
    if (this.#state.snapshotNext) {
      this.#screen.replace(bytes);
      this.#screen.whenDrawn(() => {
        if (this.#disposed) return;
        this.#change({ kind: "drawn" });
        this.#layout();
      });
      this.#change({ kind: "snapshot" });
    } else {
      this.#screen.write(bytes);
    }
    if (this.#screen.pending > MAX_PENDING_BYTES) this.#skipAhead();
  }

  /** More output than can be drawn: lets go, and comes back to a fresh snapshot once the screen has caught up. */
  #skipAhead(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#change({ kind: "interrupted" });
    this.#screen.whenDrawn(() => {
      if (!this.#disposed) this.#attach();
    });
  }

  /** The screen always has the size that it has on the other side; as the primary viewer this one asks for another. */
  #layout(): void {
    const { frame } = this.#options;
    if (this.#disposed || frame.clientHeight === 0) return;
    const fit = this.#fit();
    const { size, live } = this.#applied;
    const { drawn } = this.#state;
    if (size === undefined) {
      this.#screen.resize(fitGeometry(fit));
      return;
    }
    const geometry = followGeometry(fit, size, live || !drawn || this.#screen.fullScreen);
    this.#screen.resize(geometry);
    // What does not fit is cut off at the top: the newest lines are at the bottom.
    frame.classList.toggle(
      "tall",
      geometry.rows * this.#cell.heightAt(geometry.fontSize) > fit.box.height + 1,
    );
    if (this.#mayType && drawn) this.#ask(fitGeometry(fit), size);
  }

  /** Asks for a size, once it has settled and if it is not the one in force. */
  #ask(wanted: Geometry, current: { readonly cols: number; readonly rows: number }): void {
    clearTimeout(this.#askTimer);
    if (wanted.cols === current.cols && wanted.rows === current.rows) return;
    if (wanted.cols === this.#asked?.cols && wanted.rows === this.#asked.rows) return;
    this.#askTimer = setTimeout(() => {
      this.#asked = wanted;
      this.#channel?.resize(wanted.cols, wanted.rows);
    }, RESIZE_SETTLE_MS);
  }

  #fit(): FitOptions {
    const { frame, fontSize, minCols } = this.#options;
    const box = { width: frame.clientWidth - SCROLLBAR_PX, height: frame.clientHeight };
    return { box, cell: this.#cell, fontSize, minCols };
  }
}
