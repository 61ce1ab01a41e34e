/** Every transition of every machine: the table says all, and what is not in it is refused with who may and what next. */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../store/schema/errors.ts";
import { agentMachine } from "./agent.ts";
import { containerMachine } from "./container.ts";
import { convoyMachine, convoyProgress, convoyState, isComplete } from "./convoy.ts";
import { escalationMachine } from "./escalation.ts";
import { gateMachine } from "./gate.ts";
import type { Machine, Who } from "./machine.ts";
import { mergeRequestMachine, mergeRequestState, mergeRequestStatus } from "./merge-request.ts";
import { messageMachine } from "./message.ts";
import { moleculeMachine, stepMachine } from "./molecule.ts";
import { nudgeMachine } from "./nudge.ts";
import { checkWorkTransition, freeWork, leasedWork } from "./work.ts";

const MACHINES: readonly Machine<string>[] = [
  leasedWork,
  freeWork,
  mergeRequestMachine,
  convoyMachine,
  agentMachine,
  containerMachine,
  escalationMachine,
  nudgeMachine,
  messageMachine,
  moleculeMachine,
  stepMachine,
  gateMachine,
];
const WHOS: readonly Who[] = ["town", "person", "agent"];

function refusal(act: () => void): AppError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

describe.each(MACHINES.map(machine => [machine.name, machine] as const))("%s", (_name, machine) => {
  test("allows exactly what its table says", () => {
    for (const from of machine.states) {
      for (const to of machine.states) {
        for (const who of WHOS) {
          const edge = machine.transitions.find(
            entry => entry.to === to && [entry.from].flat().includes(from) && entry.by.includes(who),
          );
          const error = refusal(() => machine.check("x-1", from, to, who));
          expect(machine.can(from, to, who)).toBe(edge !== undefined);
          expect(error === undefined).toBe(edge !== undefined);
          if (error === undefined) continue;
          expect(error.code).toBe("invalid_transition");
          expect(error.data).toMatchObject({ id: "x-1", from, to, who });
          expect(error.message).toContain(from);
          expect(error.message).toContain(to);
          expect(error.hint).toBeString();
        }
      }
    }
  });

  test("names its states once, and each is reached and, unless it is an end, left", () => {
    const { states, transitions, initial, terminal } = machine;
    expect([...new Set(states)]).toEqual([...states]);
    for (const edge of transitions)
      for (const state of [edge.to, ...[edge.from].flat()]) expect(states).toContain(state);
    const used = new Set(transitions.flatMap(edge => [edge.to, ...[edge.from].flat()]));
    for (const state of used) {
      if (state !== initial) expect(transitions.some(edge => edge.to === state)).toBe(true);
      if (!terminal.includes(state))
        expect(transitions.some(edge => [edge.from].flat().includes(state))).toBe(true);
    }
  });

  test("every state has an owner, an exit, and a deadline or the reason why it needs none", () => {
    expect(Object.keys(machine.lives).sort()).toEqual([...machine.states].sort());
    for (const state of machine.states) {
      const life = machine.lives[state];
      if (life === undefined) throw new Error(`${state} has no life`);
      expect(life.exit.length).toBeGreaterThan(5);
      const limit = "deadline" in life ? life.deadline : life.endless;
      expect(limit.length).toBeGreaterThan(5);
      // Whoever waits for nobody is at an end; whatever is no end has somebody to see to it.
      if (life.owner === "nobody") expect(machine.terminal).toContain(state);
      // Nobody but the town and its agents keeps a deadline.
      if ("deadline" in life) expect(["town", "agent", "refinery"]).toContain(life.owner);
    }
  });
});

test("every machine of this folder stands in the list above", async () => {
  const files = [...new Bun.Glob("*.ts").scanSync({ cwd: import.meta.dir })].filter(
    name => !name.endsWith(".test.ts"),
  );
  const found: unknown[] = [];
  for (const name of files) {
    const exported: Record<string, unknown> = await import(`./${name}`);
    found.push(...Object.values(exported).filter(value => isMachine(value)));
  }
  expect(new Set(found)).toEqual(new Set<unknown>(MACHINES));
});

function isMachine(value: unknown): boolean {
  return typeof value === "object" && value !== null && "transitions" in value && "initial" in value;
}

describe("status of work", () => {
  const CASES: readonly [from: string, to: string, who: Who, leased: boolean, allowed: boolean][] = [
    ["open", "in_progress", "person", false, true],
    ["open", "in_progress", "agent", false, true],
    ["open", "hooked", "person", false, false],
    ["open", "in_review", "agent", false, false],
    ["in_progress", "closed", "agent", false, true],
    ["in_progress", "closed", "agent", true, false],
    ["in_review", "closed", "agent", true, false],
    ["in_review", "closed", "person", true, true],
    ["hooked", "closed", "person", true, true],
    ["hooked", "open", "person", true, false],
    ["in_progress", "deferred", "person", true, false],
    ["closed", "open", "person", false, true],
    ["closed", "open", "agent", false, false],
    ["failed", "open", "person", false, true],
    ["failed", "closed", "person", false, false],
    ["closed", "in_progress", "person", false, false],
    ["open", "waiting_for_legal", "person", false, true],
    ["waiting_for_legal", "closed", "agent", false, true],
    ["closed", "waiting_for_legal", "person", false, false],
    ["open", "open", "agent", false, true],
  ];
  test.each(CASES)("%s -> %s by %s, leased %p: %p", (from, to, who, leased, allowed) => {
    const error = refusal(() => checkWorkTransition({ id: "sa-1", from, to, who, leased }));
    expect(error?.code).toBe(allowed ? undefined : "invalid_transition");
  });

  test("an agent that wants to close its work is told to submit it", () => {
    const bead = { id: "sa-1", from: "in_progress", to: "closed", who: "agent", leased: true } as const;
    expect(refusal(() => checkWorkTransition(bead))?.hint).toContain("gt done");
  });
});

describe("merge request", () => {
  test("state and status say the same", () => {
    for (const state of mergeRequestMachine.states) {
      expect(
        mergeRequestState(mergeRequestStatus(mergeRequestState(mergeRequestStatus(state as "queued")))),
      ).toBe(state as "queued");
    }
    expect(mergeRequestState("deferred")).toBe("rejected");
  });
});

describe("convoy", () => {
  const FACTS = { closed: false, landed: false, staged: false, stranded: false };
  const CASES: readonly [
    statuses: string[],
    facts: Partial<typeof FACTS>,
    state: string,
    complete: boolean,
  ][] = [
    [["open", "closed"], {}, "open", false],
    [["open", "closed"], { staged: true }, "staged", false],
    [["open", "closed"], { stranded: true }, "stranded", false],
    [["closed", "closed"], {}, "open", true],
    [["closed", "failed"], {}, "failed", false],
    [["closed", "failed"], { stranded: true }, "failed", false],
    [["in_review", "failed"], {}, "open", false],
    [[], {}, "open", true],
    [["closed"], { closed: true, landed: true }, "landed", true],
    [["open"], { closed: true }, "closed", false],
  ];
  test.each(CASES)("%j, %j: %s, complete %p", (statuses, facts, state, complete) => {
    const progress = convoyProgress(statuses.map(status => ({ status })));
    expect(convoyState(progress, { ...FACTS, ...facts })).toBe(state as "open");
    expect(isComplete(progress)).toBe(complete);
  });

  test("closed without a merge is told from merged", () => {
    const members = [{ status: "closed", merged: true }, { status: "closed" }, { status: "failed" }];
    expect(convoyProgress(members)).toEqual({ total: 3, merged: 1, unmerged: 1, failed: 1 });
  });
});
