import { describe, expect, test } from "bun:test";
import { AppError } from "../../../store/schema/errors.ts";
import { type Command, checkPositionals, defineCommand, isUsageError, parseWords } from "./args.ts";
import type { Io } from "./io.ts";
import type { Program } from "./program.ts";
import { runProgram } from "./run.ts";
import { nearest } from "./suggest.ts";

const flags = {
  title: { type: "string", short: "t", aliases: ["name"], summary: "the title" },
  priority: { type: "integer", short: "p", min: 0, max: 4, default: 2, summary: "priority" },
  label: { type: "string", multiple: true, commas: true, summary: "labels" },
  open: { type: "boolean", negatable: true, default: true, summary: "open a browser" },
  wet: { type: "boolean", short: "w", summary: "not dry" },
  color: { type: "string", choices: ["red", "green"], summary: "a colour" },
  since: { type: "string", bare: "today", summary: "from when" },
} as const;

function failure(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("words", () => {
  test("take their types, aliases, defaults and negation from the definition", () => {
    const parsed = parseWords(
      ["-p1", "one", "--name=x", "--no-open", "--label", "a,b", "--label=c", "-w", "two"],
      flags,
    );
    expect(parsed.flags).toEqual({ priority: 1, title: "x", open: false, label: ["a", "b", "c"], wet: true });
    expect(parsed.args).toEqual(["one", "two"]);
    expect(parsed.given.has("priority")).toBe(true);
    expect(parseWords([], flags).flags).toEqual({ priority: 2, label: [], open: true });
  });

  test("understand --flag=false, a bare value flag, and -p=1", () => {
    expect(parseWords(["--open=false", "--since", "x", "-p=1"], flags)).toMatchObject({
      flags: { open: false, since: "today", priority: 1 },
      args: ["x"],
    });
    expect(parseWords(["--since=monday"], flags).flags).toMatchObject({ since: "monday" });
  });

  test("after -- are positionals, or a command line of their own", () => {
    expect(parseWords(["a", "--", "--wet", "-x"], flags).args).toEqual(["a", "--wet", "-x"]);
    const parsed = parseWords(["a", "--", "--wet", "-x"], flags, true);
    expect(parsed).toMatchObject({ args: ["a"], trailing: ["--wet", "-x"] });
    expect(parsed.flags.wet).toBeUndefined();
  });

  test("are refused with the flag's name and a suggestion", () => {
    for (const [words, hint] of [
      [["--titel", "x"], "Did you mean --title?"],
      [["--color", "rad"], "Did you mean red?"],
      [["-p", "9"], undefined],
      [["-p", "x"], undefined],
      [["--title"], undefined],
      [["--wet=maybe"], undefined],
    ] as const) {
      const error = failure(() => parseWords(words, flags));
      expect(isUsageError(error)).toBe(true);
      expect(error.hint).toBe(hint);
    }
  });

  test("are counted against the positionals", () => {
    const one = [{ name: "bead", required: true }];
    expect(failure(() => checkPositionals([], one)).message).toBe("Missing bead.");
    expect(failure(() => checkPositionals(["a", "b"], one)).message).toContain('"b"');
    checkPositionals(["a", "b"], [{ name: "bead", required: true, rest: true }]);
  });

  test("nearest finds typos", () => {
    expect(nearest("stauts", ["status", "start", "stop"])[0]).toBe("status");
    expect(nearest("zzz", ["status"])).toEqual([]);
  });
});

interface Context {
  readonly said: string[];
  readonly json: unknown;
}

function fakeIo() {
  const out = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    isTty: false,
    columns: 80,
    write: (text: string) => {
      out[name] += text;
    },
  });
  const io: Io = {
    env: {},
    cwd: "/",
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    stdinIsTty: false,
    readStdin: async () => "",
    stdinChunks: () => [],
  };
  return { io, out };
}

const add: Command<Context> = defineCommand<Context>()({
  summary: "Add a thing",
  examples: [{ line: "x thing add apple", note: "an apple" }],
  flags: { loud: { type: "boolean", summary: "shout" } },
  positionals: [{ name: "thing", required: true, summary: "what to add" }],
  run: ({ flags: given, args }, context) => {
    context.said.push(`${args[0]}${given.loud === true ? "!" : ""}`);
    if (args[0] === "none") throw new AppError("not_found", "There is no none.");
    return undefined;
  },
});

const program: Program<Context> = {
  name: "x",
  summary: "A program.",
  globals: { json: { type: "boolean", summary: "JSON" }, town: { type: "string", summary: "town" } },
  commands: {
    thing: {
      summary: "Things",
      aliases: ["things"],
      commands: { add: { summary: "Add", load: async () => add } },
    },
    other: { summary: "Other", load: async () => add },
  },
};

async function run(...words: string[]) {
  const { io, out } = fakeIo();
  const said: string[] = [];
  const code = await runProgram(program, words, {
    io,
    context: ({ globals }) => ({ said, json: globals.json }),
  });
  return { code, said, ...out };
}

describe("a program", () => {
  test("finds nested commands, with global flags anywhere and aliases", async () => {
    expect(await run("--town", "t", "things", "--json", "add", "--loud", "apple")).toMatchObject({
      code: 0,
      said: ["apple!"],
    });
  });

  test("prints help for every level on standard output", async () => {
    expect((await run()).stdout).toContain("thing");
    expect((await run("thing", "--help")).stdout).toContain("x thing <command>");
    const page = await run("help", "thing", "add");
    expect(page.stdout).toContain("# an apple");
    expect(page.stdout).toBe((await run("thing", "add", "-h")).stdout);
    expect(page).toMatchObject({ code: 0, said: [] });
  });

  test("suggests a command, exits 2 for misuse and by code for failures", async () => {
    const typo = await run("thing", "ad");
    expect(typo).toMatchObject({ code: 2, stdout: "" });
    expect(typo.stderr).toContain("Did you mean add?");
    expect((await run("thing", "add")).code).toBe(2);
    expect((await run("thing", "add", "none")).code).toBe(4);
    const json = await run("thing", "add", "none", "--json");
    expect(JSON.parse(json.stderr)).toEqual({ error: { code: "not_found", message: "There is no none." } });
    expect((await run("--nope")).code).toBe(2);
  });
});
