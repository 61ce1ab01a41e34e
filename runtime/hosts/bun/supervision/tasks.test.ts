import { describe, expect, test } from "bun:test";
import { noopLogger } from "../../../../actors/kernel/logger.ts";
import { FakeClock } from "../../../../actors/kernel/testing/fake-clock.ts";
import { type Task, TaskSupervisor } from "./tasks.ts";

const settle = () => new Promise(resolve => setTimeout(resolve, 0));

function make(policy = {}) {
  const clock = new FakeClock(0);
  const supervisor = new TaskSupervisor({ name: "root", policy, clock, log: noopLogger });
  const advance = async (ms: number): Promise<void> => {
    const until = clock.now() + ms;
    do await settle();
    while (clock.step(until));
    await settle();
  };
  return { supervisor, advance };
}

/** Counts its runs; each goes on until it is stopped or told to end. */
function task(id: string, over: Partial<Task> = {}) {
  const runs: PromiseWithResolvers<void>[] = [];
  const one: Task = {
    id,
    restart: "transient",
    run(signal) {
      const end = Promise.withResolvers<void>();
      runs.push(end);
      signal.addEventListener("abort", () => end.resolve());
      return end.promise;
    },
    ...over,
  };
  return { one, runs };
}

describe("tasks", () => {
  test("a failed one runs again after a pause, one that ended does not", async () => {
    const { supervisor, advance } = make();
    const failing = task("failing");
    const ending = task("ending");
    await supervisor.add(failing.one);
    await supervisor.add(ending.one);
    await advance(0);
    failing.runs[0]!.reject(new Error("broken"));
    ending.runs[0]!.resolve();
    await advance(2_000);
    expect(failing.runs).toHaveLength(2);
    expect(ending.runs).toHaveLength(1);
    await supervisor.stop();
  });

  test("one that keeps failing is given up, and says why", async () => {
    const { supervisor, advance } = make({ maxRestarts: 2 });
    const reasons: string[] = [];
    let runs = 0;
    await supervisor.add({
      id: "bad",
      restart: "transient",
      onGivenUp: reason => reasons.push(reason),
      run: async () => {
        runs += 1;
        throw new Error("no disk");
      },
    });
    await advance(60_000);
    expect(runs).toBe(3);
    expect(reasons).toEqual(["no disk"]);
    expect(supervisor.tree().children).toMatchObject([{ id: "bad", phase: "given_up", reason: "no disk" }]);
    await supervisor.stop();
  });

  test("a stop waits for all to end, below too", async () => {
    const { supervisor, advance } = make();
    const town = await supervisor.supervisor("town");
    const sandboxes = await town.supervisor("sandboxes");
    const ended: string[] = [];
    for (const id of ["a", "b"]) {
      await sandboxes.add({
        id,
        restart: "transient",
        run: signal =>
          new Promise(resolve => {
            signal.addEventListener("abort", () => {
              ended.push(id);
              resolve();
            });
          }),
      });
    }
    await advance(0);
    expect(supervisor.tree()).toMatchObject({
      id: "root",
      children: [
        { id: "town", phase: "up", children: [{ id: "sandboxes", children: [{ id: "a" }, { id: "b" }] }] },
      ],
    });
    await supervisor.stop();
    expect(ended).toEqual(["b", "a"]);
    expect(supervisor.tree().children).toEqual([]);
  });

  test("one that is added again takes the place of the old one", async () => {
    const { supervisor, advance } = make();
    const first = task("x");
    const second = task("x");
    await supervisor.add(first.one);
    await advance(0);
    await supervisor.add(second.one);
    await advance(0);
    expect(first.runs).toHaveLength(1);
    expect(second.runs).toHaveLength(1);
    await supervisor.remove("x");
    await supervisor.remove("x");
  });
});
