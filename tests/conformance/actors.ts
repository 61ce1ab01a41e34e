/**
 * What the four actors (town, agent, container, user) must keep on every host, as one suite over a factory. It uses calls,
 * events, time and restarts only; the sandboxes are the suite's own port, and play what they are told.
 */
import { afterEach, describe, expect, test } from "bun:test";
import type { ActorRef, Port } from "../../actors/kernel/host.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { AgentView, BeadView, FeedEvent, TownView } from "../../store/schema/views.ts";
import type { HostLimits, HostUnderTest } from "./host.ts";

/** A host that runs the real actors of a deployment, with beads. */
export interface ActorsUnderTest extends HostUnderTest {
  /** A repository with a first commit, as this host reaches it. */
  readonly gitUrl: string;
}

export type MakeActors = (limits: HostLimits, ports: { readonly sandbox: Port }) => Promise<ActorsUnderTest>;

const TOWN: ActorRef = { kind: "town", name: "demo" };
const by = "ada";
const started: NewSandboxEvent = { type: "started", pid: 1, isolation: "process" };

interface Asked {
  readonly container: string;
  readonly method: string;
  readonly run_id: string;
  readonly generation: number;
  readonly after_seq?: number;
}

/** The sandboxes: remembers what it was asked, answers as it is told. */
class Sandboxes implements Port {
  readonly asked: Asked[] = [];
  /** Instead of an answer, by method. */
  readonly instead: Record<string, () => unknown> = {};

  async call(container: string, method: string, args: unknown): Promise<unknown> {
    // SAFETY: every method of the port has these, `start` within its spec.
    const given = args as Omit<Asked, "container" | "method"> & { spec?: Asked };
    const { run_id, generation, after_seq } = given.spec ?? given;
    this.asked.push({
      container,
      method,
      run_id,
      generation,
      ...(after_seq === undefined ? {} : { after_seq }),
    });
    const instead = this.instead[method];
    return instead === undefined ? { alive: true } : await instead();
  }

  of(method: string): Asked[] {
    return this.asked.filter(each => each.method === method);
  }
}

/** A town with one rig on the host, and what the tests do with it. */
class World {
  readonly #host: ActorsUnderTest;
  readonly sandboxes: Sandboxes;

  constructor(host: ActorsUnderTest, sandboxes: Sandboxes) {
    this.#host = host;
    this.sandboxes = sandboxes;
  }

  get host(): ActorsUnderTest {
    return this.#host;
  }

  /** Calls the town. */
  async town<T = unknown>(method: string, args: object = {}, options?: { timeoutMs?: number }): Promise<T> {
    // SAFETY: the answer that the method has.
    return (await this.#host.call(TOWN, method, { by, ...args }, options)) as T;
  }

  async addRig(): Promise<void> {
    const settings = { driver: { kind: "script" } };
    const args = { by, git_url: this.#host.gitUrl, prefix: "sa", settings };
    await this.#host.call({ kind: "rig", name: "demo/sample" }, "add", args);
  }

  file(title: string): Promise<Bead> {
    return this.town("createBead", { rig: "sample", title, description: "```sh\ntrue\n```" });
  }

  async get(id: string): Promise<Bead> {
    return (await this.town<BeadView>("bead", { id })).bead;
  }

  /** A rig with a slung bead, whose run was asked for. */
  async slung(): Promise<{ readonly bead: string; readonly run: Asked }> {
    await this.addRig();
    const { id } = await this.file("work");
    await this.town("sling", { beads: [id] });
    return { bead: id, run: await this.asked("start") };
  }

  /** The `n`th question of this method to the sandboxes. */
  async asked(method: string, n = 1): Promise<Asked> {
    await this.#host.until(
      `${method} is asked ${n} times`,
      async () => this.sandboxes.of(method).length >= n,
    );
    return this.sandboxes.of(method)[n - 1]!;
  }

  /** The sandbox of a run says something. */
  async says({ container, run_id, generation }: Asked, seq: number, event: NewSandboxEvent): Promise<void> {
    const said = { ...event, seq, at: "2026-01-01T00:00:00.000Z" };
    await this.#host.call({ kind: "container", name: container }, "sandboxEvent", {
      run_id,
      generation,
      event: said,
    });
  }

  async agent(run: Asked): Promise<AgentView> {
    return this.town("agent", { agent: run.container.replace(/^demo\//, "") });
  }

  async untilBead(id: string, status: string): Promise<void> {
    await this.#host.until(`the bead is ${status}`, async () => (await this.get(id)).status === status);
  }

  async untilAgent(run: Asked, state: string): Promise<void> {
    await this.#host.until(`the agent is ${state}`, async () => (await this.agent(run)).state === state);
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    return `answered ${JSON.stringify(await promise)}`;
  } catch (error) {
    return error instanceof AppError ? error.code : `not an AppError: ${error}`;
  }
}

/** Declares the suite for one host. */
export function actorConformance(name: string, make: MakeActors): void {
  const open: HostUnderTest[] = [];
  const start = async (limits: HostLimits = {}): Promise<World> => {
    const sandboxes = new Sandboxes();
    const host = await make({ retryBaseMs: 10, ...limits }, { sandbox: sandboxes });
    open.push(host);
    return new World(host, sandboxes);
  };
  afterEach(async () => {
    for (const host of open.splice(0)) await host.close();
  });

  describe(`actors on ${name}`, () => {
    test("identity: users, agents and containers are each themselves", async () => {
      const world = await start();
      const { host } = world;
      const user = (id: string): ActorRef => ({ kind: "user", name: id });
      await host.call(user("ada"), "grant", { by, town: "demo", role: "owner" });
      await host.call(user("bob"), "grant", { by, town: "demo", role: "viewer" });
      await host.call(user("bob"), "revoke", { by, town: "demo" });
      expect(await host.call(user("ada"), "towns", {})).toMatchObject({
        towns: [{ name: "demo", role: "owner" }],
      });
      expect(await host.call(user("bob"), "towns", {})).toEqual({ towns: [] });
      const { run, bead } = await world.slung();
      expect(run.container).toMatch(/^demo\/sample\/[a-z]+$/);
      const info = (container: string) => host.call({ kind: "container", name: container }, "info", {});
      expect(await info(run.container)).toMatchObject({ generation: 1, job: bead });
      expect(await info("demo/sample/nobody")).toMatchObject({ phase: "idle", generation: 0 });
      expect(await codeOf(host.call(TOWN, "agentEvents", {}))).toBe("method_not_allowed");
      expect(await codeOf(host.call({ kind: "town", name: "Demo" }, "view", { by }))).toBe(
        "invalid_argument",
      );
    });

    test("ordering: what is asked at once is done one after the other, in that order", async () => {
      const world = await start();
      await world.addRig();
      const { id } = await world.file("talked about");
      const titles = Array.from({ length: 8 }, (_, i) => `title ${i}`);
      const patched = await Promise.all(titles.map(title => world.town<Bead>("patchBead", { id, title })));
      expect(patched.map(({ title }) => title)).toEqual(titles);
      const { bead, events } = await world.town<BeadView>("bead", { id });
      expect(bead.title).toBe("title 7");
      // Newest first; each turn saw what the one before had left.
      const seen = events.filter(({ field }) => field === "title").map(event => [event.old, event.new]);
      expect(seen.reverse()).toEqual(titles.map((title, i) => [titles[i - 1] ?? "talked about", title]));
    });

    test("whole turn: what is refused leaves neither beads, nor messages, nor events", async () => {
      const world = await start();
      await world.addRig();
      const { id } = await world.file("good");
      const before = await world.town<TownView>("view");
      const events: unknown[] = [];
      world.host.watch(TOWN, event => events.push(event));
      expect(await codeOf(world.town("sling", { beads: [id, "sa-none"] }))).toBe("not_found");
      await world.host.pass(50);
      expect((await world.get(id)).labels ?? []).toEqual([]);
      expect(world.sandboxes.asked).toEqual([]);
      expect(events).toEqual([]);
      expect((await world.town<TownView>("view")).seq).toBe(before.seq);
      expect(await world.town<FeedEvent[]>("feed", { since: before.seq })).toEqual([]);
    });

    test("outbox: a sandbox that cannot be reached is asked until it can, and started once", async () => {
      const world = await start();
      let failures = 2;
      world.sandboxes.instead.start = () => {
        if (failures-- > 0) throw new AppError("unavailable", "Not now.", { retryable: true });
        return null;
      };
      const { run, bead } = await world.slung();
      await world.asked("start", 3);
      await world.says(run, 1, started);
      // The same event again: the host may not know that it was heard.
      await world.says(run, 1, started);
      await world.untilAgent(run, "working");
      await world.untilBead(bead, "in_progress");
      await world.host.pass(100);
      expect(new Set(world.sandboxes.of("start").map(({ run_id }) => run_id)).size).toBe(1);
      const log = await world.host.call({ kind: "agent", name: run.container }, "log", { by });
      expect((log as { type: string }[]).filter(({ type }) => type === "started")).toHaveLength(1);
    });

    test("timers: a lost sandbox is started again by itself, under a new generation; the old one is not heard", async () => {
      const world = await start();
      const { run } = await world.slung();
      await world.says(run, 1, started);
      const container: ActorRef = { kind: "container", name: run.container };
      const { run_id, generation } = run;
      await world.host.call(container, "sandboxLost", { run_id, generation, reason: "gone" });
      const next = await world.asked("start", 2);
      expect(next).toMatchObject({ container: run.container, generation: 2 });
      expect(next.run_id).not.toBe(run_id);
      expect(await codeOf(world.says(run, 2, { type: "note", text: "still here" }))).toBe("stale_generation");
    });

    test("deadlines: a sandbox that does not answer holds nobody longer than he will wait", async () => {
      const world = await start();
      const { run } = await world.slung();
      await world.says(run, 1, started);
      await world.untilAgent(run, "working");
      world.sandboxes.instead.input = () => new Promise(() => undefined);
      const agent: ActorRef = { kind: "agent", name: run.container };
      const typed = codeOf(
        world.host.call(agent, "input", { by, text: "x", enter: true }, { timeoutMs: 150 }),
      );
      await world.asked("input");
      await world.host.pass(200);
      expect(await typed).toBe("deadline_exceeded");
      expect(await world.agent(run)).toMatchObject({ state: "working" });
      world.sandboxes.instead.input = () => null;
      expect(await world.host.call(agent, "input", { by, text: "y", enter: true })).toBeNull();
    });

    test("overload: more than may wait are told so, and the rest is done", async () => {
      const world = await start({ mailboxCapacity: 3 });
      const { run } = await world.slung();
      await world.says(run, 1, started);
      await world.untilAgent(run, "working");
      let answer: () => void = () => undefined;
      world.sandboxes.instead.input = () =>
        new Promise<void>(resolve => {
          answer = resolve;
        });
      const agent: ActorRef = { kind: "agent", name: run.container };
      const call = () => codeOf(world.host.call(agent, "log", { by, limit: 1 }));
      const typed = codeOf(world.host.call(agent, "input", { by, text: "x", enter: true }));
      await world.asked("input");
      const waiting = Promise.all([call(), call(), call(), call(), call()]);
      await world.host.pass(50);
      answer();
      expect(await typed).toStartWith("answered");
      const outcomes = await waiting;
      expect(outcomes.filter(each => each === "overloaded")).toHaveLength(2);
      expect(outcomes.filter(each => each.startsWith("answered"))).toHaveLength(3);
    });

    test("restart: beads, jobs and runs are as they were, and the run is adopted where its log was read to", async () => {
      const world = await start();
      const { run, bead } = await world.slung();
      await world.says(run, 1, started);
      await world.says(run, 2, { type: "note", text: "half way" });
      await world.untilBead(bead, "in_progress");
      await world.host.restart();
      expect((await world.get(bead)).status).toBe("in_progress");
      expect(await world.agent(run)).toMatchObject({ state: "working" });
      await world.town("wake");
      const adopted = await world.asked("adopt");
      expect(adopted).toMatchObject({ run_id: run.run_id, generation: 1, after_seq: 2 });
      await world.says(run, 3, { type: "note", text: "going on" });
      await world.host.until(
        "the note is known",
        async () => (await world.agent(run)).last_note === "going on",
      );
      expect(world.sandboxes.of("start")).toHaveLength(1);
    });

    test("restart: what was decided and not yet done is done after it", async () => {
      const world = await start();
      world.sandboxes.instead.start = () => {
        throw new AppError("unavailable", "Not now.", { retryable: true });
      };
      const { run } = await world.slung();
      delete world.sandboxes.instead.start;
      await world.host.restart();
      const before = world.sandboxes.of("start").length;
      await world.asked("start", before + 1);
      expect(world.sandboxes.of("start").at(-1)).toMatchObject({ run_id: run.run_id });
    });
  });
}
