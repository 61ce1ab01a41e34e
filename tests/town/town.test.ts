import { describe, expect, test } from "bun:test";
import { checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

const THREE = ["add one", "add two", "add three"];

async function townWith(titles: readonly string[], options = {}): Promise<{ town: TestTown; ids: string[] }> {
  const town = await TestTown.start(options);
  await town.addRig();
  const ids = await town.file(titles);
  return { town, ids };
}

describe.each([{ evictAlways: false }, { evictAlways: true }, { twice: true }])(
  "the main job, %p",
  options => {
    test("three beads are worked on at once, merged one after the other, and their convoy lands", async () => {
      const { town, ids } = await townWith(THREE, options);
      const convoy = await town.call("createConvoy", { title: "Features", beads: ids });
      await town.call("sling", { beads: ids });
      await town.host.advance(500);
      expect(town.sandboxes.live.map(run => run.spec.container).sort()).toEqual([
        "demo/sample/biscuit",
        "demo/sample/pepper",
        "demo/sample/toast",
      ]);
      await town.settle();
      checkEnd(town, ids);
      for (const id of ids) {
        const bead = await town.get(id);
        expect(bead).toMatchObject({
          status: "closed",
          close_reason: expect.stringMatching(/^Merged in c+[0-9a-f]*$/),
        });
      }
      expect(town.remote.pushes.length).toBe(3);
      const landed = await town.call("convoys");
      expect(landed).toMatchObject([{ id: convoy.id, state: "landed", total: 3, merged: 3, failed: 0 }]);
      const view = await town.call("view");
      expect(view.counts).toEqual({ closed: 3 });
      expect(view.agents.map(agent => [agent.id, agent.state, agent.completed])).toEqual([
        ["sample/biscuit", "idle", 1],
        ["sample/pepper", "idle", 1],
        ["sample/refinery", "idle", 3],
        ["sample/toast", "idle", 1],
      ]);
    });
  },
);
