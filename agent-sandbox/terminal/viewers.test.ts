import { describe, expect, test } from "bun:test";
import type { TerminalServerFrame } from "../protocol/control.ts";
import type { Screen, Snapshot } from "./screen.ts";
import { createViewers, MAX_VIEWER_BACKLOG_BYTES, type ViewerPort } from "./viewers.ts";

/** A screen that keeps all bytes, and answers for a snapshot when it is told to. */
function fakeScreen() {
  const asked: ((snapshot: Snapshot) => void)[] = [];
  let text = "";
  const screen: Screen = {
    title: "",
    takesPaste: false,
    push: bytes => {
      text += Buffer.from(bytes).toString();
    },
    resize: () => undefined,
    snapshot: take => {
      const now = text;
      asked.push(snapshot => take({ ...snapshot, text: now }));
    },
    tail: async () => "",
    settled: async () => undefined,
    dispose: () => undefined,
  };
  const answer = (): void => {
    for (const take of asked.splice(0)) take({ text: "", tail: new Uint8Array(), cols: 80, rows: 24 });
  };
  return { screen, answer };
}

function fakePort() {
  const log: (string | TerminalServerFrame)[] = [];
  const state = { backlog: 0 };
  const port: ViewerPort = {
    binary: bytes => void log.push(Buffer.from(bytes).toString()),
    frame: frame => void log.push(frame),
    backlog: () => state.backlog,
  };
  return { port, log, state };
}

describe("viewers", () => {
  test("what comes while a snapshot is made follows it, once and in order", () => {
    const { screen, answer } = fakeScreen();
    const viewers = createViewers(screen);
    const show = (text: string): void => {
      screen.push(Buffer.from(text));
      viewers.output(Buffer.from(text));
    };
    show("a");
    const { port, log } = fakePort();
    viewers.attach(port, { observer: false });
    show("b");
    viewers.resized(40, 10);
    show("c");
    answer();
    show("d");
    viewers.ended(0, "done");
    expect(log).toEqual([
      { type: "attached", cols: 80, rows: 24, primary: true, live: true, title: "" },
      "a",
      "b",
      { type: "resized", cols: 40, rows: 10 },
      "c",
      "d",
      { type: "ended", code: 0, reason: "done" },
    ]);
  });

  test("a viewer that does not keep up is skipped ahead when it has drained, and told the end last", async () => {
    const { screen, answer } = fakeScreen();
    const viewers = createViewers(screen);
    const { port, log, state } = fakePort();
    const viewer = viewers.attach(port, { observer: false });
    answer();
    state.backlog = MAX_VIEWER_BACKLOG_BYTES + 1;
    for (const text of ["lost", "also lost"]) {
      screen.push(Buffer.from(text));
      viewers.output(Buffer.from(text));
    }
    viewers.ended(1, "over");
    expect(log).toHaveLength(2);
    state.backlog = 0;
    viewer.drained();
    // It is skipped ahead at most four times a second.
    while (log.length < 5) {
      await Bun.sleep(5);
      answer();
    }
    expect(log.slice(2)).toEqual([
      { type: "reset", cols: 80, rows: 24 },
      "lostalso lost",
      { type: "ended", code: 1, reason: "over" },
    ]);
  });

  test("memory for a viewer that waits is bounded", () => {
    const { screen, answer } = fakeScreen();
    const viewers = createViewers(screen);
    const { port, log } = fakePort();
    viewers.attach(port, { observer: false });
    const chunk = new Uint8Array(300_000);
    for (let count = 0; count < 20; count += 1) viewers.output(chunk);
    answer();
    expect(log).toHaveLength(2);
  });

  test("the oldest that may type does, and an observer never", () => {
    const { screen, answer } = fakeScreen();
    const viewers = createViewers(screen);
    const ports = [fakePort(), fakePort(), fakePort()];
    const [observer, first, second] = ports.map(({ port }, index) =>
      viewers.attach(port, { observer: index === 0 }),
    );
    answer();
    observer?.take();
    expect([observer, first, second].map(viewer => viewer?.primary)).toEqual([false, true, false]);
    second?.take();
    expect([first, second].map(viewer => viewer?.primary)).toEqual([false, true]);
    second?.leave();
    first?.leave();
    expect(viewers.hasPrimary).toBe(false);
    expect(viewers.count).toBe(1);
  });
});
