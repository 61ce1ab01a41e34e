/** Gates before a submission: on real repositories, in the isolation, and what the merge makes of it. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { makeTown, type SandboxProcess, type Town } from "./town.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

const shell = (script: string) => ({ kind: "pty" as const, command: ["bash", "-c", script] });

/** Counts its runs in the home, so that a test can see how often it ran. */
const gate = (command: string) => ({
  name: "test",
  command: `echo x >> "$HOME/ran"; ${command}`,
  timeout_s: 60,
});

const work = (command: string, script: string, more: { flaky_retries?: number; target?: string } = {}) => {
  const { flaky_retries = 0, ...job } = more;
  return town.start(
    town.workSpec({ verify: { gates: [gate(command)], flaky_retries }, ...job }, { driver: shell(script) }),
  );
};

const submittedBy = (run: SandboxProcess) => run.events().filter(event => event.type === "submitted");

const gateRuns = (run: SandboxProcess) =>
  readFileSync(join(run.spec.home, "ran"), "utf8").trim().split("\n").length;

const COMMIT = "git add -A; git commit -qm work;";

describeWith("isolation", "gates before a submission", () => {
  test("a failing gate refuses gt done with its output and pushes nothing; repaired work is submitted as verified", async () => {
    town = makeTown();
    const run = await work(
      "cat a.txt; grep -q good a.txt",
      `echo so-bad > a.txt; ${COMMIT} gt done; echo "first $?"
       echo good > a.txt; ${COMMIT} gt done; echo "second $?"
       gt done; echo "third $?"`,
    );
    expect(await run.event("exited")).toMatchObject({ ok: true, reason: "submitted" });
    const said = run.recording();
    for (const word of [
      "first 1",
      "The gate test fails on polecat/toast/gt-1",
      "so-bad",
      "second 0",
      "third 0",
    ])
      expect(said).toContain(word);
    const submitted = submittedBy(run);
    expect(submitted).toHaveLength(1);
    const [event] = submitted;
    expect(event?.commits).toBe(2);
    const base = town.git(town.remote, "rev-parse", "main");
    const tree = town.git(town.repo, "rev-parse", `${event?.head}^{tree}`);
    expect(event?.verified).toMatchObject({ base, head: event?.head, tree });
    expect(gateRuns(run)).toBe(2);
    expect(existsSync(`${run.spec.job.worktree}.verify`)).toBe(false);

    // The merge trusts it for this very result, and for no other.
    const job = { head: event?.head ?? "", gates: [gate("cat a.txt; grep -q good a.txt")] };
    const verified = event?.verified;
    const merge = await town.start(town.mergeSpec({ ...job, ...(verified && { verified }) }));
    expect(await merge.event("merge_result")).toMatchObject({ result: { kind: "merged" } });
    expect(merge.events().some(one => one.type === "gate")).toBe(false);
  });

  test("what is tested is the merge onto the present target; when that has moved since, the merge runs the gates again", async () => {
    town = makeTown();
    // The target moves after the work began: the gate passes only with both.
    const first = await town.start(
      town.workSpec(
        { verify: { gates: [gate("test -f mine.txt && test -f theirs.txt")], flaky_retries: 0 } },
        {
          driver: shell(
            `while ! test -e "$HOME/go"; do sleep 0.05; done; echo m > mine.txt; ${COMMIT} gt done`,
          ),
        },
      ),
    );
    await first.event("started");
    const moved = town.push("main", { "theirs.txt": "t\n" });
    await Bun.write(join(first.spec.home, "go"), "");
    expect(await first.event("exited")).toMatchObject({ ok: true, reason: "submitted" });
    const [event] = submittedBy(first);
    expect(event?.verified).toMatchObject({ base: moved, head: event?.head });
    expect(event?.verified?.tree).not.toBe(town.git(town.repo, "rev-parse", `${event?.head}^{tree}`));

    town.push("main", { "more.txt": "more\n" });
    const verified = event?.verified;
    const gates = [gate("test -f mine.txt && test -f theirs.txt")];
    const merge = await town.start(
      town.mergeSpec({ head: event?.head ?? "", gates, ...(verified && { verified }) }),
    );
    expect(await merge.event("merge_result")).toMatchObject({ result: { kind: "merged" } });
    expect(merge.events().filter(one => one.type === "gate")).toHaveLength(1);
  });

  test("work that conflicts with the target is submitted unverified, for the merge to deal with", async () => {
    town = makeTown({ "a.txt": "one\n" });
    const run = await work(
      "true",
      `while ! test -e "$HOME/go"; do sleep 0.05; done; echo mine > a.txt; ${COMMIT} gt done`,
    );
    await run.event("started");
    town.push("main", { "a.txt": "theirs\n" });
    await Bun.write(join(run.spec.home, "go"), "");
    expect(await run.event("exited")).toMatchObject({ ok: true, reason: "submitted" });
    expect(submittedBy(run).map(event => event.verified)).toEqual([undefined]);
    expect(existsSync(join(run.spec.home, "ran"))).toBe(false);
  });

  test("the agent goes on while gates run, and cannot reach what they test", async () => {
    town = makeTown();
    const run = await work(
      'for i in 1 2 3 4 5 6 7 8 9 10; do test -e "$HOME/tried" && break; sleep 0.3; done; test -e "$HOME/tried" && ! test -e planted',
      `echo a > a.txt; ${COMMIT} gt done &
       while ! test -e "$HOME/ran"; do sleep 0.05; done
       echo x > "$PWD.verify/planted" && echo PLANTED || echo "kept out"
       touch "$HOME/tried"; wait $!; echo "done $?"`,
    );
    expect(await run.event("exited")).toMatchObject({ ok: true, reason: "submitted" });
    const said = run.recording();
    expect(said).toContain("kept out");
    expect(said).not.toContain("PLANTED");
    expect(said).toContain("done 0");
    expect(submittedBy(run)[0]?.verified).toBeDefined();
  });

  test("an agent that ends without gt done is submitted for only when the gates pass; a flaky one is run again", async () => {
    town = makeTown();
    const flaky = await work('test "$(wc -l < "$HOME/ran")" -gt 1', `echo a > a.txt; ${COMMIT}`, {
      flaky_retries: 1,
    });
    expect(await flaky.event("exited")).toMatchObject({ ok: true, reason: "submitted" });
    expect(gateRuns(flaky)).toBe(2);
    const red = await town.start(
      town.workSpec(
        {
          bead: { id: "gt-2", title: "t", description: "" },
          verify: { gates: [gate("echo the reason; false")], flaky_retries: 0 },
        },
        { driver: shell(`echo b > b.txt; ${COMMIT}`) },
      ),
    );
    const exited = await red.event("exited");
    expect(exited).toMatchObject({ ok: false, error_code: "precondition_failed" });
    expect(exited.reason).toContain("the reason");
    expect(submittedBy(red)).toHaveLength(0);
    expect(town.git(town.remote, "branch", "--list", "polecat/toast/gt-2")).toBe("");
  });
});
