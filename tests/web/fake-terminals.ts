/** Terminals without processes: what a test writes appears on a real headless screen and goes to its real viewers. */

import type { TerminalClientFrame, TerminalServerFrame } from "../../agent-sandbox/protocol/control.ts";
import { createScreen, type Screen } from "../../agent-sandbox/terminal/screen.ts";
import { createViewers, type Viewers } from "../../agent-sandbox/terminal/viewers.ts";
import type { RunInfo, TerminalSession, Terminals } from "../../runtime/gateway/deps.ts";
import { AppError } from "../../store/schema/errors.ts";

/** One run of one agent. */
export interface FakeRun {
  readonly info: RunInfo;
  readonly screen: Screen;
  readonly viewers: Viewers;
  /** What the primary viewer typed. */
  typed: string;
  /** Sizes that the primary viewer asked for, `120x30`. */
  readonly sizes: string[];
  write(text: string): void;
  /** The program ends, and the sandbox process after it. */
  end(code: number, reason: string): void;
  /** The sandbox process is gone without a word; until `back` nobody gets through to it. */
  vanish(): void;
  back(): void;
}

interface Run extends FakeRun {
  away: boolean;
  readonly closers: Set<(code: string, message: string) => void>;
}

export class FakeTerminals implements Terminals {
  readonly #runs = new Map<string, Run[]>();
  readonly #size = { cols: 100, rows: 30 };

  /** Starts a run of an agent; its terminal is live until `end`. */
  start(agent: string, bead?: string): FakeRun {
    const runs = this.#runs.get(agent) ?? [];
    const screen = createScreen({ ...this.#size, scrollback: 2_000, onReply: () => undefined });
    const viewers = createViewers(screen);
    const info = {
      run: `run-${agent.replace("/", "-")}-${runs.length + 1}`,
      generation: runs.length + 1,
      started_at: new Date().toISOString(),
      live: true,
      ...(bead === undefined ? {} : { bead }),
    };
    const closers = new Set<(code: string, message: string) => void>();
    const closeAll = (code: string, message: string) => {
      for (const close of [...closers]) close(code, message);
    };
    const run: Run = {
      info,
      screen,
      viewers,
      typed: "",
      sizes: [],
      write(text) {
        const bytes = new TextEncoder().encode(text);
        screen.push(bytes);
        viewers.output(bytes);
      },
      end(code, reason) {
        info.live = false;
        viewers.ended(code, reason);
        closeAll("ended", "The run has ended.");
      },
      vanish() {
        run.away = true;
        closeAll("unavailable", "The sandbox process is gone.");
      },
      back() {
        run.away = false;
      },
      away: false,
      closers,
    };
    runs.push(run);
    this.#runs.set(agent, runs);
    return run;
  }

  async open(
    _: string,
    agent: string,
    { run: name, cols, rows }: { readonly run?: string; readonly cols: number; readonly rows: number },
  ): Promise<TerminalSession> {
    const runs = this.#runs.get(agent) ?? [];
    const run = name === undefined ? runs.at(-1) : runs.find(({ info }) => info.run === name);
    if (run === undefined) throw new AppError("not_found", `${agent} has no terminal.`);
    if (run.away)
      throw new AppError("unavailable", "The sandbox process does not answer.", { retryable: true });
    const held: (() => void)[] = [];
    let toFrame: ((frame: TerminalServerFrame) => void) | undefined;
    let toData: ((bytes: Uint8Array) => void) | undefined;
    const deliver = (body: () => void) =>
      toFrame !== undefined && toData !== undefined ? body() : held.push(body);
    const release = () => {
      if (toFrame !== undefined && toData !== undefined) for (const body of held.splice(0)) body();
    };
    const viewer = run.viewers.attach(
      {
        binary: bytes => deliver(() => toData?.(bytes)),
        frame: frame => deliver(() => toFrame?.(frame)),
        backlog: () => 0,
      },
      { observer: false },
    );
    // As the host does: who comes first has the say on the size at once.
    if (viewer.primary && run.info.live) take(run, { type: "resize", cols, rows }, viewer);
    let closer: (code: string, message: string) => void = () => undefined;
    return {
      onFrame(listener) {
        toFrame = listener;
        release();
      },
      onData(listener) {
        toData = listener;
        release();
      },
      onClose(listener) {
        closer = (code, message) => {
          viewer.leave();
          run.closers.delete(closer);
          listener(code, message);
        };
        run.closers.add(closer);
      },
      send: frame => take(run, frame, viewer),
      close() {
        viewer.leave();
        run.closers.delete(closer);
      },
    };
  }

  async runs(_: string, agent: string): Promise<readonly RunInfo[]> {
    return (this.#runs.get(agent) ?? []).map(({ info }) => info).reverse();
  }

  async recording(): Promise<ReadableStream<Uint8Array>> {
    throw new AppError("not_found", "The fake has no recordings.");
  }

  dispose(): void {
    for (const run of [...this.#runs.values()].flat()) run.screen.dispose();
  }
}

function take(run: FakeRun, frame: TerminalClientFrame, viewer: ReturnType<Viewers["attach"]>): void {
  if (frame.type === "take") viewer.take();
  else if (!viewer.primary) return;
  else if (frame.type === "input") run.typed += frame.data;
  else {
    run.sizes.push(`${frame.cols}x${frame.rows}`);
    run.screen.resize(frame.cols, frame.rows);
    run.viewers.resized(frame.cols, frame.rows);
  }
}
