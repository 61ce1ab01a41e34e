import { expect, test } from "bun:test";
import { z } from "zod";
import { feedEventSchema } from "../../store/schema/views.ts";
import { Actor } from "../kernel/actor.ts";
import { createMemoryHost } from "../kernel/testing/memory-host.ts";
import { appendFeed, readFeed } from "./feed.ts";
import { FEED_KEPT } from "./limits.ts";

class Feeder extends Actor {
  static readonly kind = "feeder";
  static readonly methods = {
    add: z.strictObject({ texts: z.array(z.string()), frames: z.int() }),
    read: z.strictObject({ since: z.int().optional(), limit: z.int() }),
  };

  async add({ texts, frames }: { texts: string[]; frames: number }): Promise<number> {
    const events = texts.map(text => ({ type: "test", text }));
    return (await appendFeed(this.turn, events, frames)).first;
  }

  read({ since, limit }: { since?: number; limit: number }) {
    return readFeed(this.turn, since, limit);
  }
}

async function feeder() {
  const host = await createMemoryHost({ actors: [Feeder] });
  const ref = { kind: "feeder", name: "x" };
  return {
    host,
    add: (texts: string[], frames = 0) => host.call(ref, "add", { texts, frames }),
    read: async (limit: number, since?: number) =>
      z
        .array(feedEventSchema)
        .parse(await host.call(ref, "read", { limit, ...(since === undefined ? {} : { since }) })),
    rows: () => Object.keys(host.dump(ref)).filter(key => key.startsWith("feed/")).length,
  };
}

test("numbers are shared with other frames, which come first", async () => {
  const feed = await feeder();
  expect(await feed.add(["a"], 2)).toBe(1);
  expect(await feed.add([], 1)).toBe(4);
  expect(await feed.add(["b", "c"])).toBe(5);
  expect((await feed.read(10)).map(event => [event.seq, event.text])).toEqual([
    [3, "a"],
    [5, "b"],
    [6, "c"],
  ]);
  expect(await feed.read(10, 3)).toMatchObject([{ text: "b" }, { text: "c" }]);
  expect(await feed.read(1)).toMatchObject([{ text: "c" }]);
  expect(await feed.read(10, 6)).toEqual([]);
});

test("an empty feed answers nothing, and nothing is written for nothing", async () => {
  const feed = await feeder();
  expect(await feed.read(10)).toEqual([]);
  const { commits } = feed.host.storage;
  await feed.add([]);
  expect(feed.host.storage.commits).toBe(commits);
});

test("old events make room, and reading reaches over groups of keys", async () => {
  const feed = await feeder();
  const total = FEED_KEPT + 350;
  for (let at = 0; at < total; at += 50) await feed.add(Array.from({ length: 50 }, (_, i) => `e${at + i}`));
  expect(feed.rows()).toBe(FEED_KEPT);
  const all = await feed.read(5_000);
  expect([all.length, all[0]?.text, all.at(-1)?.text]).toEqual([FEED_KEPT, "e350", `e${total - 1}`]);
  expect((await feed.read(5_000, total - 130)).length).toBe(130);
  expect((await feed.read(7)).map(event => event.text)).toEqual(all.slice(-7).map(event => event.text));
});

test("a long text is shortened", async () => {
  const feed = await feeder();
  await feed.add(["x".repeat(5_000)]);
  expect((await feed.read(1))[0]?.text.length).toBe(500);
});
