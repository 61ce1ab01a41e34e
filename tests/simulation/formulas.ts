/** Formulas that simulated work follows, and agents that go through them: step by step, until they may submit. */
import type { Step } from "../../actors/testing/fake-sandboxes.ts";
import type { SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";
import { exited, type Surroundings } from "./surroundings.ts";

const MINUTE = 60_000;
/** Questions of one agent to its town before it gives up. */
const MAX_QUESTIONS = 40;

const steps = (gate: string) => `[[steps]]
id = "look"
title = "Look"
[[steps]]
id = "make"
title = "Make it"
needs = ["look"]
${gate}
[[steps]]
id = "submit"
title = "Submit it"
needs = ["make"]
`;

/** Name -> text. */
export const FORMULAS: Readonly<Record<string, string>> = {
  plain: `formula = "plain"\n${steps("")}`,
  timed: `formula = "timed"\n${steps('gate = { type = "timer", timeout = "25m" }')}`,
  asked: `formula = "asked"\n${steps('gate = { type = "human", timeout = "3h" }')}`,
  mailed: `formula = "mailed"\n${steps('gate = { type = "mail", id = "ada" }')}`,
  hosted: `formula = "hosted"\n${steps('gate = { type = "gh:run", id = "7" }')}`,
};

/** Through the steps that are left, then on; ends when the work was put aside for a gate, or the town does not answer. */
export function walk(world: Surroundings, spec: SandboxSpec, on: readonly Step[], asked = 0): Step[] {
  const by = `${spec.agent.rig}/${spec.agent.name}`;
  const again = (after: number): Step => ({ after, next: () => walk(world, spec, on, asked + 1) });
  if (asked > MAX_QUESTIONS) return [{ after: 10, event: exited(false, "the town does not let me go on") }];
  const may = world.ask(by, "mayBeDone", {});
  return [
    {
      after: 500,
      next: () => {
        if (!may.done) return [again(30_000)];
        if (may.error === undefined) return on;
        if (may.error.code !== "precondition_failed") return [again(MINUTE)];
        const molecule = world.ask(by, "molecule", {});
        return [{ after: 500, next: () => next(molecule.answer) }];
      },
    },
  ];

  function next(answer: unknown): Step[] {
    // SAFETY: the answer of `molecule`, or none.
    const step = (answer as { current?: { step: string } } | undefined)?.current?.step;
    if (step === undefined) return [again(MINUTE)];
    world.ask(by, "moleculeNext", { step });
    return [again(1_000)];
  }
}
