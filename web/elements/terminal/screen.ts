/** The xterm.js screen of a terminal element: bytes in, keystrokes out. Loaded only when a terminal is shown. */
import { type ITheme, Terminal } from "@xterm/xterm";
import type { CellMetrics, Geometry } from "./geometry.ts";

export interface ScreenOptions {
  readonly parent: HTMLElement;
  readonly fontFamily: string;
  readonly theme: ITheme;
  readonly geometry: Geometry;
  /** Lines kept above the screen. */
  readonly scrollback: number;
  /** What was typed or pasted, as the program on the other side expects it. */
  readonly onInput: (data: string) => void;
  /** The user asked, by Shift+Escape, to leave the terminal with the keyboard. */
  readonly onLeave: () => void;
}

/** With more bytes than this waiting to be drawn, what comes is not worth drawing any more. */
export const MAX_PENDING_BYTES = 4 * 1_048_576;

/** Width of the scroll bar, which is drawn over the screen. */
export const SCROLLBAR_PX = 8;

const RESET_SEQUENCE = "\x1bc";

export class Screen {
  readonly #terminal: Terminal;
  #pending = 0;
  #interactive = false;

  constructor(options: ScreenOptions) {
    const { geometry, fontFamily, theme, scrollback, parent } = options;
    this.#terminal = new Terminal({
      cols: geometry.cols,
      rows: geometry.rows,
      fontSize: geometry.fontSize,
      fontFamily,
      theme,
      scrollback,
      // Only for its width, which is that of the scroll bar too.
      overviewRuler: { width: SCROLLBAR_PX },
      disableStdin: true,
      cursorBlink: false,
      cursorInactiveStyle: "none",
      minimumContrastRatio: 4.5,
      macOptionIsMeta: true,
      scrollOnUserInput: true,
      allowProposedApi: false,
    });
    this.#terminal.onData(data => {
      if (this.#interactive) options.onInput(data);
    });
    this.#terminal.attachCustomKeyEventHandler(event => this.#takesKey(event, options.onLeave));
    this.#terminal.open(parent);
  }

  /** Bytes that are not drawn yet. */
  get pending(): number {
    return this.#pending;
  }

  /** True when the program draws on the alternate screen, which has no scrollback. */
  get fullScreen(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** Draws live output. */
  write(bytes: Uint8Array): void {
    this.#pending += bytes.length;
    this.#terminal.write(bytes, () => {
      this.#pending -= bytes.length;
    });
  }

  /** Replaces everything that is shown, in one step. */
  replace(bytes: Uint8Array): void {
    this.#terminal.write(RESET_SEQUENCE);
    this.write(bytes);
  }

  /** Calls back when all that was given so far is drawn, and before anything that is given later. */
  whenDrawn(body: () => void): void {
    this.#terminal.write("", body);
  }

  resize({ cols, rows, fontSize }: Geometry): void {
    if (this.#terminal.options.fontSize !== fontSize) this.#terminal.options.fontSize = fontSize;
    if (this.#terminal.cols !== cols || this.#terminal.rows !== rows) this.#terminal.resize(cols, rows);
  }

  setTheme(theme: ITheme): void {
    this.#terminal.options.theme = theme;
  }

  /** Says whether keystrokes go to the program. */
  setInteractive(interactive: boolean): void {
    if (this.#interactive === interactive) return;
    this.#interactive = interactive;
    this.#terminal.options.disableStdin = !interactive;
    this.#terminal.options.cursorBlink = interactive;
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** The text of screen and scrollback, one line each, without trailing blanks. */
  text(): string {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let index = 0; index < active.length; index += 1) {
      const line = active.getLine(index);
      if (line === undefined) continue;
      const content = line.translateToString(true);
      if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += content;
      else lines.push(content);
    }
    return lines.join("\n").trimEnd();
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  /** A viewer that may not type leaves the keys to the page; one that types can always get out by Shift+Escape. */
  #takesKey(event: KeyboardEvent, onLeave: () => void): boolean {
    if (event.key === "Escape" && event.shiftKey) {
      if (event.type === "keydown") onLeave();
      return false;
    }
    return this.#interactive || (event.shiftKey && event.key.startsWith("Page"));
  }
}

/** Cell size of a font, measured as xterm.js does. */
export function cellMetrics(fontFamily: string): CellMetrics {
  const context = new OffscreenCanvas(8, 8).getContext("2d");
  const measure = (fontSize: number) => {
    if (context === null) return { width: fontSize * 0.6, height: fontSize * 1.3 };
    context.font = `${fontSize}px ${fontFamily}`;
    const metrics = context.measureText("W");
    return { width: metrics.width, height: metrics.fontBoundingBoxAscent + metrics.fontBoundingBoxDescent };
  };
  return {
    widthRatio: measure(100).width / 100,
    heightAt: fontSize => Math.ceil(measure(fontSize).height * devicePixelRatio) / devicePixelRatio,
  };
}
