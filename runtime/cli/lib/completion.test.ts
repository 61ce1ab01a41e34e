import { expect, test } from "bun:test";
import { defineCommand } from "./args.ts";
import { candidates, completionScript, SHELLS } from "./completion.ts";
import type { Program } from "./program.ts";
import { cut, table } from "./table.ts";

const program: Program<undefined> = {
  name: "x",
  summary: "A program.",
  globals: { json: { type: "boolean", summary: "JSON" } },
  commands: {
    show: {
      summary: "Show",
      load: async () =>
        defineCommand<undefined>()({
          summary: "Show",
          flags: {
            colour: { type: "string", choices: ["red", "green"], summary: "c" },
            to: { type: "string", complete: "rig", summary: "rig" },
          },
          positionals: [{ name: "bead", complete: "bead", rest: true }],
          run: () => 0,
        }),
    },
    secret: { summary: "Hidden", hidden: true },
  },
};

const dynamic = async (kind: string) => [{ value: `${kind}-1`, note: "a note" }];

test("completion knows commands, flags, choices and things", async () => {
  const values = async (...words: string[]) => (await candidates(program, words, dynamic)).map(c => c.value);
  expect(await values("s")).toEqual(["show"]);
  expect(await values("show", "--")).toEqual(["--json", "--colour", "--to"]);
  expect(await values("show", "--colour", "")).toEqual(["red", "green"]);
  expect(await values("show", "--to", "")).toEqual(["rig-1"]);
  expect(await values("show", "bead-0", "b")).toEqual(["bead-1"]);
});

test("scripts name the program", () => {
  for (const shell of SHELLS) expect(completionScript(shell, "gt")).toContain("gt __complete -- ");
});

test("tables align wide characters and cut the last column", () => {
  expect(
    table(
      [
        ["ab", "x"],
        ["日本", "y".repeat(40)],
      ],
      30,
    ),
  ).toEqual(["ab    x", `日本  ${"y".repeat(23)}…`]);
  expect(cut("abc", 3)).toBe("abc");
});
