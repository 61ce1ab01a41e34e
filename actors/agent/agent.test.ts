/** An agent with its container, between a town that only listens and sandboxes that do as they are told. */
import { beforeEach, describe, expect, test } from "bun:test";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { AppError } from "../../store/schema/errors.ts";
import { ContainerActor } from "../container/actor.ts";
import type { Port } from "../kernel/host.ts";
import { createMemoryHost, type MemoryHost } from "../kernel/testing/memory-host.ts";
import { fakePaths } from "../testing/fake-paths.ts";
import type { AgentEvent } from "../town/methods.ts";
import { AgentActor } from "./actor.ts";
import type { AgentLogEntry, Assignment } from "./methods.ts";

const AGENT = { kind: "agent", name: "demo/sample/toast" };
const CONTAINER = { kind: "container", name: "demo/sample/toast" };

/** What the host's port was asked. */
interface Asked {
  readonly method: string;
  readonly generation: number;
  readonly run_id: string;
}

class World {
  host!: MemoryHost;
  readonly asked: Asked[] = [];
  readonly reports: AgentEvent[] = [];
  /** Answer of a method of the port instead of null. */
  answer: Record<string, () => unknown> = {};
  #seq = new Map<string, number>();

  async start(): Promise<this> {
    const sandbox: Port = {
      call: async (_name, method, args) => {
        // SAFETY: every method of the port has these, `start` within its spec.
        const given = args as { run_id: string; generation: number; spec?: Asked };
        const { run_id, generation } = given.spec ?? given;
        this.asked.push({ method, generation, run_id });
        return this.answer[method]?.() ?? null;
      },
    };
    const town: Port = {
      call: async (_name, method, args) => {
        // SAFETY: the agent sends what `agentEventSchema` says.
        if (method === "agentEvent") this.reports.push(args as AgentEvent);
        return null;
      },
    };
    class Container extends ContainerActor {
      constructor(turn: ConstructorParameters<typeof AgentActor>[0]) {
        super(turn, { paths: fakePaths, version: "0" });
      }
    }
    this.host = await createMemoryHost({ actors: [AgentActor, Container], ports: { sandbox, town } });
    return this;
  }

  async call(method: string, args: object = {}): Promise<unknown> {
    const answer = await this.host.call(AGENT, method, { by: "town", ...args });
    await this.host.drain();
    return answer;
  }

  /** The run that was started last. */
  get run(): Asked {
    const run = this.asked.findLast(entry => entry.method === "start");
    if (run === undefined) throw new Error("nothing was started");
    return run;
  }

  /** The sandbox of the last run says something. */
  async event(event: NewSandboxEvent, run = this.run): Promise<void> {
    const seq = (this.#seq.get(run.run_id) ?? 0) + 1;
    this.#seq.set(run.run_id, seq);
    const { run_id, generation } = run;
    const at = new Date(this.host.clock.now()).toISOString();
    await this.host.call(CONTAINER, "sandboxEvent", { run_id, generation, event: { ...event, seq, at } });
    await this.host.drain();
  }

  async lost(run = this.run): Promise<void> {
    const { run_id, generation } = run;
    await this.host.call(CONTAINER, "sandboxLost", { run_id, generation, reason: "gone" });
    await this.host.drain();
  }

  asks(method: string): number {
    return this.asked.filter(entry => entry.method === method).length;
  }

  get last(): AgentEvent {
    const report = this.reports.at(-1);
    if (report === undefined) throw new Error("nothing was reported");
    return report;
  }
}

function job(id: string, attempt = 1): { assignment: Assignment } {
  return {
    assignment: {
      role: "polecat",
      job: {
        kind: "work",
        bead: { id, title: id, description: "" },
        attempt,
        repo: "/r",
        worktree: "/w",
        branch: `polecat/toast/${id}`,
        remote: "origin",
        target: "main",
        prompt: "",
      },
      driver: { kind: "script" },
      isolation: "process",
      isolation_waived: false,
      allow_hosts: [],
    },
  };
}

const started: NewSandboxEvent = { type: "started", pid: 1, isolation: "process" };
const exited = (ok: boolean, more: object = {}): NewSandboxEvent => ({
  type: "exited",
  ok,
  code: ok ? 0 : 1,
  signal: null,
  reason: ok ? "done" : "broken",
  tail: "",
  ...more,
});
const submitted = (bead: string): NewSandboxEvent => ({
  type: "submitted",
  bead,
  attempt: 1,
  branch: "b",
  head: "h",
  base: "0",
  commits: 1,
});

let world: World;
beforeEach(async () => {
  world = await new World().start();
});

describe("a run", () => {
  test("goes from starting over working to released, and leaves no timer", async () => {
    await world.call("work", job("sa-1"));
    expect(world.last.status.state).toBe("starting");
    await world.event(started);
    expect(world.last).toMatchObject({
      event: { type: "started" },
      status: { state: "working", isolation: "process" },
    });
    await world.event({ type: "usage", input_tokens: 5, output_tokens: 2, cost_usd: 0.5 });
    await world.event({ type: "usage", input_tokens: 5, output_tokens: 2, cost_usd: 0.5 });
    await world.event({ type: "snapshot", ref: "refs/gastown/wip/sa-1/1", commit: "c" });
    await world.event(submitted("sa-1"));
    await world.event(exited(true));
    expect(world.asks("release")).toBe(1);
    expect(world.last).toMatchObject({
      job: "sa-1",
      attempt: 1,
      status: { state: "idle" },
      event: {
        type: "released",
        outcome: "done",
        wip: "refs/gastown/wip/sa-1/1",
        usage: { input_tokens: 10, output_tokens: 4, cost_usd: 1 },
      },
    });
    expect(world.host.system.nextAlarm).toBeNull();
  });

  const ENDS: readonly [name: string, event: NewSandboxEvent, released: object][] = [
    [
      "that ended badly has failed",
      exited(false, { tail: "boom" }),
      { outcome: "failed", reason: "broken", tail: "boom" },
    ],
    [
      "that ended well without submitting is done; the town sees what is missing",
      exited(true),
      { outcome: "done" },
    ],
    [
      "names the code of its failure",
      exited(false, { error_code: "command_not_found" }),
      { error_code: "command_not_found" },
    ],
  ];
  test.each(ENDS)("%s", async (_name, event, released) => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    await world.event(event);
    expect(world.last.event).toMatchObject({ type: "released", ...released });
    expect(world.asks("start")).toBe(1);
  });

  test("given twice is one", async () => {
    await world.call("work", job("sa-1"));
    await world.call("work", job("sa-1"));
    expect(world.asks("start")).toBe(1);
  });
});

describe("supervision", () => {
  test("a lost sandbox is started again three times on the same attempt, then the job is given back", async () => {
    await world.call("work", job("sa-1"));
    for (let i = 1; i <= 4; i++) {
      await world.event(started);
      await world.lost();
      if (i < 4) expect(world.last.status.state).toBe("backoff");
      await world.host.advance(120_000);
    }
    expect(world.asked.filter(entry => entry.method === "start").map(entry => entry.generation)).toEqual([
      1, 2, 3, 4,
    ]);
    expect(world.last).toMatchObject({
      event: { type: "released", outcome: "lost" },
      status: { state: "idle" },
    });
    expect(world.host.system.nextAlarm).toBeNull();
  });

  test("lost after it has submitted, it is done, and nothing is started again", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    await world.event(submitted("sa-1"));
    await world.lost();
    expect(world.last.event).toMatchObject({ type: "released", outcome: "done" });
    expect(world.asks("start")).toBe(1);
  });

  test("a start that would be refused again is not tried again", async () => {
    world.answer.start = () => {
      throw new AppError("isolation_unavailable", "No bubblewrap here.", { hint: "Install it." });
    };
    await world.call("work", job("sa-1"));
    await world.host.advance(600_000);
    expect(world.asks("start")).toBe(1);
    expect(world.last.event).toMatchObject({
      outcome: "refused",
      error_code: "isolation_unavailable",
      reason: "No bubblewrap here. Install it.",
    });
  });

  test("a start that fails for other reasons is tried again, three times", async () => {
    world.answer.start = () => {
      throw new AppError("git_failed", "fork: resource temporarily unavailable");
    };
    await world.call("work", job("sa-1"));
    await world.host.advance(600_000);
    expect(world.asks("start")).toBe(4);
    expect(world.last.event).toMatchObject({ outcome: "refused", error_code: "git_failed" });
  });

  test("a run that nobody finds any more counts as lost, without a word from the host", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    world.answer.adopt = () => ({ alive: false });
    await world.host.advance(70_000);
    expect(world.asked.filter(entry => entry.method === "start").map(entry => entry.generation)).toEqual([
      1, 2,
    ]);
    expect(world.reports.some(report => report.status.state === "backoff")).toBe(true);
  });

  test("a run that is there is looked after once a minute, and that is all", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    world.answer.adopt = () => ({ alive: true });
    await world.host.advance(600_000);
    expect(world.asks("adopt")).toBeWithin(9, 12);
    expect(world.asks("start")).toBe(1);
  });

  test("a process that cannot be let go of does not hold its agent", async () => {
    world.answer.release = () => {
      throw new AppError("git_failed", "busy");
    };
    await world.call("work", job("sa-1"));
    await world.event(started);
    await world.event(exited(true));
    expect(world.last.event).toMatchObject({ type: "released" });
  });
});

describe("stopping", () => {
  const stop = { job: "sa-1", attempt: 1, reason: "enough" };

  test("ends the run, and the town hears when it is over", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    await world.call("stop", stop);
    expect(world.last.status.state).toBe("stopping");
    expect(world.asks("stop")).toBe(1);
    await world.event(exited(false));
    expect(world.last.event).toMatchObject({ type: "released", outcome: "stopped", reason: "enough" });
  });

  test("in a back-off there is nothing to end", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    await world.lost();
    await world.call("stop", stop);
    expect(world.last.event).toMatchObject({ type: "released", outcome: "stopped" });
    await world.host.advance(600_000);
    expect(world.asks("start")).toBe(1);
  });

  test("of a job that it does not have is answered all the same", async () => {
    await world.call("stop", stop);
    expect(world.last).toMatchObject({
      job: "sa-1",
      attempt: 1,
      event: { type: "released", outcome: "stopped" },
    });
    expect(world.asked).toEqual([]);
  });

  test("unanswered is asked again by force, and in the end the agent is free; its next run waits for the old to be gone", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    const [first] = world.asked;
    world.answer.adopt = () => ({ alive: true });
    await world.call("stop", stop);
    await world.host.advance(65_000);
    expect(world.asks("stop")).toBe(2);
    expect(world.last.event).toMatchObject({ type: "released" });
    await world.call("work", job("sa-2"));
    expect(world.asks("start")).toBe(1);
    await world.event(exited(false), first!);
    expect(world.asks("start")).toBe(2);
    expect(world.run.generation).toBe(2);
  });
});

describe("another job", () => {
  test("ends what runs first", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    await world.call("work", job("sa-2"));
    expect(world.asks("start")).toBe(1);
    expect(world.asks("stop")).toBe(1);
    await world.event(exited(false));
    expect(world.asks("start")).toBe(2);
    const released = world.reports.find(report => report.event?.type === "released");
    expect(released).toMatchObject({ job: "sa-1", event: { outcome: "stopped" } });
    await world.event(started);
    expect(world.last).toMatchObject({ job: "sa-2", generation: 2, event: { type: "started" } });
  });

  test("that is taken back before it began is not begun", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    await world.call("work", job("sa-2"));
    await world.call("stop", { job: "sa-2", attempt: 1, reason: "no" });
    await world.event(exited(false));
    expect(world.asks("start")).toBe(1);
    expect(world.host.system.nextAlarm).toBeNull();
  });
});

describe("its log and its terminal", () => {
  test("the log is bounded and in order", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    for (let i = 0; i < 250; i++) await world.event({ type: "note", text: `note ${i}` });
    // SAFETY: the answer of `log`.
    const log = (await world.call("log", { limit: 200 })) as AgentLogEntry[];
    expect(log.length).toBe(200);
    expect(log.at(-1)).toMatchObject({ type: "note", text: "note 249", generation: 1 });
    expect(log[0]).toMatchObject({ text: "note 50" });
  });

  test("input goes to a live run only", async () => {
    const input = () => world.call("input", { by: "ada", text: "ls", enter: true });
    expect(input()).rejects.toMatchObject({ code: "unavailable" });
    await world.call("work", job("sa-1"));
    await world.event(started);
    await input();
    expect(world.asks("input")).toBe(1);
  });

  test("the same activity twice is one report", async () => {
    await world.call("work", job("sa-1"));
    await world.event(started);
    const before = world.reports.length;
    for (let i = 0; i < 5; i++) await world.event({ type: "activity", activity: "working" });
    expect(world.reports.length).toBe(before + 1);
  });
});
