import { beforeEach, describe, expect, test } from "bun:test";
import type { FeedEvent, TownView } from "../../runtime/gateway/contract/views.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { MAX_FEED, TownStore } from "./town-store.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const bead = (id: string, second: number, status = "open"): Bead => ({
  id,
  title: id,
  status,
  priority: 2,
  issue_type: "task",
  created_at: at(0),
  updated_at: at(second),
});
const event = (seq: number): FeedEvent => ({
  seq,
  at: at(seq),
  type: "note",
  text: `event ${seq}`,
  level: "info",
});
const town: TownView = {
  name: "demo",
  seq: 10,
  version: "1",
  started_at: at(0),
  rigs: [],
  agents: [],
  convoys: [],
  merge_requests: [],
  counts: { open: 1 },
};

let store: TownStore;
beforeEach(() => {
  store = new TownStore();
  store.replace({ town, beads: [bead("sa-1", 5)], feed: [event(3), event(1)] });
});

describe("TownStore", () => {
  test("replaces by id, removes what is gone, and leaves untouched lists alone", () => {
    const agents = store.agents.value;
    store.apply({ op: "subscribed", seq: 10 });
    store.apply({
      op: "changed",
      seq: 11,
      beads: [bead("sa-1", 6, "hooked"), bead("sa-2", 6)],
      counts: { open: 2 },
    });
    store.apply({ op: "changed", seq: 12, gone: ["sa-2"] });
    expect([...store.beads.value.values()].map(({ id, status }) => [id, status])).toEqual([
      ["sa-1", "hooked"],
    ]);
    expect(store.counts.value).toEqual({ open: 2 });
    expect(store.agents.value).toBe(agents);
  });

  test("an event from before the load does not bring an older version back", () => {
    store.apply({ op: "subscribed", seq: 20 });
    store.apply({ op: "changed", seq: 15, beads: [bead("sa-1", 4, "hooked")] });
    expect(store.beads.value.get("sa-1")?.status).toBe("open");
  });

  test("an event after the load wins, whatever the clocks say", () => {
    store.apply({ op: "subscribed", seq: 20 });
    store.apply({ op: "changed", seq: 21, beads: [bead("sa-1", 4, "hooked")] });
    expect(store.beads.value.get("sa-1")?.status).toBe("hooked");
  });

  test("keeps the feed in order, each line once, and bounded", () => {
    expect(store.feed.value.map(({ seq }) => seq)).toEqual([1, 3]);
    for (const seq of [4, 2, 4, 3]) store.apply({ op: "feed", event: event(seq) });
    expect(store.feed.value.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    for (let seq = 5; seq < 5 + MAX_FEED; seq += 1) store.apply({ op: "feed", event: event(seq) });
    expect(store.feed.value).toHaveLength(MAX_FEED);
    expect(store.feed.value.at(-1)?.seq).toBe(4 + MAX_FEED);
  });
});
