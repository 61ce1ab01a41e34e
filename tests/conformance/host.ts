/**
 * What every host of actors must keep, as one suite over a factory. A host is tested with five lines:
 * `hostConformance("memory", makeMemoryHost)`. It uses calls, events, time and restarts only, so that it runs on any host.
 */
import { afterEach, describe, expect, test } from "bun:test";
import type { ActorRef } from "../../actors/kernel/host.ts";
import { AppError, type ErrorCode } from "../../store/schema/errors.ts";

/** What the suite asks of a host: the fixtures' actors and port run on it. */
export interface HostUnderTest {
  call(to: ActorRef, method: string, args?: unknown, options?: { timeoutMs?: number }): Promise<unknown>;
  /** Delivers a numbered one-way message of `from`, as an outbox does. */
  deliver(to: ActorRef, method: string, args: unknown, from: string, seq: number): Promise<unknown>;
  watch(ref: ActorRef, listener: (event: unknown) => void): () => void;
  /** Lets time pass, simulated or real, until the check holds. */
  until(why: string, check: () => Promise<boolean>): Promise<void>;
  /** Lets so much time pass, and everything end that is under way. */
  pass(ms: number): Promise<void>;
  /** Everything in memory is gone, as after kill -9; what is acknowledged stays. The port keeps its state. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface HostLimits {
  readonly mailboxCapacity?: number;
  readonly turnTimeoutMs?: number;
  readonly maxStrikes?: number;
  readonly retryBaseMs?: number;
}

export type MakeHost = (limits: HostLimits) => Promise<HostUnderTest>;

const PROBE: ActorRef = { kind: "probe", name: "p" };

/** Declares the suite for one host. `evicts`: instances are gone after each turn, so memory never lasts. */
export function hostConformance(name: string, make: MakeHost, { evicts = false } = {}): void {
  const open: HostUnderTest[] = [];
  const start = async (limits: HostLimits = {}): Promise<HostUnderTest> => {
    const host = await make({ retryBaseMs: 10, ...limits });
    open.push(host);
    return host;
  };
  afterEach(async () => {
    for (const host of open.splice(0)) await host.close();
  });

  describe(`host ${name}`, () => {
    identitySuite(start);
    orderSuite(start);
    wholeTurnSuite(start, evicts);
    timerSuite(start);
    outboxSuite(start);
    deadlineSuite(start);
    restartSuite(start);
    limitSuite(start);
  });
}

type Start = (limits?: HostLimits) => Promise<HostUnderTest>;

const keeper = (name: string): ActorRef => ({ kind: "keeper", name });
const doer = (name: string): ActorRef => ({ kind: "doer", name });

/** The code that the promise is refused with, or what it answered. */
async function codeOf(promise: Promise<unknown>): Promise<ErrorCode | string> {
  try {
    return `answered ${JSON.stringify(await promise)}`;
  } catch (error) {
    return error instanceof AppError ? error.code : `not an AppError: ${error}`;
  }
}

function identitySuite(start: Start): void {
  describe("identity", () => {
    test("a name is one actor, another name another one", async () => {
      const host = await start();
      await host.call(keeper("a"), "add", { n: 1 });
      await host.call(keeper("a"), "add", { n: 2 });
      await host.call(keeper("a/b-c.d_e"), "add", { n: 10 });
      expect(await host.call(keeper("a"), "sum")).toBe(3);
      expect(await host.call(keeper("a/b-c.d_e"), "sum")).toBe(10);
      expect(await host.call(keeper("a/b-c.d_e"), "who")).toEqual({ kind: "keeper", name: "a/b-c.d_e" });
    });

    test("unknown kinds and bad names are refused", async () => {
      const host = await start();
      expect(await codeOf(host.call({ kind: "nobody", name: "a" }, "sum"))).toBe("not_found");
      for (const bad of ["", "A", "../x", "a b", "ä", "x".repeat(201)]) {
        expect(await codeOf(host.call(keeper(bad), "sum"))).toBe("invalid_argument");
      }
    });

    test("only listed methods with fitting arguments are called", async () => {
      const host = await start();
      for (const method of ["constructor", "onWake", "turn", "toString", "__proto__", "nothing"]) {
        expect(await codeOf(host.call(keeper("a"), method))).toBe("method_not_allowed");
      }
      expect(await codeOf(host.call(doer("a"), "fired", { note: "internal" }))).toBe("method_not_allowed");
      expect(await codeOf(host.call(keeper("a"), "add", { n: "1" }))).toBe("invalid_argument");
      expect(await codeOf(host.call(keeper("a"), "add", { n: 1, more: true }))).toBe("invalid_argument");
      expect(await codeOf(host.call(keeper("a"), "add"))).toBe("invalid_argument");
      expect(await host.call(keeper("a"), "sum")).toBe(0);
    });
  });
}

function orderSuite(start: Start): void {
  describe("one turn at a time", () => {
    test("across awaits, in order of arrival", async () => {
      const host = await start();
      const calls = Array.from({ length: 10 }, (_, i) =>
        host.call(keeper("a"), "slowAdd", { n: 1, gate: `g${i}` }),
      );
      for (let i = 9; i >= 0; i--) await host.call(PROBE, "open", { gate: `g${i}` });
      expect(await Promise.all(calls)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    test("other actors go on meanwhile", async () => {
      const host = await start();
      const slow = host.call(keeper("a"), "slowAdd", { n: 1, gate: "g" });
      expect(await host.call(keeper("b"), "add", { n: 5 })).toBe(5);
      await host.call(PROBE, "open", { gate: "g" });
      expect(await slow).toBe(1);
    });

    test("what is left running after a turn can change nothing", async () => {
      const host = await start();
      await host.call(keeper("a"), "leak", { gate: "g" });
      await host.call(PROBE, "open", { gate: "g" });
      await host.pass(20);
      expect(await host.call(keeper("a"), "add", { n: 1 })).toBe(1);
      expect(await host.call(keeper("a"), "sum")).toBe(1);
    });
  });
}

function wholeTurnSuite(start: Start, evicts: boolean): void {
  describe("a turn commits whole or leaves no trace", () => {
    test("reads see the turn's own writes", async () => {
      const host = await start();
      await host.call(keeper("a"), "setThenList", {
        puts: { "row/1": 1, "row/3": 3, "row/5": 5 },
        deletes: [],
      });
      expect(
        await host.call(keeper("a"), "setThenList", {
          puts: { "row/2": 2, "row/3": 33 },
          deletes: ["row/1", "row/4"],
        }),
      ).toEqual({
        list: [
          ["row/2", 2],
          ["row/3", 33],
          ["row/5", 5],
        ],
        first: 2,
      });
      expect(await host.call(keeper("a"), "list", { prefix: "row/" })).toEqual([
        ["row/2", 2],
        ["row/3", 33],
        ["row/5", 5],
      ]);
    });

    test("a refusal keeps its code and data, a crash tells nothing but a number", async () => {
      const host = await start();
      const refused = await host.call(keeper("a"), "add", { n: 1, fail: "refuse" }).catch((e: unknown) => e);
      expect(refused).toMatchObject({ code: "precondition_failed", data: { n: 1 } });
      const crashed = await host.call(keeper("a"), "add", { n: 1, fail: "crash" }).catch((e: unknown) => e);
      expect(crashed).toMatchObject({ code: "internal" });
      expect(JSON.stringify(crashed)).not.toContain("a detail");
    });

    test("a failed turn leaves no state, message, timer or event", async () => {
      const host = await start();
      const events: unknown[] = [];
      host.watch(keeper("a"), event => events.push(event));
      await host.call(keeper("a"), "add", { n: 7 });
      for (const fail of ["refuse", "crash"]) await codeOf(host.call(keeper("a"), "add", { n: 1, fail }));
      expect(await codeOf(host.call(keeper("a"), "failAll", { to: keeper("b") }))).toBe("conflict");
      await host.pass(50);
      expect(await host.call(keeper("a"), "sum")).toBe(7);
      expect(await host.call(keeper("a"), "list", { prefix: "row/" })).toEqual([]);
      expect(await host.call(keeper("b"), "taken")).toEqual([]);
      expect(events).toEqual([{ sum: 7 }]);
    });

    test("a failed turn drops the instance, and the next one wakes afresh", async () => {
      const host = await start();
      await host.call(keeper("a"), "remember", { text: "hello" });
      const kept = await host.call(keeper("a"), "recall");
      expect(kept).toEqual(evicts ? { memory: null, wakes: 2 } : { memory: "hello", wakes: 1 });
      await codeOf(host.call(keeper("a"), "add", { n: 1, fail: "crash" }));
      expect(await host.call(keeper("a"), "recall")).toEqual({ memory: null, wakes: 2 });
    });

    test("events come after the commit, in order", async () => {
      const host = await start();
      const events: unknown[] = [];
      const off = host.watch(keeper("a"), event => events.push(event));
      await host.call(keeper("a"), "say", { words: [1, { two: 2 }, "three"] });
      await host.call(keeper("b"), "say", { words: ["of another"] });
      expect(events).toEqual([1, { two: 2 }, "three"]);
      off();
      await host.call(keeper("a"), "say", { words: ["unheard"] });
      expect(events).toHaveLength(3);
    });
  });
}

function timerSuite(start: Start): void {
  const logged = async (host: HostUnderTest, name: string, length: number) =>
    ((await host.call(doer(name), "log")) as unknown[]).length >= length;

  describe("timers", () => {
    test("a turn sees which are armed, its own changes among them", async () => {
      const host = await start();
      expect(await host.call(doer("a"), "due", { id: "t" })).toEqual([null, null, 4_000_000_000_000]);
      expect(await host.call(doer("a"), "due", { id: "t" })).toEqual([
        4_000_000_000_000,
        null,
        4_000_000_000_000,
      ]);
    });

    test("many of them fire once each, in order of time", async () => {
      const host = await start();
      const timers = [40, 10, 30, 20].map(ms => ({ id: `t${ms}`, in_ms: ms, args: { note: `after ${ms}` } }));
      await host.call(doer("a"), "arm", { timers });
      await host.until("four timers fire", () => logged(host, "a", 4));
      await host.pass(50);
      expect(await host.call(doer("a"), "log")).toEqual(["after 10", "after 20", "after 30", "after 40"]);
    });

    test("one is armed again or disarmed by its name", async () => {
      const host = await start();
      const timer = (id: string, in_ms: number, note: string) => ({ id, in_ms, args: { note } });
      await host.call(doer("a"), "arm", {
        timers: [timer("x", 1_500, "first"), timer("y", 1_500, "gone"), timer("z", 3_000, "z")],
      });
      await host.call(doer("a"), "arm", { timers: [timer("x", 20, "second")] });
      await host.call(doer("a"), "disarm", { id: "y" });
      await host.call(doer("a"), "disarm", { id: "never armed" });
      await host.until("x and z fire", () => logged(host, "a", 2));
      expect(await host.call(doer("a"), "log")).toEqual(["second", "z"]);
    });

    test("one may arm itself again under its own name", async () => {
      const host = await start();
      await host.call(doer("a"), "arm", {
        timers: [{ id: "again", in_ms: 5, args: { left: 3 } }],
        method: "again",
      });
      await host.until("it fires four times", () => logged(host, "a", 4));
      expect(await host.call(doer("a"), "log")).toEqual(["again 3", "again 2", "again 1", "again 0"]);
    });

    test("what is overdue fires after a restart, without anybody calling", async () => {
      const host = await start();
      await host.call(doer("a"), "arm", { timers: [{ id: "t", in_ms: 15, args: { note: "late" } }] });
      await host.restart();
      const events: unknown[] = [];
      host.watch(doer("a"), event => events.push(event));
      await host.until("the timer fires", () => logged(host, "a", 1));
      expect(await host.call(doer("a"), "log")).toEqual(["late"]);
    });

    test("a failing one is tried again, without trace of the failures", async () => {
      const host = await start();
      const timers = [{ id: "f", in_ms: 1, args: { failures: 3 } }];
      await host.call(doer("frail"), "arm", { timers, method: "fragile" });
      await host.until("it holds", () => logged(host, "frail", 1));
      expect(await host.call(doer("frail"), "log")).toEqual(["held in the end"]);
      expect(await host.call(PROBE, "peek", { key: "fragile frail" })).toBe(4);
    });

    test("one that always fails is given up with an event, and the others go on", async () => {
      const host = await start({ maxStrikes: 3 });
      const events: unknown[] = [];
      host.watch(doer("frail"), event => events.push(event));
      const bad = [{ id: "bad", in_ms: 1, args: { failures: 1_000 } }];
      await host.call(doer("frail"), "arm", { timers: bad, method: "fragile" });
      await host.call(doer("frail"), "arm", { timers: [{ id: "good", in_ms: 5, args: { note: "good" } }] });
      await host.until("it is given up", async () => events.length > 0);
      expect(events).toEqual([
        expect.objectContaining({ type: "kernel.timer_parked", timer: "bad", method: "fragile", strikes: 3 }),
      ]);
      await host.pass(200);
      expect(await host.call(PROBE, "peek", { key: "fragile frail" })).toBe(3);
      expect(await host.call(doer("frail"), "log")).toEqual(["good"]);
    });

    test("arming in onWake fires also when nobody but the first caller comes", async () => {
      const host = await start();
      expect(await host.call({ kind: "waker", name: "w" }, "ping")).toBe("pong");
      await host.until(
        "it beats",
        async () => (await host.call({ kind: "waker", name: "w" }, "beats")) === 1,
      );
    });
  });
}

function outboxSuite(start: Start): void {
  const taken = async (host: HostUnderTest, name: string, count: number) =>
    ((await host.call(keeper(name), "taken")) as string[]).length >= count;

  describe("one-way messages", () => {
    test("arrive in order, once each", async () => {
      const host = await start();
      const items = Array.from({ length: 20 }, (_, i) => `item ${i}`);
      await host.call(doer("a"), "send", {
        to: keeper("b"),
        method: "take",
        args: items.map(item => ({ item })),
      });
      await host.until("all are taken", () => taken(host, "b", 20));
      await host.pass(100);
      expect(await host.call(keeper("b"), "taken")).toEqual(items);
    });

    test("a broken receiver gets them again until it holds, in the same order", async () => {
      const host = await start();
      const args = [{ item: "one", failures: 3 }, { item: "two" }];
      await host.call(doer("a"), "send", { to: keeper("b"), method: "take", args });
      await host.until("both are taken", () => taken(host, "b", 2));
      expect(await host.call(keeper("b"), "taken")).toEqual(["one", "two"]);
    });

    test("one blocked receiver does not hold up another", async () => {
      const host = await start();
      await host.call(doer("a"), "send", { to: keeper("b"), method: "slowAdd", args: [{ n: 1, gate: "g" }] });
      await host.call(doer("a"), "send", { to: keeper("c"), method: "take", args: [{ item: "free" }] });
      await host.until("c takes", () => taken(host, "c", 1));
      await host.call(PROBE, "open", { gate: "g" });
      await host.until("b adds", async () => (await host.call(keeper("b"), "sum")) === 1);
    });

    test("of those that may share a turn each takes effect once, and one that fails takes none with it", async () => {
      const host = await start();
      // While the receiver is busy they come to wait.
      const busy = host.call(keeper("b"), "slowAdd", { n: 1, gate: "g" });
      for (let n = 0; n < 6; n++) {
        const args = [{ item: `item ${n}`, crash: n === 3 }, { item: `item ${n} again` }];
        await host.call(doer(`s${n}`), "send", {
          to: keeper("b"),
          method: "join",
          args,
          onReply: "replied",
        });
      }
      await host.pass(50);
      await host.call(PROBE, "open", { gate: "g" });
      await busy;
      await host.until("all are taken", () => taken(host, "b", 11));
      await host.pass(100);
      const items = (await host.call(keeper("b"), "taken")) as string[];
      expect(items).toHaveLength(11);
      for (let n = 0; n < 6; n++) {
        const own = [`item ${n}`, `item ${n} again`].filter(item => item !== "item 3");
        expect(items.filter(item => own.includes(item))).toEqual(own);
        const log = (await host.call(doer(`s${n}`), "log")) as unknown[];
        expect(log).toEqual([
          n === 3 ? { context: 0, code: "unprocessable" } : { context: 0, value: `joined item ${n}` },
          { context: 1, value: `joined item ${n} again` },
        ]);
      }
      expect(await host.call(keeper("b"), "most")).toBeGreaterThan(0);
    });

    test("what is undelivered at a restart is delivered after it, and takes effect once", async () => {
      const host = await start();
      const args = [{ n: 1, gate: "g" }];
      await host.call(doer("a"), "send", { to: keeper("b"), method: "slowAdd", args });
      await host.until(
        "it is under way",
        async () => (await host.call(PROBE, "waiting", { gate: "g" })) === 1,
      );
      await host.restart();
      await host.call(PROBE, "open", { gate: "g" });
      await host.until("it is handled", async () => (await host.call(keeper("b"), "sum")) === 1);
      await host.pass(200);
      expect(await host.call(keeper("b"), "sum")).toBe(1);
    });

    test("a number that was taken is answered again without effect", async () => {
      const host = await start();
      const deliver = (seq: number, item: string, from = "doer:x") =>
        host.deliver(keeper("b"), "take", { item }, from, seq);
      expect(await deliver(5, "five")).toBe("took five");
      expect(await deliver(5, "five")).toBe("took five");
      await host.restart();
      expect(await deliver(5, "five")).toBe("took five");
      await deliver(4, "four, long after");
      await deliver(6, "six");
      await deliver(5, "five of another", "doer:y");
      expect(await host.call(keeper("b"), "taken")).toEqual(["five", "six", "five of another"]);
    });

    test("the sender hears the answer, or the refusal, once", async () => {
      const host = await start();
      const args = [{ item: "fine" }, { item: "bad", refuse: true }, { item: "broken", failures: 100 }];
      await host.call(doer("a"), "send", { to: keeper("b"), method: "take", args, onReply: "replied" });
      const log = async () => (await host.call(doer("a"), "log")) as unknown[];
      await host.until("three replies came", async () => (await log()).length === 3);
      await host.pass(100);
      expect(await log()).toEqual([
        { context: 0, value: "took fine" },
        { context: 1, code: "unprocessable" },
        { context: 2, code: "internal" },
      ]);
    });

    test("what the turn of a reply sends to others leaves at once", async () => {
      const host = await start();
      const args = [{ item: "fine" }];
      await host.call(doer("a"), "send", { to: keeper("b"), method: "take", args, onReply: "passOn" });
      await host.pass(500);
      expect(await host.call(keeper("c"), "taken")).toEqual(["took fine"]);
    });

    test("ports answer in the same way", async () => {
      const host = await start();
      await host.call(doer("a"), "send", {
        to: PROBE,
        method: "count",
        args: [{ key: "k" }],
        onReply: "replied",
      });
      await host.call(doer("a"), "send", { to: PROBE, method: "refuse", args: [{}], onReply: "replied" });
      const log = async () => (await host.call(doer("a"), "log")) as unknown[];
      await host.until("both replies came", async () => (await log()).length === 2);
      expect(await log()).toEqual([
        { context: 0, value: 1 },
        { context: 0, code: "remote_unreachable" },
      ]);
    });

    test("one that is refused for good is given back, with an event, and does not block the next", async () => {
      const host = await start();
      const events: unknown[] = [];
      host.watch(doer("a"), event => events.push(event));
      const args = [{ item: "bad", refuse: true }, { item: "next" }];
      await host.call(doer("a"), "send", { to: keeper("b"), method: "take", args });
      await host.until("the next is taken", () => taken(host, "b", 1));
      expect(await host.call(doer("a"), "log")).toEqual([
        { undelivered: "take", args: { item: "bad", refuse: true }, code: "unprocessable" },
      ]);
      expect(events).toEqual([expect.objectContaining({ type: "kernel.message_parked", method: "take" })]);
    });

    test("one whose reply always fails is dropped in the end, with an event", async () => {
      const host = await start({ maxStrikes: 2 });
      const events: unknown[] = [];
      host.watch(doer("a"), event => events.push(event));
      await host.call(doer("a"), "send", { to: keeper("b"), method: "sum", args: [{}], onReply: "badReply" });
      await host.until("it is dropped", async () => events.length === 1);
      expect(events).toEqual([expect.objectContaining({ type: "kernel.message_parked", method: "sum" })]);
    });
  });
}

function deadlineSuite(start: Start): void {
  describe("deadlines, overload, cycles", () => {
    test("a call that waits too long is refused and never runs", async () => {
      const host = await start();
      const running = host.call(keeper("a"), "slowAdd", { n: 1, gate: "g" });
      const queued = codeOf(host.call(keeper("a"), "add", { n: 100 }, { timeoutMs: 20 }));
      await host.pass(40);
      expect(await queued).toBe("deadline_exceeded");
      await host.call(PROBE, "open", { gate: "g" });
      expect(await running).toBe(1);
      expect(await host.call(keeper("a"), "sum")).toBe(1);
    });

    test("a turn that takes too long is given up without trace, and the next one runs", async () => {
      const host = await start();
      await host.call(keeper("a"), "add", { n: 5 });
      const hung = codeOf(host.call(keeper("a"), "slowAdd", { n: 1, gate: "g" }, { timeoutMs: 20 }));
      const next = host.call(keeper("a"), "add", { n: 10 });
      await host.pass(40);
      expect(await hung).toBe("deadline_exceeded");
      expect(await next).toBe(15);
      await host.call(PROBE, "open", { gate: "g" });
      await host.pass(20);
      expect(await host.call(keeper("a"), "sum")).toBe(15);
    });

    test("nested calls share the deadline", async () => {
      const host = await start();
      const args = { method: "wait", args: { gate: "never" } };
      const outcome = codeOf(host.call(doer("a"), "callPort", args, { timeoutMs: 20 }));
      await host.pass(40);
      expect(await outcome).toBe("deadline_exceeded");
    });

    test("a timer's turn that never ends is given up too", async () => {
      const host = await start({ turnTimeoutMs: 20, maxStrikes: 1 });
      const events: unknown[] = [];
      host.watch(doer("a"), event => events.push(event));
      const timers = [{ id: "t", in_ms: 1, args: { method: "wait", args: { gate: "never" } } }];
      await host.call(doer("a"), "arm", { timers, method: "callPort" });
      await host.until("it is given up", async () => events.length > 0);
      expect(events).toEqual([expect.objectContaining({ type: "kernel.timer_parked", timer: "t" })]);
      expect(await host.call(doer("a"), "log")).toEqual([]);
    });

    test("a full mailbox answers overloaded, and takes calls again when it is not", async () => {
      const host = await start({ mailboxCapacity: 5 });
      const running = host.call(keeper("a"), "slowAdd", { n: 1, gate: "g" });
      const waiting = Array.from({ length: 5 }, () => host.call(keeper("a"), "add", { n: 1 }));
      expect(await codeOf(host.call(keeper("a"), "add", { n: 1 }))).toBe("overloaded");
      await host.call(PROBE, "open", { gate: "g" });
      expect(await running).toBe(1);
      expect(await Promise.all(waiting)).toEqual([2, 3, 4, 5, 6]);
      expect(await host.call(keeper("a"), "add", { n: 1 })).toBe(7);
    });

    test("a call that comes back to a waiting actor is refused by name", async () => {
      const host = await start();
      const path = [doer("b"), doer("c"), doer("a")];
      const error = await host.call(doer("a"), "call", { path }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "call_cycle", data: { chain: ["doer:a", "doer:b", "doer:c"] } });
      expect(await codeOf(host.call(doer("a"), "call", { path: [doer("a")] }))).toBe("call_cycle");
      expect(await host.call(doer("a"), "call", { path: [doer("b"), doer("c"), doer("d")] })).toEqual([]);
    });

    test("what a port throws arrives as an error with a code", async () => {
      const host = await start();
      expect(await codeOf(host.call(doer("a"), "callPort", { method: "refuse" }))).toBe("remote_unreachable");
      expect(await codeOf(host.call(doer("a"), "callPort", { method: "broken" }))).toBe("internal");
      const broken = await host.call(doer("a"), "callPort", { method: "broken" }).catch((e: unknown) => e);
      expect(JSON.stringify(broken)).not.toContain("inner detail");
      expect(await codeOf(host.call(doer("a"), "callPort", { method: "nothing" }))).toBe(
        "method_not_allowed",
      );
    });
  });
}

function restartSuite(start: Start): void {
  describe("restart", () => {
    test("keeps what was acknowledged, and forgets what was only in memory", async () => {
      const host = await start();
      await host.call(keeper("a"), "add", { n: 1 });
      await host.call(keeper("a"), "remember", { text: "hello" });
      await host.restart();
      expect(await host.call(keeper("a"), "recall")).toEqual({ memory: null, wakes: 2 });
      expect(await host.call(keeper("a"), "add", { n: 1 })).toBe(2);
      await host.restart();
      expect(await host.call(keeper("a"), "sum")).toBe(2);
    });

    test("a turn that was running leaves no trace", async () => {
      const host = await start();
      const lost = codeOf(host.call(keeper("a"), "slowAdd", { n: 1, gate: "g" }));
      await host.until("the turn runs", async () => (await host.call(PROBE, "waiting", { gate: "g" })) === 1);
      await host.restart();
      await host.call(PROBE, "open", { gate: "g" });
      expect(await lost).toBe("unavailable");
      await host.pass(20);
      expect(await host.call(keeper("a"), "sum")).toBe(0);
    });
  });
}

function limitSuite(start: Start): void {
  describe("limits", () => {
    test("values of 128 KiB, events of 64 KiB, arguments and answers of 1 MiB", async () => {
      const host = await start();
      const kib = (n: number) => "x".repeat(n * 1_024 - 2);
      await host.call(keeper("a"), "set", { key: "row/big", value: kib(128) });
      expect(await codeOf(host.call(keeper("a"), "set", { key: "row/k", value: `${kib(128)}x` }))).toBe(
        "too_large",
      );
      await host.call(keeper("a"), "say", { words: [kib(64)] });
      expect(await codeOf(host.call(keeper("a"), "say", { words: [`${kib(64)}x`] }))).toBe("too_large");
      expect(await codeOf(host.call(keeper("a"), "set", { key: "row/k", value: kib(1_024) }))).toBe(
        "too_large",
      );
      expect(await host.call(keeper("a"), "answer", { size: 1_048_574 })).toHaveLength(1_048_574);
      expect(await codeOf(host.call(keeper("a"), "answer", { size: 1_048_575 }))).toBe("too_large");
      expect(await host.call(keeper("a"), "list", { prefix: "row/" })).toEqual([["row/big", kib(128)]]);
    });

    test("limits count bytes, not characters", async () => {
      const host = await start();
      expect(await codeOf(host.call(keeper("a"), "set", { key: "k", value: "é".repeat(65_536) }))).toBe(
        "too_large",
      );
      await host.call(keeper("a"), "set", { key: "k", value: "é".repeat(65_535) });
    });

    test("keys of 512 bytes; the kernel's own are refused; values need a JSON form", async () => {
      const host = await start();
      await host.call(keeper("a"), "set", { key: "k".repeat(512), value: 1 });
      expect(await codeOf(host.call(keeper("a"), "set", { key: "k".repeat(513), value: 1 }))).toBe(
        "too_large",
      );
      expect(await codeOf(host.call(keeper("a"), "set", { key: "$seq", value: 1 }))).toBe("invalid_argument");
      expect(await codeOf(host.call(keeper("a"), "set", { key: "", value: 1 }))).toBe("invalid_argument");
      expect(await codeOf(host.call(keeper("a"), "set", { key: "k" }))).toBe("invalid_argument");
    });
  });
}
