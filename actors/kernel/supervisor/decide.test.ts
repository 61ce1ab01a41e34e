import { describe, expect, test } from "bun:test";
import { decide } from "./decide.ts";
import {
  type ChildSpec,
  newSupervisor,
  type Policy,
  type SupervisorAction,
  type SupervisorEvent,
} from "./state.ts";

/** Runs events at their times; actions are written as `start a 1`, the wake-up left out. */
class Run {
  state;
  now = 1_000_000;
  wake: number | null = null;

  constructor(policy: Partial<Policy>, specs: (Partial<ChildSpec> & { id: string })[]) {
    this.state = newSupervisor("t", policy);
    for (const spec of specs) {
      this.on({ type: "add", spec: { restart: "permanent", startMs: 10_000, stopMs: 5_000, ...spec } });
    }
  }

  on(event: SupervisorEvent): string[] {
    const { state, actions } = decide(this.state, event, this.now);
    // The state is JSON, as it is when it comes from storage.
    this.state = JSON.parse(JSON.stringify(state));
    expect(this.state).toEqual(state);
    for (const action of actions) if (action.type === "wake") this.wake = action.at;
    return actions.flatMap(show);
  }

  after(ms: number, event: SupervisorEvent = { type: "tick" }): string[] {
    this.now += ms;
    return this.on(event);
  }

  started(id: string): string[] {
    return this.on({ type: "started", id, generation: this.generation(id) });
  }

  down(id: string, reason = "crash", normal = false): string[] {
    return this.on({ type: "down", id, generation: this.generation(id), reason, normal });
  }

  generation(id: string): number {
    return this.state.children[id]!.generation;
  }

  phases(): string {
    return this.state.specs.map(({ id }) => `${id}:${this.state.children[id]!.phase}`).join(" ");
  }
}

function show(action: SupervisorAction): string[] {
  switch (action.type) {
    case "wake":
      return [];
    case "given_up":
      return [`given_up ${action.id} after ${action.restarts}: ${action.reason}`];
    default:
      return [`${action.type} ${action.id} ${action.generation}`];
  }
}

const up = (run: Run, ...ids: string[]): void => {
  for (const id of ids) run.started(id);
};

describe("one_for_one", () => {
  test("children start at once and are independent", () => {
    const run = new Run({}, [{ id: "a" }]);
    expect(run.phases()).toBe("a:starting");
    const spec: ChildSpec = { id: "b", restart: "permanent", startMs: 1, stopMs: 1 };
    expect(run.on({ type: "add", spec })).toEqual(["start b 1"]);
    up(run, "a", "b");
    expect(run.down("a")).toEqual([]);
    expect(run.phases()).toBe("a:backoff b:up");
  });

  test("a restart comes after a back-off, with the next generation", () => {
    const run = new Run({}, [{ id: "a" }]);
    up(run, "a");
    run.down("a");
    const pause = run.wake! - run.now;
    expect(pause).toBeGreaterThanOrEqual(800);
    expect(pause).toBeLessThanOrEqual(1_200);
    expect(run.after(pause - 1)).toEqual([]);
    expect(run.after(1)).toEqual(["start a 2"]);
  });

  test("the back-off doubles up to its limit, and begins anew after a healthy time", () => {
    const run = new Run({ maxRestarts: 100, backoffMaxMs: 4_000 }, [{ id: "a" }]);
    const pauses: number[] = [];
    for (let i = 0; i < 5; i++) {
      up(run, "a");
      run.down("a");
      pauses.push(run.wake! - run.now);
      run.after(run.wake! - run.now);
    }
    const plain = [1_000, 2_000, 4_000, 4_000, 4_000];
    pauses.forEach((pause, i) => {
      expect(Math.abs(pause / plain[i]! - 1)).toBeLessThanOrEqual(0.2);
    });
    up(run, "a");
    run.after(5 * 60_000);
    run.down("a");
    expect(run.wake! - run.now).toBeLessThanOrEqual(1_200);
  });

  test("too many restarts in too short a time: given up, until somebody starts it", () => {
    const run = new Run({ maxRestarts: 2, withinMs: 60_000 }, [{ id: "a" }]);
    const fall = (): string[] => {
      up(run, "a");
      return run.down("a", "no disk");
    };
    expect(fall()).toEqual([]);
    run.after(3_000);
    expect(fall()).toEqual([]);
    run.after(3_000);
    expect(fall()).toEqual(["given_up a after 2: no disk"]);
    expect(run.wake).toBeNull();
    expect(run.after(3_600_000)).toEqual([]);
    expect(run.on({ type: "start", id: "a" })).toEqual(["start a 4"]);
    expect(fall()).toEqual([]);
  });

  test("restarts that are far apart are not counted together", () => {
    const run = new Run({ maxRestarts: 1, withinMs: 10_000 }, [{ id: "a" }]);
    for (let i = 0; i < 5; i++) {
      up(run, "a");
      expect(run.down("a")).toEqual([]);
      run.after(20_000);
      expect(run.phases()).toBe("a:starting");
    }
  });

  const exits = [
    ["permanent", true, "backoff"],
    ["permanent", false, "backoff"],
    ["transient", true, "down"],
    ["transient", false, "backoff"],
    ["temporary", true, "down"],
    ["temporary", false, "down"],
  ] as const;
  test.each(exits)("a %s child that ends, normally %p, is then %s", (restart, normal, phase) => {
    const run = new Run({}, [{ id: "a", restart }]);
    up(run, "a");
    expect(run.down("a", "end", normal)).toEqual([]);
    expect(run.phases()).toBe(`a:${phase}`);
  });

  test("events of an earlier generation are ignored", () => {
    const run = new Run({}, [{ id: "a" }]);
    up(run, "a");
    run.down("a");
    run.after(2_000);
    expect(run.generation("a")).toBe(2);
    run.on({ type: "down", id: "a", generation: 1, reason: "late" });
    run.on({ type: "started", id: "a", generation: 1 });
    expect(run.phases()).toBe("a:starting");
    up(run, "a");
    run.on({ type: "down", id: "a", generation: 1, reason: "late" });
    expect(run.phases()).toBe("a:up");
    run.on({ type: "down", id: "nobody", generation: 1, reason: "late" });
  });

  test("a start that takes too long is killed and tried again", () => {
    const run = new Run({}, [{ id: "a", startMs: 3_000 }]);
    expect(run.wake).toBe(run.now + 3_000);
    expect(run.after(3_000)).toEqual(["kill a 1"]);
    expect(run.phases()).toBe("a:backoff");
    expect(run.after(2_000)).toEqual(["start a 2"]);
  });

  test("a child that is silent beyond its lease counts as down; a beat renews it", () => {
    const run = new Run({}, [{ id: "a", leaseMs: 30_000 }]);
    up(run, "a");
    run.after(29_000, { type: "beat", id: "a", generation: 1 });
    expect(run.after(29_000)).toEqual([]);
    expect(run.after(1_000)).toEqual(["kill a 1"]);
    expect(run.state.children.a!.reason).toBe("no sign of life");
  });

  test("a stop has a deadline, then it is killed, then it counts as down", () => {
    const run = new Run({}, [{ id: "a", stopMs: 5_000 }]);
    up(run, "a");
    expect(run.on({ type: "stop", id: "a" })).toEqual(["stop a 1"]);
    expect(run.on({ type: "stop", id: "a" })).toEqual([]);
    expect(run.after(5_000)).toEqual(["kill a 1"]);
    expect(run.phases()).toBe("a:stopping");
    expect(run.after(5_000)).toEqual([]);
    expect(run.phases()).toBe("a:down");
    expect(run.wake).toBeNull();
  });

  test("a start during a stop waits for its end", () => {
    const run = new Run({}, [{ id: "a" }]);
    up(run, "a");
    run.on({ type: "stop", id: "a" });
    expect(run.on({ type: "start", id: "a" })).toEqual([]);
    expect(run.down("a", "stopped", true)).toEqual(["start a 2"]);
  });

  test("a stop during a back-off ends it", () => {
    const run = new Run({}, [{ id: "a" }]);
    up(run, "a");
    run.down("a");
    expect(run.on({ type: "stop", id: "a" })).toEqual([]);
    expect(run.after(60_000)).toEqual([]);
    expect(run.phases()).toBe("a:down");
  });

  test("a removed child is stopped and forgotten, and may come back", () => {
    const run = new Run({}, [{ id: "a" }]);
    up(run, "a");
    expect(run.on({ type: "remove", id: "a" })).toEqual(["stop a 1"]);
    run.down("a", "stopped", true);
    expect(run.state.specs).toEqual([]);
    expect(run.state.children).toEqual({});
    expect(run.on({ type: "remove", id: "a" })).toEqual([]);
  });

  test("all are stopped at once", () => {
    const run = new Run({}, [{ id: "a" }, { id: "b" }]);
    up(run, "a", "b");
    expect(run.on({ type: "stop" })).toEqual(["stop b 1", "stop a 1"]);
  });

  test("different children of different supervisors are spread", () => {
    const waits = ["a", "b", "c", "d"].map(id => {
      const run = new Run({}, [{ id }]);
      up(run, id);
      run.down(id);
      return run.wake! - run.now;
    });
    expect(new Set(waits).size).toBe(4);
  });
});

describe("rest_for_one", () => {
  const three = [{ id: "a" }, { id: "b" }, { id: "c" }];

  test("children start one after the other", () => {
    const run = new Run({ strategy: "rest_for_one" }, three);
    expect(run.phases()).toBe("a:starting b:down c:down");
    expect(run.started("a")).toEqual(["start b 1"]);
    expect(run.started("b")).toEqual(["start c 1"]);
  });

  test("those after the fallen one stop in reverse order, before anything starts again", () => {
    const run = new Run({ strategy: "rest_for_one" }, three);
    up(run, "a", "b", "c");
    expect(run.down("a")).toEqual(["stop c 1"]);
    expect(run.after(1_500)).toEqual([]);
    expect(run.phases()).toBe("a:down b:up c:stopping");
    expect(run.down("c", "stopped", true)).toEqual(["stop b 1"]);
    expect(run.down("b", "stopped", true)).toEqual(["start a 2"]);
    expect(run.started("a")).toEqual(["start b 2"]);
    expect(run.started("b")).toEqual(["start c 2"]);
    up(run, "c");
    expect(run.state.children.b!.restarts).toEqual([]);
    expect(run.phases()).toBe("a:up b:up c:up");
  });

  test("those before it go on", () => {
    const run = new Run({ strategy: "rest_for_one" }, three);
    up(run, "a", "b", "c");
    expect(run.down("b")).toEqual(["stop c 1"]);
    run.down("c", "stopped", true);
    expect(run.after(2_000)).toEqual(["start b 2"]);
    expect(run.phases()).toBe("a:up b:starting c:down");
  });

  test("one that does not stop holds the restart up until it is dead", () => {
    const run = new Run({ strategy: "rest_for_one" }, three.slice(0, 2));
    up(run, "a", "b");
    expect(run.down("a")).toEqual(["stop b 1"]);
    expect(run.after(4_999)).toEqual([]);
    expect(run.after(1)).toEqual(["kill b 1"]);
    expect(run.down("b", "killed")).toEqual(["start a 2"]);
  });

  test("when one is given up, those that stand on it stop and wait", () => {
    const run = new Run({ strategy: "rest_for_one", maxRestarts: 0 }, three.slice(0, 2));
    up(run, "a", "b");
    expect(run.down("a", "broken")).toEqual(["given_up a after 0: broken", "stop b 1"]);
    expect(run.down("b", "stopped", true)).toEqual([]);
    expect(run.phases()).toBe("a:given_up b:down");
    expect(run.on({ type: "start", id: "a" })).toEqual(["start a 2"]);
    expect(run.started("a")).toEqual(["start b 2"]);
  });

  test("all stop one by one, the last started first", () => {
    const run = new Run({ strategy: "rest_for_one" }, three);
    up(run, "a", "b", "c");
    expect(run.on({ type: "stop" })).toEqual(["stop c 1"]);
    expect(run.down("c", "stopped", true)).toEqual(["stop b 1"]);
    expect(run.down("b", "stopped", true)).toEqual(["stop a 1"]);
    expect(run.down("a", "stopped", true)).toEqual([]);
  });

  test("a temporary one that ends takes nobody with it", () => {
    const run = new Run({ strategy: "rest_for_one" }, [{ id: "a", restart: "temporary" }, { id: "b" }]);
    up(run, "a", "b");
    expect(run.down("a")).toEqual([]);
    expect(run.phases()).toBe("a:down b:up");
    expect(run.down("b")).toEqual([]);
    expect(run.after(2_000)).toEqual(["start b 2"]);
  });
});

describe("one_for_all", () => {
  test("all stop, then all start in order", () => {
    const run = new Run({ strategy: "one_for_all" }, [{ id: "a" }, { id: "b" }, { id: "c" }]);
    up(run, "a", "b", "c");
    expect(run.down("b")).toEqual(["stop c 1"]);
    expect(run.down("c", "stopped", true)).toEqual(["stop a 1"]);
    expect(run.down("a", "stopped", true)).toEqual(["start a 2"]);
    expect(run.started("a")).toEqual([]);
    expect(run.after(2_000)).toEqual(["start b 2"]);
    expect(run.started("b")).toEqual(["start c 2"]);
  });
});
