/** An emergency stop on real processes: all of a run stands still, its clock too, and it goes on where it stood. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { descendants } from "../../agent-sandbox/process/tree.ts";
import { unwrap } from "../../agent-sandbox/protocol/client.ts";
import { describeWith } from "../helpers/needs.ts";
import { blocks, makeTown, type SandboxProcess, type Town, until } from "./town.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

const shell = (script: string) => ({ kind: "pty" as const, command: ["bash", "-c", script] });
const freeze = async (run: SandboxProcess, frozen: boolean) =>
  unwrap(await run.client.freeze.post({ frozen }));
const awake = (run: SandboxProcess) =>
  descendants(run.pid).filter(({ state }) => !/^[TtZ]/.test(state)).length;

/** A child writes without end, so does one in a session of its own; each line is a proof that somebody ran. */
const busy = `setsid sh -c 'while :; do echo own >> own.txt; sleep 0.02; done' &
  while :; do echo line >> lines.txt; sleep 0.02; done`;

for (const isolation of ["process", "none"] as const) {
  describeWith("isolation", `a frozen run, isolation ${isolation}`, () => {
    test("stands still with all its processes, and goes on where it stood", async () => {
      town = makeTown();
      const over = { driver: shell(busy), isolation, isolation_waived: isolation === "none" };
      const run = await town.start(town.workSpec({}, over));
      await run.event("started");
      const tree = run.spec.job.worktree;
      const written = () => {
        try {
          return readFileSync(join(tree, "lines.txt"), "utf8") + readFileSync(join(tree, "own.txt"), "utf8");
        } catch {
          return "";
        }
      };
      await until("both write", () => written().includes("own") && written().includes("line"));

      const answer = await freeze(run, true);
      expect(answer.stopped).toBeGreaterThan(2);
      expect(unwrap(await run.client.status.get()).frozen).toBe(true);
      // Guards of the run stay awake: they end it when this process dies.
      expect(awake(run)).toBeLessThanOrEqual(isolation === "none" ? 1 : 0);
      const before = written();
      expect((await freeze(run, true)).stopped).toBe(answer.stopped);
      await Bun.sleep(300);
      expect(written()).toBe(before);

      await freeze(run, false);
      expect(unwrap(await run.client.status.get()).frozen).toBe(false);
      await until("both write again", () => written().length > before.length + 20);
      // Nothing ended on the way: the same run, still at work.
      expect(run.events().some(event => event.type === "exited")).toBe(false);
    });
  });
}

describeWith("isolation", "a frozen run", () => {
  test("is stopped in good order, with its work kept", async () => {
    town = makeTown();
    const script = `trap 'echo asked > asked.txt' TERM; echo half > open.txt; echo ready
      while :; do sleep 0.05; done`;
    const run = await town.start(town.workSpec({}, { driver: shell(script) }));
    await until("the agent is at work", () => run.recording().includes("ready"));
    await freeze(run, true);
    unwrap(await run.client.stop.post({ reason: "enough", grace_ms: 500 }));
    expect(await run.event("exited")).toMatchObject({ ok: false, reason: "enough" });
    const last = run.events().findLast(event => event.type === "snapshot");
    expect(town.git(town.repo, "show", `${last?.commit}:open.txt`)).toBe("half");
    expect(town.git(town.repo, "show", `${last?.commit}:asked.txt`)).toBe("asked");
  });

  test("goes on as often as it is frozen: no shell takes its job for suspended", async () => {
    town = makeTown();
    const run = await town.start(town.workSpec({}, { driver: shell(busy) }));
    await run.event("started");
    const lines = join(run.spec.job.worktree, "lines.txt");
    const written = () => (existsSync(lines) ? statSync(lines).size : 0);
    for (let round = 0; round < 40; round++) {
      const before = written();
      await until(`it writes in round ${round}`, () => written() > before);
      await freeze(run, true);
      await freeze(run, false);
    }
    expect(run.events().some(event => event.type === "exited")).toBe(false);
  });

  test("does not use up its wall time", async () => {
    town = makeTown();
    const limits = { wall_s: 3, recording_bytes: 1_000_000, scrollback_lines: 100 };
    const run = await town.start(town.workSpec({}, { driver: shell("echo ready; sleep 300"), limits }));
    await until("it runs", () => run.recording().includes("ready"));
    await freeze(run, true);
    await Bun.sleep(3_500);
    expect(run.events().some(event => event.type === "exited")).toBe(false);
    await freeze(run, false);
    expect(await run.event("exited")).toMatchObject({ error_code: "deadline_exceeded" });
  });

  test("that is killed leaves nobody behind, stopped or not", async () => {
    town = makeTown();
    const over = { driver: shell(busy), isolation: "none", isolation_waived: true } as const;
    const run = await town.start(town.workSpec({}, over));
    await run.event("started");
    await until("both write", () => descendants(run.pid).length > 3);
    await freeze(run, true);
    const below = descendants(run.pid).map(({ pid }) => pid);
    await run.kill();
    const state = (pid: number) => {
      try {
        return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
      } catch {
        return undefined;
      }
    };
    await until("all are gone", () => below.every(pid => [undefined, "Z"].includes(state(pid))));
  });

  test("stops in the middle of its steps, and finishes them", async () => {
    town = makeTown();
    const steps = blocks(
      "sleep 0.3; echo a > a.txt; git add -A; git commit -qm a",
      "echo b > b.txt; git add -A; git commit -qm b",
    );
    const run = await town.start(town.workSpec({ bead: { id: "gt-1", title: "t", description: steps } }));
    await run.event("started");
    await freeze(run, true);
    await Bun.sleep(500);
    expect(run.events().some(event => event.type === "exited")).toBe(false);
    await freeze(run, false);
    expect(await run.event("exited")).toMatchObject({ ok: true });
  });
});
