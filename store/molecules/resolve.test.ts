import { describe, expect, test } from "bun:test";
import { AppError } from "../schema/errors.ts";
import { parseFormula } from "./parse.ts";
import { planFormula } from "./resolve.ts";

/** Plans the first of some formulas in TOML. */
function plan(texts: readonly string[], vars: Record<string, string> = {}) {
  const formulas = texts.map((text, index) => parseFormula(text, `f${index}.toml`));
  return planFormula(formulas[0]?.formula ?? "", vars, name => {
    const found = formulas.find(formula => formula.formula === name);
    if (!found) throw new AppError("not_found", `no formula ${name}`);
    return found;
  });
}

const edges = (made: ReturnType<typeof plan>) =>
  made.steps.map(step => `${step.id} <- ${[...step.needs].sort().join(" ")}`.trim());

describe("planFormula", () => {
  test("fills variables in, by default and as given", () => {
    const text = `formula = "f"
[vars]
name = "world"
[[steps]]
id = "a"
title = "Hello {{name}} {{unset}}"`;
    expect(plan([text]).steps[0]?.title).toBe("Hello world {{unset}}");
    expect(plan([text], { name: "you" }).steps[0]?.title).toBe("Hello you {{unset}}");
    expect(() => plan([text], { nobody: "x" })).toThrow("unknown variable `nobody`");
  });

  test.each([
    ["required = true", {}, "missing required variables: v"],
    ['type = "int"', { v: "x" }, "whole number"],
    ['enum = ["a", "b"]', { v: "c" }, "one of a, b"],
    ['pattern = "[a-z]+"', { v: "A" }, "must match"],
  ])("refuses a value against %s", (rule, given, message) => {
    const text = `formula = "f"\n[vars.v]\n${rule}\n[[steps]]\nid = "a"\ntitle = "t"`;
    expect(() => plan([text], given)).toThrow(message);
  });

  test("drops a step whose condition does not hold, and joins what it stood between", () => {
    const text = `formula = "f"
vars = { slow = "" }
steps = [
  { id = "a", title = "A" },
  { id = "b", title = "B", needs = ["a"], condition = "{{slow}}" },
  { id = "c", title = "C", needs = ["b"] },
]`;
    expect(edges(plan([text]))).toEqual(["a <-", "c <- a"]);
    expect(edges(plan([text], { slow: "yes" }))).toEqual(["a <-", "b <- a", "c <- b"]);
  });

  test("unrolls a loop in order", () => {
    const text = `formula = "f"
[[steps]]
id = "a"
title = "A"
[[steps]]
id = "l"
title = "Loop"
needs = ["a"]
loop = { range = "1..2", var = "i", body = [ { id = "x", title = "X{{i}}" }, { id = "y", title = "Y", needs = ["x"] } ] }
[[steps]]
id = "z"
title = "Z"
needs = ["l"]`;
    const made = plan([text]);
    expect(edges(made)).toEqual([
      "a <-",
      "l-1-x <- a",
      "l-1-y <- l-1-x",
      "l-2-x <- l-1-y",
      "l-2-y <- l-2-x",
      "z <- l-2-y",
    ]);
    expect(made.steps[3]?.title).toBe("X2");
  });

  test("puts an expansion in the place of a step", () => {
    const main = `formula = "f"
[[steps]]
id = "a"
title = "A"
[[steps]]
id = "b"
title = "Build"
needs = ["a"]
expand = "twice"
[[steps]]
id = "c"
title = "C"
needs = ["b"]`;
    const twice = `formula = "twice"
[[template]]
id = "{target}-draft"
title = "Draft {target.title}"
[[template]]
id = "{target}-final"
title = "Final"
needs = ["{target}-draft"]`;
    const made = plan([main, twice]);
    expect(edges(made)).toEqual(["a <-", "b-draft <- a", "b-final <- b-draft", "c <- b-final"]);
    expect(made.steps[1]?.title).toBe("Draft Build");
  });

  test("weaves advice of an aspect around what it selects", () => {
    const main = `formula = "f"
compose = { aspects = ["audit"] }
steps = [ { id = "a", title = "A" }, { id = "b", title = "B", needs = ["a"] } ]`;
    const audit = `formula = "audit"
[[advice]]
target = "a"
before = { id = "look", title = "Look at {target}" }
after = { id = "log", title = "Log" }`;
    const made = plan([main, audit]);
    expect(edges(made)).toEqual(["a-look <-", "a <- a-look", "a-log <- a", "b <- a-log"]);
    expect(made.steps[0]?.title).toBe("Look at a");
  });

  test("attaches a formula where a step has a label, at a bond point", () => {
    const main = `formula = "f"
steps = [ { id = "a", title = "A", labels = ["risky"] }, { id = "b", title = "B", needs = ["a"] } ]
[compose]
bond_points = [ { id = "end", after_step = "b" } ]
hooks = [ { trigger = "label:risky", attach = "audit" }, { trigger = "type:task", attach = "audit", at = "end" }, { trigger = "type:bug", attach = "nowhere" } ]`;
    const audit = `formula = "audit"\nsteps = [ { id = "look", title = "Look" } ]`;
    expect(edges(plan([main, audit]))).toEqual([
      "a <-",
      "a-audit-look <- a",
      "b <- a-audit-look",
      "b-audit-look <- b",
    ]);
  });

  test("inherits steps and replaces those of the same id", () => {
    const child = `formula = "child"\nextends = ["base"]\n[[steps]]\nid = "a"\ntitle = "Mine"`;
    const base = `formula = "base"\n[[steps]]\nid = "a"\ntitle = "Base"\n[[steps]]\nid = "b"\ntitle = "B"\nneeds = ["a"]`;
    const made = plan([child, base]);
    expect(made.steps.map(step => step.title)).toEqual(["Mine", "B"]);
    expect(() => plan([`formula = "x"\nextends = ["x"]`])).toThrow("extend each other");
  });

  test.each([
    [`formula = "f"\nsteps = [{ id = "a", title = "A", needs = ["q"] }]`, "needs `q`"],
    [
      `formula = "f"\nsteps = [{ id = "a", title = "A", needs = ["b"] }, { id = "b", title = "B", needs = ["a"] }]`,
      "wait for each other",
    ],
    [
      `formula = "f"\nsteps = [{ id = "a", title = "A" }, { id = "a", title = "B" }]`,
      "two steps have the id",
    ],
    [`formula = "f"\nsteps = [{ id = "a", title = "A", colour = "red" }]`, "unknown key `colour`"],
    [`formula = "f"\nflavour = 1\nsteps = [{ id = "a", title = "A" }]`, "unknown key `flavour`"],
    [`formula = "f"`, "needs `steps`"],
    [`formula = `, "line 1"],
    [`formula = "f"\nsteps = [{ id = "a", title = "A", condition = "maybe" }]`, "cannot be read"],
  ])("refuses %s", (text, message) => {
    expect(() => plan([text])).toThrow(message);
  });
});
