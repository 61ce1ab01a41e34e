import { describe, expect, test } from "bun:test";
import { createTyping } from "./typing.ts";

describe("a line that a person types", () => {
  const CASES: readonly [keys: string[], open: boolean][] = [
    [[], false],
    [["l", "s"], true],
    [["ls", "\r"], false],
    [["ls\rcd"], true],
    [["half", "\u0003"], false],
    [["half", "\u0015"], false],
    // Cursor keys, focus and mouse reports, and answers of the terminal are no words.
    [["\u001b[A", "\u001b[I", "\u001b[<0;3;4M", "\u001b[?62;c", "\u001bOA"], false],
    [["word", "\u001b[D"], true],
    [["\u007f"], false],
  ];
  test.each(CASES)("%j: open %p", (keys, open) => {
    const typing = createTyping(() => 7);
    for (const key of keys) typing.typed(key);
    expect(typing.open).toBe(open);
    const words = keys.some(key => !key.startsWith("\u001b"));
    expect(typing.last).toBe(words ? 7 : 0);
  });
});
