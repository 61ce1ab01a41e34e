/** Batch, then bisect: several merge requests in one run, on real repositories. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { MergeMember } from "../../agent-sandbox/protocol/spec.ts";
import { describeWith } from "../helpers/needs.ts";
import { makeTown, type SandboxProcess, type Town } from "./town.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

/** Counts its runs in the home, so that a test can see how often it ran. */
const gate = (name: string, command: string) => ({
  name,
  command: `echo x >> "$HOME/ran"; ${command}`,
  timeout_s: 60,
});

function member(n: number, files: Record<string, string>): MergeMember {
  const branch = `polecat/p${n}/gt-${n}`;
  // Each starts from the target, not from the one before.
  town.git(join(town.root, "person"), "checkout", "-q", "main");
  return {
    merge_request: `mr-${n}`,
    bead: { id: `gt-${n}`, title: `Bead ${n}` },
    branch,
    head: town.push(branch, files),
    message: `Merge gt-${n}`,
  };
}

async function run(members: readonly MergeMember[], more: object = {}): Promise<SandboxProcess> {
  const [lead, ...others] = members;
  return await town.start(town.mergeSpec({ ...lead, members: others, ...more }));
}

type Result = Extract<SandboxEvent, { type: "merge_result" }>;

async function resultsOf(process: SandboxProcess): Promise<Record<string, Result["result"]>> {
  await process.event("exited");
  const results = process.events().filter(event => event.type === "merge_result");
  // One each, and only the last one says that no more come.
  expect(results.map(event => event.more ?? false)).toEqual(results.map((_, i) => i < results.length - 1));
  return Object.fromEntries(results.map(event => [event.merge_request ?? "lead", event.result]));
}

const gateRuns = (process: SandboxProcess) =>
  readFileSync(join(process.spec.home, "ran"), "utf8").trim().split("\n").length;

describeWith("isolation", "batch", () => {
  test("several are stacked, tested once on the stacked result and pushed once", async () => {
    town = makeTown();
    const members = [1, 2, 3].map(n => member(n, { [`f${n}.txt`]: "x\n" }));
    const process = await run(members, {
      gates: [gate("all", "test -f f1.txt && test -f f2.txt && test -f f3.txt")],
    });
    const results = await resultsOf(process);
    expect(Object.values(results).map(result => result.kind)).toEqual(["merged", "merged", "merged"]);
    expect(gateRuns(process)).toBe(1);
    expect(process.events().filter(event => event.type === "publishing")).toHaveLength(1);
    const log = town.git(town.remote, "log", "--first-parent", "--format=%s", "main").split("\n");
    expect(log).toEqual(["Merge gt-3", "Merge gt-2", "Merge gt-1", "first"]);
    const commits = Object.values(results).map(result => (result.kind === "merged" ? result.commit : ""));
    for (const [i, commit] of commits.entries()) {
      expect(town.git(town.remote, "log", "-1", "--format=%s", commit)).toBe(`Merge gt-${i + 1}`);
    }
  });

  test("a failing gate is bisected to the one culprit; the others are merged", async () => {
    town = makeTown();
    const members = [1, 2, 3, 4, 5].map(n => member(n, { [`f${n}.txt`]: n === 4 ? "bad\n" : "x\n" }));
    const process = await run(members, { gates: [gate("good", "! grep -q bad f*.txt")] });
    const results = await resultsOf(process);
    expect(results["mr-4"]).toMatchObject({ kind: "gate_failed", gate: "good" });
    const merged = Object.entries(results).filter(([, result]) => result.kind === "merged");
    expect(merged.map(([id]) => id).sort()).toEqual(["lead", "mr-2", "mr-3", "mr-5"]);
    expect(town.git(town.remote, "show", "main:f5.txt")).toBe("x");
    expect(() => town.git(town.remote, "show", "main:f4.txt")).toThrow();
    expect(await process.event("exited")).toMatchObject({ ok: true });
  });

  test.each([
    ["the first", [1]],
    ["the last", [4]],
    ["one in the middle", [2]],
    ["two that have nothing to do with each other", [1, 4]],
    ["two side by side", [2, 3]],
    ["all but one", [1, 2, 4]],
    ["all", [1, 2, 3, 4]],
  ])(
    "cli 6.1: %s of a batch is bad: exactly that is turned down, and the rest is merged",
    async (_name, bad) => {
      town = makeTown();
      const members = [1, 2, 3, 4].map(n => member(n, { [`f${n}.txt`]: bad.includes(n) ? "bad\n" : "x\n" }));
      const process = await run(members, { gates: [gate("good", "! grep -q bad f*.txt")] });
      const results = await resultsOf(process);
      const kinds = members.map(({ merge_request }, i) => results[i === 0 ? "lead" : merge_request]?.kind);
      expect(kinds).toEqual([1, 2, 3, 4].map(n => (bad.includes(n) ? "gate_failed" : "merged")));
      const files = town.git(town.remote, "ls-tree", "--name-only", "main").split("\n");
      expect(files).toEqual([
        "README.md",
        ...[1, 2, 3, 4].filter(n => !bad.includes(n)).map(n => `f${n}.txt`),
      ]);
    },
  );

  test("two that fail only together: the later one is the culprit, and the same tree is not tested twice", async () => {
    town = makeTown();
    const members = [member(1, { "a.txt": "a\n" }), member(2, { "b.txt": "b\n" })];
    const process = await run(members, {
      gates: [gate("never both", "! { test -f a.txt && test -f b.txt; }")],
    });
    const results = await resultsOf(process);
    expect(results.lead).toMatchObject({ kind: "merged" });
    expect(results["mr-2"]).toMatchObject({ kind: "gate_failed", gate: "never both" });
    // Both together, then the first alone; the first with the second is the tree that failed already.
    expect(gateRuns(process)).toBe(2);
  });

  test("a flaky gate is run again before anybody is blamed", async () => {
    town = makeTown();
    const members = [1, 2].map(n => member(n, { [`f${n}.txt`]: "x\n" }));
    const flaky = gate("flaky", 'test "$(wc -l < "$HOME/ran")" -gt 1');
    const process = await run(members, { gates: [flaky], flaky_retries: 1 });
    const results = await resultsOf(process);
    expect(Object.values(results).map(result => result.kind)).toEqual(["merged", "merged"]);
    const gates = process.events().filter(event => event.type === "gate");
    expect(gates.map(event => [event.ok, event.retry ?? 0])).toEqual([
      [false, 0],
      [true, 1],
    ]);
    expect(gates[0]?.merge_requests).toEqual(["mr-1", "mr-2"]);
  });

  test("a conflict with another of the batch drops that one out and not the batch; a conflict with the target is one", async () => {
    town = makeTown({ "shared.txt": "one\n" });
    const members = [
      member(1, { "mine.txt": "1\n" }),
      member(2, { "mine.txt": "2\n" }),
      member(3, { "other.txt": "3\n" }),
    ];
    const process = await run(members);
    const results = await resultsOf(process);
    expect(results.lead?.kind).toBe("merged");
    expect(results["mr-2"]).toMatchObject({ kind: "dropped" });
    expect(JSON.stringify(results["mr-2"])).toContain("gt-1");
    expect(results["mr-3"]?.kind).toBe("merged");
    const again = await run(members.slice(1, 2));
    expect((await resultsOf(again)).lead).toMatchObject({ kind: "conflict", files: ["mine.txt"] });
  });

  test("after a crash between push and report, each member is recognised by its own merge commit; nothing is merged twice", async () => {
    town = makeTown();
    const members = [1, 2].map(n => member(n, { [`f${n}.txt`]: "x\n" }));
    const first = await resultsOf(await run(members));
    const tip = town.git(town.remote, "rev-parse", "main");
    const second = await resultsOf(await run(members, { gates: [gate("never", "false")] }));
    expect(town.git(town.remote, "rev-parse", "main")).toBe(tip);
    for (const [id, result] of Object.entries(first)) {
      expect(second[id]).toEqual({
        ...(result.kind === "merged" ? result : { kind: "merged", commit: "" }),
        already: true,
      });
    }
  });

  test("a branch that is gone is the fault of that one alone", async () => {
    town = makeTown();
    const members = [member(1, { "a.txt": "a\n" }), member(2, { "b.txt": "b\n" })];
    const lost = members.map((one, i) =>
      i === 0 ? { ...one, branch: "polecat/p1/gone", head: "1".repeat(40) } : one,
    );
    const results = await resultsOf(await run(lost));
    expect(results.lead).toMatchObject({ kind: "error", code: "not_found" });
    expect(results["mr-2"]?.kind).toBe("merged");
  });

  test("local: the target of the rig's own repository moves, and the remote is not touched", async () => {
    town = makeTown();
    const members = [1, 2].map(n => member(n, { [`f${n}.txt`]: "x\n" }));
    town.git(town.repo, "fetch", "-q", "origin");
    const before = town.git(town.remote, "rev-parse", "main");
    town.git(town.repo, "remote", "set-url", "origin", join(town.root, "away.git"));
    const results = await resultsOf(await run(members, { publish: "local" }));
    expect(Object.values(results).map(result => result.kind)).toEqual(["merged", "merged"]);
    expect(town.git(town.remote, "rev-parse", "main")).toBe(before);
    expect(town.git(town.repo, "log", "--format=%s", "--first-parent", "-2", "main")).toBe(
      "Merge gt-2\nMerge gt-1",
    );
  });

  test("gates that passed on exactly this merge result are not run again, and on any other they are", async () => {
    town = makeTown();
    const base = town.git(town.remote, "rev-parse", "main");
    const one = member(1, { "a.txt": "a\n" });
    const gates = [gate("test", "true")];
    const key = JSON.stringify(gates.map(({ name, command, timeout_s }) => [name, command, timeout_s]));
    const tree = town.git(town.remote, "rev-parse", `${one.head}^{tree}`);
    const verified = { base, head: one.head, tree, gates: key };
    const stale = { ...verified, base: "0".repeat(40) };
    const tested = await run([{ ...one, verified: stale }], { gates, publish: "none" });
    expect(await resultsOf(tested)).toMatchObject({ lead: { kind: "tested" } });
    expect(tested.events().filter(event => event.type === "gate")).toHaveLength(1);
    const skipped = await run([{ ...one, verified }], { gates });
    expect(await resultsOf(skipped)).toMatchObject({ lead: { kind: "merged" } });
    expect(skipped.events().filter(event => event.type === "gate")).toHaveLength(0);
  });
});
