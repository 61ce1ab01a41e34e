/**
 * `docs/defects.md` says which test keeps which defect out: each number of `numbers.json` has one row, and each test that a
 * row names is there under that title and runs.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const ROOT = join(import.meta.dir, "../..");

/** What the studies of the systems before name: items of their lists, and issues. */
const KNOWN = z
  .record(
    z.enum(["cli", "cloud", "bd"]),
    z.strictObject({ "issues of": z.string(), items: z.array(z.string()), issues: z.array(z.string()) }),
  )
  .parse(JSON.parse(readFileSync(join(import.meta.dir, "numbers.json"), "utf8")));
const NUMBERS = Object.entries(KNOWN).flatMap(([system, { items, issues }]) =>
  [...items, ...issues].map(number => `${system} ${number}`),
);

interface Row {
  /** As written: a system, and one or more numbers. */
  readonly cell: string;
  readonly numbers: readonly string[];
  readonly here: string;
  readonly proof: string;
}

const ROWS: readonly Row[] = readFileSync(join(ROOT, "docs/defects.md"), "utf8")
  .split("\n")
  .filter(line => line.startsWith("| ") && !/^\| (number|---) /.test(line))
  .map(line => {
    const [, cell = "", , here = "", proof = ""] = line.split(/(?<!\\)\|/).map(part => part.trim());
    const system = cell.slice(0, cell.indexOf(" "));
    const numbers = cell
      .slice(system.length + 1)
      .split(", ")
      .map(number => `${system} ${number}`);
    return { cell, numbers, here, proof };
  });

/** Tests that a row names: file and title. */
function named({ proof }: Row): { readonly file: string; readonly title: string }[] {
  return [...proof.matchAll(/`([^`]+\.test\.ts)` "((?:[^"]|"(?!<br>|$))+)"/g)].map(
    ([, file = "", title = ""]) => ({
      file,
      title,
    }),
  );
}

/**
 * Titles are looked for as they are written in the file, whatever quotes they stand in, after their numbers if they have
 * some: as what `test(` or `test.each(...)(` is given, and not of one that is skipped or still to be done.
 */
function has(file: string, title: string): boolean {
  const path = join(ROOT, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8").replaceAll(/\\(["'`])/g, "$1");
  const words = title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return ['"', "'", "`"].some(quote =>
    new RegExp(`(?:\\btest\\(|\\)\\()\\s*${quote}(?:[^\\n]{1,100}: )?${words}${quote}`).test(text),
  );
}

describe("the table of defects", () => {
  test.each(ROWS.map(row => [row.cell, row] as const))("%s names tests that are there", (_cell, row) => {
    const tests = named(row);
    if (row.proof === "-") {
      expect(row.here).toStartWith("no: ");
      return;
    }
    expect(tests.length).toBe(row.proof.split("<br>").length);
    expect(tests.filter(({ file, title }) => !has(file, title))).toEqual([]);
  });

  test("has each number that is known, in one row, and no other", () => {
    const numbers = ROWS.flatMap(row => row.numbers);
    expect([...new Set(NUMBERS)]).toEqual(NUMBERS);
    expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([]);
    expect(NUMBERS.filter(number => !numbers.includes(number))).toEqual([]);
    expect(numbers.filter(number => !NUMBERS.includes(number))).toEqual([]);
  });

  test("says of each that it could exist, or in a sentence why it cannot; nothing is left for later", () => {
    for (const { cell, here, proof } of ROWS) {
      expect([cell, /^(yes(, and it is said)?|no: .{10,})$/.test(here)]).toEqual([cell, true]);
      expect([cell, /not yet/i.test(`${here} ${proof}`)]).toEqual([cell, false]);
    }
  });

  test("notices a title that is not there, and one that is only mentioned or skipped", () => {
    const own = "tests/defects/table.test.ts";
    expect(has(own, ["a title", "of nothing"].join(" "))).toBe(false);
    expect(has(own, "the table of defects")).toBe(false);
    expect(has(own, "notices a title that is not there, and one that is only mentioned or skipped")).toBe(
      true,
    );
    expect(has("tests/defects/none.test.ts", "the table of defects")).toBe(false);
  });
});
