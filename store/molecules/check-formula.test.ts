import { describe, expect, test } from "bun:test";
import { AppError } from "../schema/errors.ts";
import { parseFormula } from "./parse.ts";
import { planFormula } from "./resolve.ts";

/** Plans the first of these formulas, given as JSON values; names are f0, f1, ... unless they have one. */
function plan(formulas: readonly object[], vars: Record<string, string> = {}) {
  const parsed = formulas.map((value, index) =>
    parseFormula(JSON.stringify({ formula: `f${index}`, ...value }), `f${index}.json`),
  );
  return planFormula("f0", vars, name => {
    const found = parsed.find(formula => formula.formula === name);
    if (found === undefined) throw new AppError("not_found", `no formula ${name}`);
    return found;
  });
}

const step = (more: object = {}) => ({ id: "a", title: "A", ...more });
const body = [{ id: "b", title: "B {{n}}" }];
const expansion = (more: object = {}) => ({
  formula: "x",
  type: "expansion",
  template: [{ id: "{target}-x", title: "{target.title} in {{env}}" }],
  ...more,
});

describe("a key that would do nothing is refused by its name", () => {
  test.each<[string, object, string]>([
    ["expand_vars alone", { steps: [step({ expand_vars: { k: "v" } })] }, "`expand_vars` does nothing"],
    ["a gate on a loop", { steps: [step({ loop: { count: 2, body }, gate: { type: "human" } })] }, "`gate`"],
    ["labels on a loop", { steps: [step({ loop: { count: 2, body }, labels: ["x"] })] }, "`labels`"],
    ["children on an expansion", { steps: [step({ expand: "x", children: body })] }, "`children`"],
    ["a loop that expands", { steps: [step({ loop: { count: 2, body }, expand: "x" })] }, "both `loop` and"],
    ["a loop of two kinds", { steps: [step({ loop: { count: 2, range: "1..3", body } })] }, "one of `count`"],
    ["a loop of no kind", { steps: [step({ loop: { body } })] }, "one of `count`"],
    ["max without until", { steps: [step({ loop: { count: 2, max: 3, body } })] }, "`loop.max`"],
    [
      "a fault inside a body",
      { steps: [step({ loop: { count: 1, body: [step({ expand_vars: {} })] } })] },
      "`a`",
    ],
    ["a timer without time", { steps: [step({ gate: { type: "timer" } })] }, "needs `timeout`"],
    ["no duration", { steps: [step({ gate: { type: "timer", timeout: "soon" } })] }, "is no duration"],
    ["a bead gate of none", { steps: [step({ gate: { type: "bead" } })] }, "needs `await_id`"],
    ["two ids", { steps: [step({ gate: { type: "bead", id: "x", await_id: "y" } })] }, "give one"],
    ["waiting for nobody's", { steps: [step({ waits_for: "all-children" })] }, "`waits_for` needs"],
    ["waiting for no step's", { steps: [step({ waits_for: "children-of(q)" })] }, "`q`, which is no step"],
    [
      "both ways at the end",
      {
        steps: [
          step({ on_complete: { for_each: "output.x", bond: "f0", parallel: true, sequential: true } }),
        ],
      },
      "either `parallel` or",
    ],
    [
      "an end that pours nothing",
      { steps: [step({ on_complete: { for_each: "output.x", bond: "nosuch" } })] },
      "no formula nosuch",
    ],
    ["a template in a workflow", { steps: [step()], template: [step()] }, "`template` does nothing"],
    ["steps in an expansion", expansion({ formula: "f0", steps: [step()] }), "`steps` does nothing"],
    ["pointcuts alone", { steps: [step()], pointcuts: [{ glob: "*" }] }, "`pointcuts` does nothing"],
    [
      "a bond point nowhere",
      { steps: [step()], compose: { bond_points: [{ id: "p" }] } },
      "`p`: it needs one of",
    ],
    [
      "a bond point at no step",
      { steps: [step()], compose: { bond_points: [{ id: "p", after_step: "q" }] } },
      "`q`, which is no step",
    ],
    [
      "two gates",
      {
        vars: { go: "1" },
        steps: [step({ gate: { type: "human" } })],
        compose: { gate: [{ before: "a", condition: "{{go}}" }] },
      },
      "a gate of its own",
    ],
    ["no pattern", { vars: { v: { pattern: "(" } }, steps: [step()] }, "no regular expression"],
  ])("%s", (_, formula, message) => {
    expect(() => plan([formula])).toThrow(message);
  });

  test("parts of a formula that another one uses", () => {
    const use = { steps: [step({ expand: "x" })] };
    expect(() => plan([use, expansion({ compose: { aspects: [] } })])).toThrow(
      "`compose` does nothing there",
    );
    const hooks = [{ trigger: "type:task", attach: "y" }];
    const attached = { formula: "y", steps: [step()], advice: [{ target: "*", before: step() }] };
    expect(() => plan([{ steps: [step()], compose: { hooks } }, attached])).toThrow(
      "`advice` does nothing there",
    );
  });
});

describe("what a formula that is used by another asks of its values", () => {
  const declared = expansion({ vars: { env: { required: true, enum: ["prod", "test"] } } });
  const use = (expand_vars?: object) => ({
    steps: [step({ expand: "x", ...(expand_vars && { expand_vars }) })],
  });

  test("holds", () => {
    expect(plan([use({ env: "prod" }), declared]).steps[0]?.title).toBe("A in prod");
    expect(() => plan([use(), declared])).toThrow("formula f0 uses x: missing required variables: env");
    expect(() => plan([use({ env: "moon" }), declared])).toThrow("one of prod, test");
    const hooks = [{ trigger: "type:task", attach: "x" }];
    expect(() => plan([{ steps: [step()], compose: { hooks } }, declared])).toThrow("missing required");
  });

  test("names that it does not declare are filled in all the same", () => {
    expect(plan([use({ env: "any" }), expansion()]).steps[0]?.title).toBe("A in any");
  });
});

test("names that every object has are names like others", () => {
  const text = "{{constructor}} {{toString}} {{__proto__}}";
  expect(plan([{ steps: [step({ title: text })] }]).steps[0]?.title).toBe(text);
  const declared = { vars: { constructor: "x" }, steps: [step({ title: "{{constructor}}" })] };
  expect(plan([declared], { constructor: "given" }).steps[0]?.title).toBe("given");
  expect(() => plan([{ steps: [step()] }], { toString: "x" })).toThrow("unknown variable `toString`");
});

test("what is below a step that does not apply goes with it, and its order stays", () => {
  const made = plan([
    {
      vars: { go: "false" },
      steps: [
        step(),
        { id: "p", title: "P", condition: "{{go}}", needs: ["a"], children: [{ id: "c", title: "C" }] },
        { id: "d", title: "D", needs: ["c"] },
        { id: "w", title: "W", needs: ["a"], waits_for: "children-of(p)" },
      ],
    },
  ]);
  expect(made.steps.map(({ id, needs }) => [id, needs])).toEqual([
    ["a", []],
    ["d", ["a"]],
    ["w", ["a"]],
  ]);
});

test("a wait within a loop is for the step of its own round", () => {
  const made = plan([
    {
      steps: [
        step({
          loop: {
            count: 2,
            body: [
              { id: "s", title: "S" },
              { id: "w", title: "W", needs: ["s"], waits_for: "children-of(s)" },
            ],
          },
        }),
      ],
    },
  ]);
  expect(made.steps.map(({ waitsFor }) => waitsFor)).toEqual([
    undefined,
    "children-of(a-1-s)",
    undefined,
    "children-of(a-2-s)",
  ]);
});
