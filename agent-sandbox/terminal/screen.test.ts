import { describe, expect, test } from "bun:test";
import { createScreen, type Screen, type Snapshot } from "./screen.ts";

const make = (): Screen => createScreen({ cols: 60, rows: 12, scrollback: 500, onReply: () => undefined });
const snapshotOf = (screen: Screen) => new Promise<Snapshot>(resolve => screen.snapshot(resolve));

/** Text with colours, cursor moves, wide and combined characters, titles, and long lines. */
function sample(random: () => number, length: number): Buffer {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const parts = Array.from({ length }, () =>
    pick([
      () => `\u001b[${31 + Math.floor(random() * 7)}m`,
      () => "\u001b[0m",
      () => `\u001b[${1 + Math.floor(random() * 12)};${1 + Math.floor(random() * 40)}H`,
      () => "\u001b]0;a title\u0007",
      () => "\u001b]2;another\u001b\\",
      () => "\u001b(0qqq\u001b(B",
      () => "\u001bP1$r0m\u001b\\",
      () => "世界▓é",
      () => "plain words ",
      () => "\r\n",
      () => "x".repeat(Math.floor(random() * 80)),
      () => "\u001b[K",
    ])(),
  );
  return Buffer.from(parts.join(""));
}

function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("screen", () => {
  test("a snapshot and what follows it draw what the whole draws, wherever output is cut", async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = generator(seed);
      const bytes = sample(random, 120);
      const cut = Math.floor(random() * bytes.length);
      const whole = make();
      whole.push(bytes);
      const expected = await snapshotOf(whole);
      const first = make();
      first.push(bytes.subarray(0, cut));
      const middle = await snapshotOf(first);
      const second = make();
      second.push(Buffer.concat([Buffer.from(middle.text), middle.tail, bytes.subarray(cut)]));
      const found = await snapshotOf(second);
      expect({ seed, lines: await second.tail(50) }).toEqual({ seed, lines: await whole.tail(50) });
      expect(found.tail.length).toBe(expected.tail.length);
      for (const screen of [whole, first, second]) screen.dispose();
    }
  });

  test("under a flood the oldest output is skipped, and the modes it set are not", async () => {
    const screen = make();
    screen.push(Buffer.from("\u001b]0;the title\u0007\u001b[?2004h\u001b[?25l\u001b[35mstart\r\n"));
    const chunk = Buffer.from(`${"a line that nobody will see".repeat(3)}\r\n`.repeat(2_000));
    for (let pushed = 0; pushed < 24_000_000; pushed += chunk.length) screen.push(chunk);
    screen.push(Buffer.from("last"));
    const { text } = await snapshotOf(screen);
    expect(screen.title).toBe("the title");
    expect(text).toContain("\u001b[?2004h");
    // The colour that was set before what was skipped still holds.
    expect(text).toContain("\u001b[35m");
    expect(await screen.tail(1)).toBe("last");
    screen.dispose();
  });

  test("sizes and snapshots keep their place among output", async () => {
    const screen = make();
    screen.push(Buffer.from("before\r\n"));
    screen.resize(20, 5);
    const taken = snapshotOf(screen);
    screen.push(Buffer.from("after"));
    expect(await taken).toMatchObject({ cols: 20, rows: 5 });
    expect((await taken).text).not.toContain("after");
    expect(await screen.tail(5)).toBe("before\nafter");
    screen.dispose();
  });
});
