/** An array in pieces is the array, wherever it was cut. */
import { expect, test } from "bun:test";
import { arrayElements } from "./array-elements.ts";

const VALUES = [
  { a: 'quotes " and \\ and ] , [', b: [1, [2, { c: "}" }]] },
  "text, with ] and \\\\",
  [],
  3,
  { ü: "☂\n" },
];

function cut(text: string, size: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  return pieces;
}

test("the same elements whatever the pieces are", () => {
  for (const text of [JSON.stringify(VALUES), `\n ${JSON.stringify(VALUES, null, 2)}\n`]) {
    for (let size = 1; size < 40; size++) {
      const found = [...arrayElements(cut(text, size))];
      expect(found.map(each => JSON.parse(each.text))).toEqual(VALUES);
      expect(found.every(each => each.closed)).toBe(true);
    }
  }
  expect([...arrayElements(["[", " \n", "]"])]).toEqual([]);
});

test("an array that is cut off, and what follows one, are told", () => {
  expect([...arrayElements(['[{"a":1},{"a"'])]).toEqual([
    { text: '{"a":1}', closed: true },
    { text: '{"a"', closed: false },
  ]);
  expect([...arrayElements(['[{"a":1},'])].at(-1)?.closed).toBe(false);
  expect([...arrayElements(["[1] {}"])].map(each => each.text.trim())).toEqual(["1", "{}"]);
});
