/** Molecules in use: poured at dispatch, followed step by step, kept over crashes, held by gates, ended with their bead. */
import { describe, expect, test } from "bun:test";
import type { Step } from "../../actors/testing/fake-sandboxes.ts";
import type { SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { MoleculeView } from "../../store/schema/views.ts";
import { refusal, withRig } from "./calls.ts";
import { checkEnd } from "./invariants.ts";
import { scriptOf } from "./scripts.ts";
import type { TestTown, TestTownOptions } from "./test-town.ts";

const THREE = `formula = "three"
[vars]
title = { required = true }
issue = {}
[[steps]]
id = "look"
title = "Look at {{title}}"
acceptance = "you know"
description = "Read {{issue}}."
[[steps]]
id = "make"
title = "Make {{title}}"
needs = ["look"]
[[steps]]
id = "submit"
title = "Submit {{title}}"
needs = ["make"]
description = "Run \`gt done\`."
`;

const gated = (gate: string, more = "") => `formula = "gated"
${more}
[[steps]]
id = "make"
title = "Make it"
[[steps]]
id = "publish"
title = "Publish it"
needs = ["make"]
gate = { ${gate} }
`;

type Tell = (step: string) => void;

/** A town whose agents follow the words in `play`: what they do in each attempt, before they submit. */
async function town(
  formulas: Record<string, string>,
  play: (attempt: number, next: Tell, spec: SandboxSpec) => readonly Step[],
  more: Partial<TestTownOptions> = {},
): Promise<TestTown & { errors: unknown[] }> {
  const errors: unknown[] = [];
  const made = await withRig({
    formulas,
    script: town => spec => {
      const usual = scriptOf(town.remote, spec);
      if (spec.job.kind !== "work") return usual;
      const by = `${spec.agent.rig}/${spec.agent.name}`;
      const next: Tell = step => {
        void town.call("moleculeNext", { by, step }).catch((error: unknown) => errors.push(error));
      };
      const [started, working, ...rest] = usual;
      const own = play(spec.job.attempt, next, spec);
      const ends = own.some(step => "die" in step || ("event" in step && step.event.type === "exited"));
      return [started!, working!, ...own, ...(ends ? [] : rest.slice(1))];
    },
    ...more,
  });
  return Object.assign(made, { errors });
}

const does = (next: Tell, ...steps: string[]): Step[] =>
  steps.map(step => ({ after: 1_000, act: () => next(step) }));
const waits: Step = { after: 30 * 24 * 3_600_000, act: () => undefined };

async function slung(town: TestTown, formula: string, more: object = {}): Promise<string> {
  const [id] = await town.file(["a clock"]);
  await town.call("sling", { beads: [id], formula, ...more });
  return id!;
}

const current = async (town: TestTown, bead: string): Promise<string | undefined> =>
  (await town.call("molecule", { bead })).current?.step;

describe("a bead that carries a formula", () => {
  test("has it poured in the commit that dispatches it, once, and is merged when the steps are done", async () => {
    const t = await town({ three: THREE }, (_, next) => does(next, "look", "make"));
    const id = await slung(t, "three");
    const commit = t.rigs
      .get("sample")!
      .commits.find(({ events }) =>
        events.some(event => event.type === "created" && event.id.includes("-mol-")),
      );
    expect(commit?.events.some(event => event.id === id && event.new === "hooked")).toBe(true);
    await t.settle();
    checkEnd(t, [id]);
    expect(t.errors).toEqual([]);
    const molecules = t.all().filter(bead => bead.issue_type === "molecule");
    expect(molecules.map(bead => bead.status)).toEqual(["closed"]);
    const steps = t.all().filter(bead => bead.issue_type === "step");
    expect(steps.map(bead => [bead.title, bead.status])).toEqual([
      ["Look at a clock", "closed"],
      ["Make a clock", "closed"],
      ["Submit a clock", "closed"],
    ]);
    expect((await t.call("view")).counts).toEqual({ closed: 1 });
  });

  test("gastown-cli 3.8: a formula of the town's own reaches the prime, and shows the current step only", async () => {
    const primes: string[] = [];
    const t = await town({ three: THREE }, (_, next, spec) => [
      {
        after: 1_000,
        act: () => void t.call("prime", { by: `sample/${spec.agent.name}` }).then(text => primes.push(text)),
      },
      ...does(next, "look"),
      {
        after: 1_000,
        act: () => void t.call("prime", { by: `sample/${spec.agent.name}` }).then(text => primes.push(text)),
      },
      ...does(next, "make"),
      {
        after: 1_000,
        act: () => void t.call("prime", { by: `sample/${spec.agent.name}` }).then(text => primes.push(text)),
      },
    ]);
    const id = await slung(t, "three");
    await t.settle();
    checkEnd(t, [id]);
    const [first, second, third] = primes;
    expect(first).toContain("step 1 of 3: look");
    expect(first).toContain("| Look at a clock");
    expect(first).toContain("| you know");
    expect(first).toContain(`| Read ${id}.`);
    expect(first).not.toContain("Make a clock");
    expect(first).not.toContain("Submit a clock");
    expect(second).toContain("step 2 of 3: make");
    expect(second).not.toContain("| Look at a clock");
    expect(third).toContain("step 3 of 3: submit");
    expect(t.sandboxes.runs[0]?.spec.job).toMatchObject({
      prompt: expect.stringContaining("step 1 of 3: look"),
    });
  });

  test("is refused at once when the formula is unknown, makes no steps, or lacks a value", async () => {
    const t = await town(
      {
        needs: `formula = "needs"\n[vars]\nwho = { required = true }\n[[steps]]\nid = "a"\ntitle = "{{who}}"\n`,
        bad: "formula = 3",
      },
      () => [],
    );
    const [id] = await t.file(["plain"]);
    for (const [args, code] of [
      [{ formula: "nowhere" }, "not_found"],
      [{ formula: "needs" }, "invalid_argument"],
      [{ formula: "needs", vars: { who: "x", other: "y" } }, "invalid_argument"],
      [{ formula: "bad" }, "invalid_argument"],
      [{ vars: { a: "b" } }, "invalid_argument"],
    ] as const) {
      expect(await refusal(t.call("sling", { beads: [id], ...args }))).toMatchObject({
        code,
        hint: expect.anything(),
      });
    }
    expect((await t.get(id!)).labels).toBeUndefined();
    await t.call("sling", { beads: [id], formula: "needs", vars: { who: "x" } });
  });

  test("the rig's own formula is followed unless it is slung without", async () => {
    const t = await town({ three: THREE }, () => []);
    await t.call("updateRig", { rig: "sample", settings: { formula: "three" } });
    const [a, b] = await t.file(["plain a", "plain b"]);
    await t.call("sling", { beads: [b], formula: null });
    await t.call("sling", { beads: [a] });
    expect(t.all().filter(bead => bead.issue_type === "molecule").length).toBe(1);
    expect((await t.call("molecule", { bead: a })).formula).toBe("three");
    expect((await refusal(t.call("molecule", { bead: b }))).code).toBe("precondition_failed");
  });

  test("a title with braces and markers is material and changes no step", async () => {
    const t = await town({ three: THREE }, () => [waits]);
    const [id] = await t.file(["{{issue}} \n[[steps]] $x"]);
    await t.call("sling", { beads: [id], formula: "three" });
    const view = await t.call("molecule", { bead: id });
    expect(view.total).toBe(3);
    expect(view.current?.title).toContain("{{issue}}");
  });
});

describe("moving on", () => {
  test("is idempotent by step, and refuses what is out of order, foreign, or another agent's", async () => {
    const t = await town({ three: THREE }, () => [waits]);
    const id = await slung(t, "three");
    const other = await slung(t, "three");
    await t.host.advance(5_000);
    const by = (await t.get(id)).assignee!;
    const call = (step: string, more: object = {}) => t.call("moleculeNext", { by, step, ...more });
    const foreign = (await t.call("molecule", { bead: other })).current!.id;
    for (const [step, code] of [
      ["make", "precondition_failed"],
      ["submit", "precondition_failed"],
      ["nonsense", "invalid_argument"],
      ["../../etc", "invalid_argument"],
      [foreign, "invalid_argument"],
    ] as const) {
      expect(await refusal(call(step))).toMatchObject({ code, hint: expect.stringContaining("look") });
    }
    expect((await refusal(call("look", { bead: other }))).code).toBe("forbidden");
    expect((await refusal(t.call("moleculeNext", { by: "sample/nobody", step: "look" }))).code).toBe(
      "precondition_failed",
    );
    expect(await call("look")).toMatchObject({
      repeated: false,
      closed: "look",
      molecule: { completed: 1, total: 3 },
    });
    const commits = t.commits;
    expect(await call("look")).toMatchObject({ repeated: true, molecule: { current: { step: "make" } } });
    expect(t.commits).toBe(commits);
    const bead = (await t.call("molecule", { bead: id })).current!.id;
    expect(await call(bead)).toMatchObject({ closed: "make" });
  });

  test("gastown-cloud 6.15: a molecule that is made over the API has its steps", async () => {
    const t = await town({ three: THREE }, () => [waits]);
    const id = await slung(t, "three");
    expect(await t.call("molecule", { bead: id })).toMatchObject({
      total: 3,
      completed: 0,
      steps: [{}, {}, {}],
    });
  });

  test("done before the last step is refused with what remains, unless the formula lets it be forced", async () => {
    const early = THREE.replace('"three"', '"early"\nearly_done = true');
    const t = await town({ three: THREE, early }, () => [waits]);
    const strict = await slung(t, "three");
    const loose = await slung(t, "early");
    await t.host.advance(5_000);
    const check = async (bead: string, force = false) =>
      t.call("mayBeDone", { by: (await t.get(bead)).assignee!, force });
    for (const [bead, force] of [
      [strict, false],
      [strict, true],
      [loose, false],
    ] as const) {
      const error = await refusal(check(bead, force));
      expect(error).toMatchObject({
        code: "precondition_failed",
        data: { remaining: ["look", "make", "submit"] },
      });
    }
    expect(await check(loose, true)).toMatchObject({ force: true });
    const by = (await t.get(strict)).assignee!;
    await t.call("moleculeNext", { by, step: "look" });
    await t.call("moleculeNext", { by, step: "make" });
    expect(await check(strict)).toMatchObject({ may: true, remaining: ["submit"] });
  });

  test("an agent that submits all the same has not got through, and its successor goes on where it was", async () => {
    const t = await town({ three: THREE }, (attempt, next) =>
      attempt === 1 ? does(next, "look") : does(next, "make"),
    );
    const id = await slung(t, "three");
    await t.settle();
    checkEnd(t, [id]);
    const bead = await t.get(id);
    expect(bead.metadata?.work).toMatchObject({
      attempt: 2,
      attempts: [{ outcome: "failed" }, { outcome: "merged" }],
    });
    expect(bead.comments?.some(({ text }) => text.includes("make, submit"))).toBe(true);
  });

  test("a step that cannot be done ends the attempt; the next one begins at that step, and knows why", async () => {
    const prompts: string[] = [];
    const t = await town({ three: THREE }, (attempt, next, spec) => {
      if (spec.job.kind === "work") prompts.push(spec.job.prompt);
      if (attempt > 1) return does(next, "look", "make");
      const by = `sample/${spec.agent.name}`;
      return [
        { after: 100, act: () => void t.call("moleculeFail", { by, step: "look", reason: "no such file" }) },
        waits,
      ];
    });
    const id = await slung(t, "three");
    await t.settle(48);
    checkEnd(t, [id]);
    expect(prompts[1]).toContain("step 1 of 3: look");
    expect(prompts[1]).toContain("no such file");
  });
});

describe("a crash", () => {
  test("of the sandbox: the new run of the attempt begins at the step that was reached", async () => {
    const prompts: string[] = [];
    const t = await town({ three: THREE }, (_, next, spec) => {
      if (spec.job.kind === "work") prompts.push(spec.job.prompt);
      return spec.generation === 1
        ? [...does(next, "look"), { after: 1_000, die: true }]
        : does(next, "make");
    });
    const id = await slung(t, "three");
    await t.settle();
    checkEnd(t, [id]);
    expect(t.errors).toEqual([]);
    expect(prompts.map(text => /step (\d) of 3/.exec(text)?.[1])).toEqual(["1", "2"]);
  });

  test("of the agent: the next attempt begins at the step that was reached", async () => {
    const prompts: string[] = [];
    const t = await town({ three: THREE }, (attempt, next, spec) => {
      if (spec.job.kind === "work") prompts.push(spec.job.prompt);
      if (attempt === 2) return does(next, "make");
      const exited: Step = {
        after: 1_000,
        event: { type: "exited", ok: false, code: 1, signal: null, reason: "exit code 1", tail: "" },
      };
      return [...does(next, "look"), exited];
    });
    const id = await slung(t, "three");
    await t.settle();
    checkEnd(t, [id]);
    expect(t.errors).toEqual([]);
    expect(prompts.map(text => /step (\d) of 3/.exec(text)?.[1])).toEqual(["1", "2"]);
    expect(t.all().filter(bead => bead.issue_type === "molecule").length).toBe(1);
  });

  test("of the host, at any moment: steps are done once, and nothing is poured twice", async () => {
    for (const at of [10, 900, 1_050, 2_050, 2_500]) {
      const t = await town({ three: THREE }, (_, next) => does(next, "look", "look", "make"));
      const id = await slung(t, "three");
      await t.host.advance(at);
      await t.restart();
      // A call that was lost with the host is made again by the agent.
      for (const step of ["look", "make"]) {
        const by = (await t.get(id)).assignee;
        if (by !== undefined) await t.call("moleculeNext", { by, step }).catch(() => undefined);
      }
      await t.settle(48);
      checkEnd(t, [id]);
      expect(
        t
          .all()
          .filter(bead => bead.issue_type === "molecule")
          .map(bead => bead.status),
      ).toEqual(["closed"]);
      expect(t.all().filter(bead => bead.issue_type === "step").length).toBe(3);
    }
  });
});

describe("gates", () => {
  const play = (attempt: number, next: Tell) =>
    attempt === 1 ? [...does(next, "make"), waits] : does(next, "publish");

  test("a timer opens by the town's own clock, counted from when something waits for it; nobody is kept busy", async () => {
    const t = await town({ gated: gated('type = "timer", timeout = "2h"') }, play);
    const id = await slung(t, "gated");
    await t.host.advance(10_000);
    expect((await t.call("molecule", { bead: id })).state).toBe("waiting");
    expect(t.sandboxes.live).toEqual([]);
    expect(await t.get(id)).toMatchObject({ status: "open", metadata: { work: { tries: 0 } } });
    const [gate] = await t.call("gates");
    expect(gate).toMatchObject({ type: "timer", state: "waiting", bead: id });
    await t.host.advance(7_100_000);
    expect(t.sandboxes.runs.length).toBe(1);
    await t.settle();
    checkEnd(t, [id]);
  });

  const ghTown = async (gate: string) => {
    const t = await town({ gated: gated(gate) }, play);
    await t.call("updateRig", { rig: "sample", settings: { forge_repo: "o/r" } });
    return t;
  };

  test("a workflow run is looked at until it has succeeded, also when the forge is away for a while", async () => {
    const t = await ghTown('type = "gh:run", id = "77"');
    t.forge.facts.set("run 77", { kind: "run", status: "in_progress", conclusion: "" });
    t.forge.failures.push(new AppError("remote_unreachable", "away", { retryable: true }));
    const id = await slung(t, "gated");
    await t.host.advance(300_000);
    expect((await t.call("gates"))[0]).toMatchObject({ type: "gh:run", state: "waiting", bead: id });
    const before = t.forge.asked.filter(method => method === "fact").length;
    expect(before).toBeGreaterThan(1);
    await t.host.advance(3_600_000);
    // Rarer the longer it takes: every minute would be 60.
    expect(t.forge.asked.filter(method => method === "fact").length).toBeLessThan(before + 30);
    t.forge.facts.set("run 77", { kind: "run", status: "completed", conclusion: "success" });
    await t.settle();
    checkEnd(t, [id]);
    expect((await t.get(id)).status).toBe("closed");
  });

  test("a run that failed is escalated with its end and asked about no more; a pull request opens when it is merged", async () => {
    const t = await ghTown('type = "gh:run", id = "77"');
    t.forge.facts.set("run 77", { kind: "run", status: "completed", conclusion: "failure" });
    await slung(t, "gated");
    await t.host.advance(60_000);
    expect((await t.call("gates"))[0]).toMatchObject({
      state: "escalated",
      reason: "workflow run ended with failure",
    });
    const asked = t.forge.asked.length;
    await t.host.advance(3_600_000);
    expect(t.forge.asked.length).toBe(asked);

    const p = await ghTown('type = "gh:pr", id = "https://github.com/o/r/pull/12"');
    p.forge.facts.set("pr 12", { kind: "pr", state: "OPEN" });
    const id = await slung(p, "gated");
    await p.host.advance(300_000);
    expect((await p.call("gates"))[0]).toMatchObject({ state: "waiting" });
    p.forge.facts.set("pr 12", { kind: "pr", state: "MERGED" });
    await p.settle();
    checkEnd(p, [id]);
  });

  test("a person's gate waits, is on the list of what needs a person, and opens by approval; twice is once", async () => {
    const t = await town({ gated: gated('type = "human"') }, play);
    const id = await slung(t, "gated");
    await t.settle(100);
    const commits = t.commits;
    await t.settle(100);
    expect(t.commits).toBe(commits);
    const [gate] = await t.call("gates");
    expect(gate).toMatchObject({ type: "human", state: "waiting", bead: id });
    expect((await refusal(t.call("approveGate", { by: "sample/toast", id: gate!.id }))).code).toBe(
      "forbidden",
    );
    expect((await refusal(t.call("approveGate", { id }))).code).toBe("invalid_argument");
    expect(await t.call("approveGate", { id: gate!.id, reason: "looks good" })).toMatchObject({
      state: "released",
    });
    await t.call("approveGate", { id: gate!.id });
    await t.settle();
    checkEnd(t, [id]);
    expect((await t.get(gate!.id)).close_reason).toContain("looks good");
  });

  test("a rejected gate fails the bead with the reason; reopened, the work begins anew", async () => {
    const t = await town({ gated: gated('type = "human"') }, play);
    const id = await slung(t, "gated");
    await t.settle(1);
    const [gate] = await t.call("gates");
    await t.call("rejectGate", { id: gate!.id, reason: "not this year" });
    await t.settle(1);
    const failed = await t.get(id);
    expect(failed).toMatchObject({
      status: "failed",
      metadata: { work: { last_failure: { kind: "rejected" } } },
    });
    expect(JSON.stringify(failed.metadata)).toContain("not this year");
    expect(
      t
        .all()
        .filter(bead => bead.issue_type === "molecule")
        .map(bead => bead.status),
    ).toEqual(["failed"]);
    expect((await refusal(t.call("approveGate", { id: gate!.id }))).code).toBe("invalid_transition");
    await t.call("reopenBead", { id });
    expect(t.all().filter(bead => ["molecule", "step", "gate"].includes(bead.issue_type))).toEqual([]);
    await t.call("sling", { beads: [id] });
    expect(await current(t, id)).toBe("make");
  });

  test("a gate that nobody opens in time is escalated once, and can still be opened", async () => {
    const t = await town({ gated: gated('type = "human", timeout = "72h"') }, play);
    const id = await slung(t, "gated");
    await t.host.advance(73 * 3_600_000);
    const escalations = () => t.all().filter(bead => bead.issue_type === "escalation");
    expect(escalations().length).toBe(1);
    expect(escalations()[0]).toMatchObject({ metadata: { escalation: { category: "gate_timeout" } } });
    const [gate] = await t.call("gates");
    expect(gate?.state).toBe("escalated");
    await t.call("approveGate", { id: gate!.id });
    await t.settle();
    checkEnd(t, [id]);
    expect(escalations().length).toBe(1);
  });

  test("a gate on the first step holds the bead back before anybody is started", async () => {
    const text = `formula = "first"\n[[steps]]\nid = "a"\ntitle = "A"\ngate = { type = "human" }\n`;
    const t = await town({ first: text }, () => []);
    const id = await slung(t, "first");
    await t.settle(1);
    expect(t.sandboxes.runs).toEqual([]);
    const [gate] = await t.call("gates");
    await t.call("approveGate", { id: gate!.id });
    await t.settle();
    checkEnd(t, [id]);
  });

  test("an answer by mail opens a gate: whoever is named is asked when its turn has come, and not before", async () => {
    const t = await town({ gated: gated('type = "mail", id = "ada"') }, play);
    const id = await slung(t, "gated");
    const letters = () => t.all().filter(bead => bead.issue_type === "message");
    expect(letters()).toEqual([]);
    await t.settle(1);
    const [letter, ...more] = letters();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ assignee: "ada", sender: "town" });
    expect((await t.call("molecule", { bead: id })).state).toBe("waiting");
    await t.call("replyMail", { id: letter!.id, body: "go ahead" });
    await t.settle();
    expect((await t.get(id)).status).toBe("closed");
    const gate = t.all().find(bead => bead.issue_type === "gate");
    expect(gate?.close_reason).toBe("ada answers: go ahead");
  });

  test("what nobody here can watch is escalated with the remedy rather than waited for in silence", async () => {
    const t = await town({ gated: gated('type = "gh:run", id = "ci.yml"') }, play);
    await slung(t, "gated");
    await t.settle(1);
    const [escalation] = t.all().filter(bead => bead.issue_type === "escalation");
    expect(escalation?.description).toContain("gt gate approve");
  });
});

describe("the end", () => {
  test("a bead that a person closes ends its molecule; one that is deleted takes it along", async () => {
    const t = await town({ three: THREE }, () => [waits]);
    const closed = await slung(t, "three");
    const gone = await slung(t, "three");
    await t.host.advance(2_000);
    await t.call("closeBead", { id: closed });
    await t.call("unsling", { beads: [gone] });
    await t.call("deleteBead", { id: gone });
    await t.host.advance(2_000);
    const left = t.all().filter(bead => ["molecule", "step"].includes(bead.issue_type));
    expect(left.length).toBe(4);
    expect(new Set(left.map(bead => bead.status))).toEqual(new Set(["closed"]));
  });

  test("resetting the agent burns the molecule: the work begins anew", async () => {
    const t = await town({ three: THREE }, (attempt, next) =>
      attempt === 1 ? [...does(next, "look"), waits] : does(next, "look", "make"),
    );
    const id = await slung(t, "three");
    await t.host.advance(3_000);
    expect(await current(t, id)).toBe("make");
    await t.call("agentReset", { agent: (await t.get(id)).assignee });
    await t.settle();
    checkEnd(t, [id]);
    expect(t.errors).toEqual([]);
    expect(t.all().filter(bead => bead.issue_type === "step").length).toBe(3);
  });

  test("slung anew with another formula, the old steps go", async () => {
    const t = await town({ three: THREE }, () => [waits]);
    const id = await slung(t, "three");
    await t.host.advance(2_000);
    await t.call("unsling", { beads: [id] });
    await t.settle(1);
    await t.call("sling", { beads: [id], formula: "bugfix" });
    const view: MoleculeView = await t.call("molecule", { bead: id });
    expect(view.formula).toBe("bugfix");
    expect(t.all().filter(bead => bead.issue_type === "molecule").length).toBe(1);
  });
});
