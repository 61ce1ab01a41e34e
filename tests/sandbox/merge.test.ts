import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { makeTown, type Town, until } from "./town.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

const gate = (name: string, command: string, timeout_s = 60) => ({ name, command, timeout_s });

describeWith("isolation", "merge job", () => {
  test("merges with a merge commit, runs the gates on the result, publishes", async () => {
    town = makeTown();
    const head = town.push("polecat/toast/gt-1", { "a.txt": "a\n" });
    const main = town.push("main", { "b.txt": "b\n" });
    const run = await town.start(
      town.mergeSpec({
        head,
        gates: [
          gate("both", "test -f a.txt && test -f b.txt && echo both are here"),
          // A gate leaves a process and dirt behind; the next one meets neither.
          gate("dirt", "echo x > litter.txt; echo changed > a.txt; (trap '' TERM HUP; sleep 300) & true"),
          gate("clean", 'test -z "$(git status --porcelain)" && test "$(cat a.txt)" = a'),
        ],
      }),
    );
    const { result } = await run.event("merge_result");
    expect(result).toMatchObject({ kind: "merged", already: false });
    const commit = result.kind === "merged" ? result.commit : "";
    expect(town.git(town.remote, "rev-parse", "main")).toBe(commit);
    expect(town.git(town.remote, "log", "-1", "--format=%P|%s|%an", commit)).toBe(
      `${main} ${head}|Merge gt-1: A bead|refinery`,
    );
    const gates = run.events().filter(event => event.type === "gate");
    expect(gates.map(event => [event.name, event.ok])).toEqual([
      ["both", true],
      ["dirt", true],
      ["clean", true],
    ]);
    expect(gates[0]?.output).toBe("both are here");
    expect(run.events().map(event => event.type)).toContain("publishing");
    expect(await run.event("exited")).toMatchObject({ ok: true });
  });

  test("answers what is merged already with the commit that did it", async () => {
    town = makeTown();
    const head = town.push("polecat/toast/gt-1", { "a.txt": "a\n" });
    const first = await town.start(town.mergeSpec({ head }));
    const { result } = await first.event("merge_result");
    town.push("main", { "later.txt": "later\n" });
    const second = await town.start(town.mergeSpec({ head, gates: [gate("never", "false")] }));
    expect((await second.event("merge_result")).result).toEqual({
      kind: "merged",
      commit: result.kind === "merged" ? result.commit : "",
      already: true,
    });
  });

  test("tells the files of a conflict and changes nothing", async () => {
    town = makeTown({ "a.txt": "one\n" });
    const head = town.push("polecat/toast/gt-1", { "a.txt": "theirs\n" });
    const main = town.push("main", { "a.txt": "ours\n" });
    const run = await town.start(town.mergeSpec({ head }));
    const { result } = await run.event("merge_result");
    expect(result).toMatchObject({ kind: "conflict", files: ["a.txt"] });
    expect(town.git(town.remote, "rev-parse", "main")).toBe(main);
    expect(await run.event("exited")).toMatchObject({ ok: true });
  });

  test("a failing gate gives the end of its output and publishes nothing", async () => {
    town = makeTown();
    const main = town.git(town.remote, "rev-parse", "main");
    const head = town.push("polecat/toast/gt-1", { "a.txt": "a\n" });
    const noise =
      "i=0; while [ $i -lt 3000 ]; do echo line $i of the noise; i=$((i+1)); done; echo the reason >&2; exit 3";
    const run = await town.start(
      town.mergeSpec({ head, gates: [gate("test", noise), gate("never", "true")] }),
    );
    const { result } = await run.event("merge_result");
    expect(result).toMatchObject({ kind: "gate_failed", gate: "test", timed_out: false });
    const [event, ...more] = run.events().filter(entry => entry.type === "gate");
    expect(event).toMatchObject({ ok: false, code: 3 });
    expect(event?.output.endsWith("the reason")).toBe(true);
    expect(event?.output.length).toBeLessThanOrEqual(16_384);
    expect(more).toEqual([]);
    expect(town.git(town.remote, "rev-parse", "main")).toBe(main);
  });

  test("a gate that never ends is killed with all that it started", async () => {
    town = makeTown();
    const head = town.push("polecat/toast/gt-1", { "a.txt": "a\n" });
    const marker = `sleep 4242${process.pid}`;
    const endless = `trap '' TERM INT HUP; setsid ${marker} & ${marker}`;
    const run = await town.start(town.mergeSpec({ head, gates: [gate("endless", endless, 1)] }));
    const { result } = await run.event("merge_result");
    expect(result).toMatchObject({ kind: "gate_failed", gate: "endless", timed_out: true });
    const listed = Bun.spawnSync(["ps", "-eo", "args"]).stdout.toString();
    expect(listed).not.toContain(marker);
  });

  test("fetches and tests again when the target moves before the push, and gives up when it keeps moving", async () => {
    town = makeTown();
    const head = town.push("polecat/toast/gt-1", { "a.txt": "a\n" });
    // The gate waits for the test to have moved the target: three times, then the run gives up.
    const wait = "touch $HOME/waiting; until [ -e $HOME/go ]; do sleep 0.02; done; rm $HOME/go";
    const spec = town.mergeSpec({ head, gates: [gate("slow", wait)] });
    const run = await town.start(spec);
    for (let round = 1; round <= 3; round += 1) {
      await until(`gate of round ${round} runs`, () => existsSync(join(spec.home, "waiting")));
      Bun.spawnSync(["rm", join(spec.home, "waiting")]);
      town.push("main", { [`other-${round}.txt`]: "x\n" });
      writeFileSync(join(spec.home, "go"), "");
    }
    expect((await run.event("merge_result")).result).toMatchObject({ kind: "raced" });
    expect(run.events().filter(event => event.type === "merging")).toHaveLength(3);
  });

  test("a remote that is away is an error that says so", async () => {
    town = makeTown();
    const head = town.push("polecat/toast/gt-1", { "a.txt": "a\n" });
    town.git(town.repo, "remote", "set-url", "origin", join(town.root, "gone.git"));
    const run = await town.start(town.mergeSpec({ head }));
    expect((await run.event("merge_result")).result).toMatchObject({
      kind: "error",
      code: "remote_unreachable",
    });
    expect(await run.event("exited")).toMatchObject({ ok: false, error_code: "remote_unreachable" });
  });
});
