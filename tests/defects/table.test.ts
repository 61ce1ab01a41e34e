/** `docs/defects.md` says which test keeps which defect out: the tests are there, and no number is missing. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

interface Row {
  readonly number: string;
  readonly here: string;
  readonly proof: string;
}

const ROWS: readonly Row[] = readFileSync(join(ROOT, "docs/defects.md"), "utf8")
  .split("\n")
  .filter(line => /^\| (cli|cloud) /.test(line))
  .map(line => {
    const [, number = "", , here = "", proof = ""] = line.split(/(?<!\\)\|/).map(cell => cell.trim());
    return { number, here, proof };
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

/** Titles are looked for as they are written in the file, whatever quotes they stand in, after their numbers if they have some. */
function has(file: string, title: string): boolean {
  const path = join(ROOT, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8").replaceAll(/\\(["'`])/g, "$1");
  const words = title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return ['"', "'", "`"].some(quote => new RegExp(`${quote}(?:[^\\n]{1,80}: )?${words}${quote}`).test(text));
}

describe("the table of defects", () => {
  test.each(ROWS.map(row => [row.number, row] as const))("%s names tests that are there", (_number, row) => {
    const tests = named(row);
    if (row.proof.startsWith("not yet: ")) return;
    if (row.here.startsWith("no: ") && row.proof === "-") return;
    expect(tests.length).toBe(row.proof.split("<br>").length);
    expect(tests.filter(({ file, title }) => !has(file, title))).toEqual([]);
  });

  test("has every class of bugs of the one system and every defect of the seed of the other, once", () => {
    const numbers = ROWS.map(row => row.number);
    expect([...new Set(numbers)]).toEqual(numbers);
    for (let i = 1; i <= 19; i++) expect(numbers).toContain(`cli 6.2-${i}`);
    for (let i = 1; i <= 29; i++) expect(numbers).toContain(`cloud 9.1-${i}`);
    for (const section of [
      "cli 3.1",
      "cli 3.9",
      "cloud 6.1.1",
      "cloud 8.1-1",
      "cloud 8.2-6",
      "cloud #1653",
    ]) {
      expect(numbers).toContain(section);
    }
  });

  test("says of each why it cannot exist here, or which test would notice it", () => {
    for (const { number, here, proof } of ROWS) {
      expect([number, /^(yes|no: .{10})/.test(here)]).toEqual([number, true]);
      expect([number, proof === "-" && here.startsWith("yes")]).toEqual([number, false]);
    }
  });

  test("notices a title that is not there", () => {
    expect(has("tests/defects/table.test.ts", ["a title", "of nothing"].join(" "))).toBe(false);
    expect(has("tests/defects/table.test.ts", "notices a title that is not there")).toBe(true);
    expect(has("tests/defects/none.test.ts", "notices a title that is not there")).toBe(false);
  });
});
