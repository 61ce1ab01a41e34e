/** What a town answers and publishes: the shapes of the contract, and a cursor that misses nothing. */
import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { serverFrameSchema } from "../../runtime/gateway/contract/socket.ts";
import {
  agentViewSchema,
  beadViewSchema,
  convoyViewSchema,
  feedEventSchema,
  mergeRequestViewSchema,
  rigViewSchema,
  townViewSchema,
} from "../../runtime/gateway/contract/views.ts";
import { beadSchema } from "../../store/schema/bead.ts";
import { withRig } from "./calls.ts";

describe("answers", () => {
  test("have the shapes of the contract, and so has all that is published", async () => {
    const town = await withRig();
    const ids = await town.file(["plain", "gate(1)", "crash"]);
    const convoy = await town.call("createConvoy", { title: "Three", beads: ids });
    convoyViewSchema.parse(convoy);
    await town.call("sling", { beads: ids });
    await town.host.advance(1_500);
    for (let i = 0; i < 3; i++) {
      z.strictObject(townViewSchema.shape).parse(await town.call("view"));
      z.array(z.strictObject(agentViewSchema.shape))
        .min(1)
        .parse(await town.call("agents"));
      z.array(z.strictObject(mergeRequestViewSchema.shape)).parse(await town.call("mergeRequests"));
      z.array(z.strictObject(convoyViewSchema.shape))
        .length(1)
        .parse(await town.call("convoys"));
      z.array(z.strictObject(rigViewSchema.shape))
        .length(1)
        .parse(await town.call("rigs"));
      z.array(beadSchema).parse(await town.call("beads"));
      for (const id of ids) z.strictObject(beadViewSchema.shape).parse(await town.call("bead", { id }));
      z.array(z.strictObject(feedEventSchema.shape))
        .min(1)
        .parse(await town.call("feed"));
      await town.settle();
    }
    for (const frame of town.published) serverFrameSchema.parse(frame);
  });

  test("frames and feed are numbered without gaps, and who resumes from a cursor misses nothing", async () => {
    const town = await withRig();
    const cursor = (await town.call("view")).seq;
    const before = town.published.length;
    const ids = await town.file(["plain", "gate(1)"]);
    await town.call("sling", { beads: ids });
    await town.settle();
    const seqs = town.published.slice(before).map(frame => {
      const parsed = serverFrameSchema.parse(frame);
      return parsed.op === "feed" ? parsed.event.seq : parsed.op === "changed" ? parsed.seq : -1;
    });
    expect(seqs).toEqual(seqs.map((_, i) => cursor + 1 + i));
    const feed = await town.call("feed", { since: cursor, limit: 2_000 });
    const live = town.published.slice(before).flatMap(frame => {
      const parsed = serverFrameSchema.parse(frame);
      return parsed.op === "feed" ? [parsed.event] : [];
    });
    expect(feed).toEqual(live);
    expect((await town.call("view")).seq).toBe(seqs.at(-1)!);
  });

  test("whoever applies all changes has what the town shows", async () => {
    const town = await withRig();
    const ids = await town.file(["plain", "gate(1)", "crash"]);
    await town.call("createConvoy", { title: "Three", beads: ids });
    await town.call("sling", { beads: ids });
    await town.settle();
    const seen = { agents: new Map(), convoys: new Map(), merges: new Map(), beads: new Map(), counts: {} };
    for (const frame of town.published) {
      const parsed = serverFrameSchema.parse(frame);
      if (parsed.op !== "changed") continue;
      for (const agent of parsed.agents ?? []) seen.agents.set(agent.id, agent);
      for (const convoy of parsed.convoys ?? []) seen.convoys.set(convoy.id, convoy);
      for (const merge of parsed.merge_requests ?? []) seen.merges.set(merge.id, merge);
      for (const bead of parsed.beads ?? []) seen.beads.set(bead.id, bead);
      if (parsed.counts) seen.counts = nonZero(parsed.counts);
    }
    const view = await town.call("view");
    expect(view.agents.map(agent => seen.agents.get(agent.id))).toEqual(view.agents);
    expect(view.convoys.map(convoy => seen.convoys.get(convoy.id))).toEqual(view.convoys);
    expect(view.merge_requests.map(merge => seen.merges.get(merge.id))).toEqual(view.merge_requests);
    expect(seen.counts).toEqual(nonZero(view.counts));
    for (const id of ids) expect(seen.beads.get(id)).toEqual(await town.get(id));
  });

  test("a bead with megabytes of text does not burst a frame, and can still be read whole", async () => {
    const town = await withRig();
    const description = "x".repeat(900_000);
    const bead = await town.call("createBead", { rig: "sample", title: "long", description });
    for (const frame of town.published) serverFrameSchema.parse(frame);
    expect((await town.get(bead.id)).description?.length).toBe(900_000);
  });
});

function nonZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}
