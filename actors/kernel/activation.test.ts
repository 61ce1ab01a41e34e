/** What the conformance suite cannot see from outside: beads in a turn, failing storage, the number of commits. */
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import type { BeadStore, BeadTx, Origin } from "../../store/api.ts";
import { AppError } from "../../store/schema/errors.ts";
import { Actor } from "./actor.ts";
import type { ActorRef } from "./host.ts";
import { createMemoryHost, type MemoryHostOptions } from "./testing/memory-host.ts";

const none = z.strictObject({});
const A: ActorRef = { kind: "scribe", name: "a" };

class Scribe extends Actor {
  static readonly kind = "scribe";
  static readonly methods = {
    write: z.strictObject({ title: z.string(), fail: z.boolean().default(false) }),
    read: none,
    count: none,
    tell: z.strictObject({ times: z.int() }),
    told: none,
    rearm: none,
  } as const;

  async write({ title, fail }: { title: string; fail: boolean }): Promise<number> {
    const tx = await this.turn.beads({ actor: "ada" });
    expect(await this.turn.beads()).toBe(tx);
    tx.create({ title });
    const writes = ((await this.turn.get<number>("writes")) ?? 0) + 1;
    this.turn.set("writes", writes);
    this.turn.publish(title);
    if (fail) throw new Error("no");
    return writes;
  }

  async read(): Promise<string[]> {
    const tx = await this.turn.beads();
    return tx.query({}).map(bead => bead.title);
  }

  async count(): Promise<number> {
    return (await this.turn.get<number>("writes")) ?? 0;
  }

  tell({ times }: { times: number }): void {
    for (let i = 0; i < times; i++) this.turn.send({ kind: "scribe", name: "b" }, "told");
  }

  async told(): Promise<void> {
    this.turn.set("told", ((await this.turn.get<number>("told")) ?? 0) + 1);
  }

  rearm(): void {
    this.turn.schedule("same", 4_000_000_000_000, "count");
  }
}

/** Just enough of a bead store: titles, and conflicts on demand. */
class FakeBeads {
  readonly titles: string[] = [];
  readonly origins: Origin[] = [];
  conflicts = 0;
  begun = 0;

  store(): BeadStore {
    const begin = async (origin: Origin): Promise<BeadTx> => {
      this.begun += 1;
      this.origins.push(origin);
      const created: string[] = [];
      const tx = {
        origin,
        created,
        get dirty() {
          return created.length > 0;
        },
        create: ({ title }: { title: string }) => created.push(title),
        query: () => [...this.titles, ...created].map(title => ({ title })),
      };
      // SAFETY: the actor of this test uses nothing else of a unit of work.
      return tx as unknown as BeadTx;
    };
    const commit = async (tx: BeadTx): Promise<void> => {
      if (this.conflicts > 0) {
        this.conflicts -= 1;
        throw new AppError("conflict", "Somebody was quicker.", { retryable: true });
      }
      this.titles.push(...(tx as unknown as { created: string[] }).created); // SAFETY: made above.
    };
    // SAFETY: the kernel begins and commits, nothing else.
    return { begin, commit } as unknown as BeadStore;
  }
}

async function start(beads: FakeBeads, options: Partial<MemoryHostOptions> = {}) {
  const store = beads.store();
  return createMemoryHost({
    actors: [Scribe],
    beads: ref => (ref.name === "a" ? store : undefined),
    ...options,
  });
}

describe("beads of a turn", () => {
  test("are committed with it, under the origin that it names", async () => {
    const beads = new FakeBeads();
    const host = await start(beads);
    expect(await host.call(A, "write", { title: "one" })).toBe(1);
    expect(beads.titles).toEqual(["one"]);
    expect(beads.origins).toEqual([{ actor: "ada" }]);
    expect(await host.call(A, "read")).toEqual(["one"]);
    expect(beads.origins[1]).toEqual({ actor: "scribe/a" });
  });

  test("a failed turn commits none", async () => {
    const beads = new FakeBeads();
    const host = await start(beads);
    await expect(host.call(A, "write", { title: "one", fail: true })).rejects.toMatchObject({
      code: "internal",
    });
    expect(beads.titles).toEqual([]);
    expect(await host.call(A, "count")).toBe(0);
  });

  test("reading alone commits nothing", async () => {
    const beads = new FakeBeads();
    const host = await start(beads);
    await host.call(A, "read");
    expect(host.storage.commits).toBe(0);
  });

  test("on a conflict the whole turn runs again, and takes effect once", async () => {
    const beads = new FakeBeads();
    const host = await start(beads);
    const events: unknown[] = [];
    host.watch(A, event => events.push(event));
    beads.conflicts = 4;
    expect(await host.call(A, "write", { title: "one" })).toBe(1);
    expect(beads.begun).toBe(5);
    expect(beads.titles).toEqual(["one"]);
    expect(events).toEqual(["one"]);
  });

  test("after five conflicts the caller hears of it, and nothing is kept", async () => {
    const beads = new FakeBeads();
    const host = await start(beads);
    beads.conflicts = 5;
    await expect(host.call(A, "write", { title: "one" })).rejects.toMatchObject({ code: "conflict" });
    expect(beads.begun).toBe(5);
    expect(await host.call(A, "count")).toBe(0);
  });

  test("an actor without beads is told so", async () => {
    const host = await start(new FakeBeads());
    await expect(host.call({ kind: "scribe", name: "b" }, "read")).rejects.toMatchObject({
      code: "not_supported",
    });
  });
});

describe("failing storage", () => {
  test("the caller hears the code, nothing is kept in memory, and the next turn is well", async () => {
    const beads = new FakeBeads();
    const host = await start(beads);
    await host.call(A, "write", { title: "one" });
    host.storage.fault = () => new AppError("storage_full", "No space.");
    await expect(host.call(A, "write", { title: "two" })).rejects.toMatchObject({ code: "storage_full" });
    expect(await host.call(A, "count")).toBe(1);
    host.storage.fault = undefined;
    expect(await host.call(A, "write", { title: "three" })).toBe(2);
  });

  test("a message whose end cannot be recorded is delivered again, and takes effect once", async () => {
    const host = await start(new FakeBeads());
    await host.call(A, "tell", { times: 1 });
    host.storage.fault = ref => (ref.name === "a" ? new AppError("storage_io", "Broken disk.") : undefined);
    await host.drain();
    host.storage.fault = undefined;
    await host.advance(120_000);
    expect(host.dump({ kind: "scribe", name: "b" }).told).toBe(1);
    expect(Object.keys(host.dump(A)).filter(key => key.startsWith("$out/"))).toEqual([]);
  });

  test("an alarm whose turn cannot be stored comes again", async () => {
    const host = await start(new FakeBeads());
    await host.call(A, "rearm");
    const due = 4_000_000_000_000;
    host.storage.fault = () => new AppError("storage_full", "No space.");
    await host.advance(due - host.clock.now() + 1_000);
    host.storage.fault = undefined;
    await host.advance(60_000);
    expect(Object.keys(host.dump(A)).filter(key => key.startsWith("$timer/"))).toEqual([]);
  });
});

describe("cost", () => {
  test("twenty messages are sent in one commit, and nothing is left of them", async () => {
    const host = await start(new FakeBeads());
    await host.call(A, "tell", { times: 20 });
    await host.drain();
    const rows = Object.keys(host.dump(A));
    expect(rows).toEqual(["$seq"]);
    const before = host.storage.commits;
    await host.advance(3_600_000);
    expect(host.storage.commits).toBe(before);
  });

  test("arming a timer as it is armed commits nothing", async () => {
    const host = await start(new FakeBeads());
    await host.call(A, "rearm");
    const before = host.storage.commits;
    await host.call(A, "rearm");
    expect(host.storage.commits).toBe(before);
  });

  test("an idle system does nothing for a day", async () => {
    const host = await start(new FakeBeads());
    await host.call(A, "write", { title: "one" });
    await host.drain();
    const before = host.storage.commits;
    expect(host.system.nextAlarm).toBeNull();
    await host.advance(86_400_000);
    expect(host.storage.commits).toBe(before);
  });
});
