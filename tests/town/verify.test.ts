/** Gates before a submission, as the town sees them: asked for by the rig, kept with the merge request, told to the merge. */
import { describe, expect, test } from "bun:test";
import type { Step } from "../../actors/testing/fake-sandboxes.ts";
import { checkEnd } from "./invariants.ts";
import { scriptOf } from "./scripts.ts";
import { TestTown } from "./test-town.ts";

const GATE = { name: "test", command: "bun test", timeout_s: 60 };
const ON = { base: "b".repeat(40), tree: "7".repeat(40), gates: '[["test","bun test",60]]' };

/** Sandboxes that verify what they are asked to; those of a bead called `unverified` find a conflict. */
async function withRig(settings: object): Promise<TestTown> {
  const town = await TestTown.start({
    script: ({ remote }) => {
      return spec => {
        const steps = scriptOf(remote, spec);
        if (spec.job.kind !== "work" || spec.job.verify === undefined) return steps;
        if (spec.job.bead.title.startsWith("unverified")) return steps;
        return steps.map((step): Step => {
          if (!("event" in step) || step.event?.type !== "submitted") return step;
          return { ...step, event: { ...step.event, verified: { ...ON, head: step.event.head } } };
        });
      };
    },
  });
  await town.addRig("sample", "sa", { driver: { kind: "script" }, gates: [GATE], ...settings });
  return town;
}

const jobs = (town: TestTown) => town.sandboxes.runs.map(run => run.spec.job);

describe("pre-verified", () => {
  test("the sandbox is given the gates, and the merge what they passed on; it is shown", async () => {
    const town = await withRig({ pre_verify: true, flaky_retries: 2 });
    const ids = await town.file(["plain"]);
    await town.call("sling", { beads: ids });
    await town.settle();
    checkEnd(town, ids);
    const [work, merge] = jobs(town);
    expect(work).toMatchObject({ kind: "work", verify: { gates: [GATE], flaky_retries: 2 } });
    expect(merge).toMatchObject({ kind: "merge", verified: ON });
    expect(merge?.kind === "merge" && merge.verified?.head === merge.head).toBe(true);
    expect(await town.call("mergeRequests")).toMatchObject([{ state: "merged", verified_on: ON.base }]);
  });

  test("what could not be verified, and what a rig does not ask for, is merged through the gates", async () => {
    for (const [title, settings] of [
      ["unverified", { pre_verify: true }],
      ["plain", {}],
      ["plain", { pre_verify: true, gates: [] }],
    ] as const) {
      const town = await withRig(settings);
      const ids = await town.file([title]);
      await town.call("sling", { beads: ids });
      await town.settle();
      checkEnd(town, ids);
      const [work, merge] = jobs(town);
      const asked = title === "unverified";
      expect(work?.kind === "work" && work.verify !== undefined).toBe(asked);
      expect(merge?.kind === "merge" && merge.verified === undefined).toBe(true);
      const [shown] = await town.call("mergeRequests");
      expect(shown?.verified_on).toBeUndefined();
      expect(shown?.gates).toHaveLength(1);
    }
  });

  test("a conflict that is reworked is verified anew at its new commit", async () => {
    const town = await withRig({
      pre_verify: true,
      on_conflict: "rework",
      driver: { kind: "pty", command: ["agent"] },
    });
    const ids = await town.file(["runconflict(1)"]);
    await town.call("sling", { beads: ids });
    await town.settle();
    const merges = jobs(town).flatMap(job => (job.kind === "merge" ? [job] : []));
    expect(merges).toHaveLength(2);
    expect(merges[0]?.head).not.toBe(merges[1]?.head ?? "");
    for (const { head, verified } of merges) expect(verified?.head).toBe(head);
  });
});
