/** Defects of earlier systems around submission, review, merge and convoys, by their numbers in `docs/defects.md`. */
import { describe, expect, test } from "bun:test";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { readSatellite, requireSatellite } from "../../store/schema/satellite.ts";
import { refusal, withRig } from "../town/calls.ts";
import { checkAlways, checkEnd } from "../town/invariants.ts";
import { scriptOf } from "../town/scripts.ts";
import type { TestTown, TestTownOptions } from "../town/test-town.ts";

async function slung(
  titles: readonly string[],
  options: TestTownOptions = {},
): Promise<[TestTown, string[]]> {
  const town = await withRig(options);
  const ids = await town.file(titles);
  await town.call("sling", { beads: ids });
  return [town, ids];
}

const requests = (town: TestTown) => town.all().filter(bead => bead.issue_type === "merge-request");
const mergeRuns = (town: TestTown) => town.sandboxes.runs.filter(run => run.spec.job.kind === "merge");

describe("submitted is not merged", () => {
  test("cli 3.2, 6.2-2, #4384, #2321: at no moment is a bead closed whose commits are not in the target", async () => {
    const [town, ids] = await slung(["a", "gate(1)", "conflict(1)"]);
    for (let i = 0; i < 400; i++) {
      await town.host.advance(500);
      for (const id of ids) {
        if ((await town.get(id)).status !== "closed") continue;
        expect(town.remote.pushes.some(push => push.bead === id)).toBe(true);
      }
    }
    await town.settle();
    checkEnd(town, ids);
  });

  test("cli 3.9: a convoy whose beads are all submitted has not landed", async () => {
    const [town, ids] = await slung(["race(1) race(2)", "race(1) race(2)"]);
    const convoy = await town.call("createConvoy", { title: "both", beads: ids });
    const state = async () => (await town.call("convoys")).find(each => each.id === convoy.id)?.state;
    let inReview = false;
    for (let i = 0; i < 200; i++) {
      await town.host.advance(200);
      const statuses = await Promise.all(ids.map(async id => (await town.get(id)).status));
      if (statuses.every(status => status === "in_review")) inReview = true;
      if (statuses.some(status => status !== "closed")) expect(await state()).toBe("open");
    }
    expect(inReview).toBe(true);
    await town.settle();
    expect(await state()).toBe("landed");
  });
});

describe("one merge for each submission", () => {
  test("cloud #1487: `done` that is said again makes no second merge request", async () => {
    const [town, [id = ""]] = await slung(["plain"], {
      twice: true,
      script:
        ({ remote }) =>
        spec =>
          scriptOf(remote, spec).flatMap(step =>
            "event" in step && step.event.type === "submitted" ? [step, step, step] : [step],
          ),
    });
    await town.settle();
    checkEnd(town, [id]);
    expect(requests(town)).toHaveLength(1);
    expect(town.remote.pushes).toHaveLength(1);
  });

  test("cli 6.2-14, #3032: a new submission on the same branch is a new merge request of its own commit", async () => {
    const [town, [id = ""]] = await slung(["gate(1)"]);
    await town.settle();
    const both = requests(town).map(bead => requireSatellite(bead, "merge_request"));
    expect(both).toHaveLength(2);
    expect(new Set(both.map(request => request.head)).size).toBe(2);
    expect(new Set(both.map(request => `${request.source} ${request.attempt}`)).size).toBe(2);
    expect(requireSatellite(await town.get(id), "work").merge_commit).toBe(
      both.find(request => request.attempt === 2)?.merge_commit ?? "none",
    );
  });

  test("cloud 9.1-8: a merge that takes long is not begun a second time", async () => {
    const [town, ids] = await slung(["plain"], {
      script:
        ({ remote }) =>
        spec =>
          scriptOf(remote, spec).map(step =>
            "event" in step && step.event.type === "gate" ? { ...step, after: 40 * 60_000 } : step,
          ),
    });
    await town.settle();
    checkEnd(town, ids);
    expect(mergeRuns(town)).toHaveLength(1);
  });

  test("cloud 9.1-15: the refineries of two rigs merge at the same time, each in its own repository", async () => {
    const town = await withRig();
    await town.addRig("other", "ot", { driver: { kind: "script" }, target: "trunk" });
    const [here = ""] = await town.file(["plain"], "sample");
    const [there = ""] = await town.file(["plain"], "other");
    await town.call("sling", { beads: [here, there] });
    await town.settle();
    const [one, two] = mergeRuns(town);
    expect([one, two].map(run => run?.spec.agent.rig).sort()).toEqual(["other", "sample"]);
    expect((one?.startedAt ?? 0) < (two?.endedAt ?? 0) && (two?.startedAt ?? 0) < (one?.endedAt ?? 0)).toBe(
      true,
    );
  });

  test("cloud 9.1-7, #657, #693: each rig's work is merged into that rig's own target", async () => {
    const town = await withRig();
    await town.addRig("other", "ot", { driver: { kind: "script" }, target: "trunk" });
    const ids = [...(await town.file(["a"], "sample")), ...(await town.file(["b"], "other"))];
    await town.call("sling", { beads: ids });
    await town.settle();
    checkEnd(town, ids);
    for (const { spec } of mergeRuns(town)) {
      if (spec.job.kind !== "merge") continue;
      expect([spec.job.repo, spec.job.target]).toEqual(
        spec.agent.rig === "other"
          ? ["/towns/demo/rigs/other.git", "trunk"]
          : ["/towns/demo/rigs/sample.git", "main"],
      );
    }
  });
});

describe("who may say that it is merged", () => {
  test("cloud 8.2: a worker that reports its own work as merged is not believed", async () => {
    const lie: NewSandboxEvent = {
      type: "merge_result",
      result: { kind: "merged", commit: "e".repeat(40), already: false },
    };
    const [town, [id = ""]] = await slung(["forget"], {
      script:
        ({ remote }) =>
        spec => {
          const [first, ...rest] = scriptOf(remote, spec);
          return first === undefined ? [] : [first, { after: 1, event: lie }, ...rest];
        },
    });
    await town.settle(48);
    const bead = await town.get(id);
    expect(bead.status).toBe("failed");
    expect(readSatellite(bead, "work")?.merge_commit).toBeUndefined();
    expect(town.remote.pushes).toEqual([]);
  });

  test("cloud 9.1-9, #1342: a refinery that says `done` makes no merge request of a merge request", async () => {
    const [town, ids] = await slung(["plain"], {
      script:
        ({ remote }) =>
        spec => {
          const steps = scriptOf(remote, spec);
          if (spec.job.kind !== "merge") return steps;
          const { merge_request: bead, attempt, branch, head } = spec.job;
          const done: NewSandboxEvent = {
            type: "submitted",
            bead,
            attempt,
            branch,
            head,
            base: head,
            commits: 1,
          };
          const [first, ...rest] = steps;
          return first === undefined ? [] : [first, { after: 1, event: done }, ...rest];
        },
    });
    await town.settle();
    checkEnd(town, ids);
    expect(requests(town)).toHaveLength(1);
  });

  test("cli #4167, 6.2-2: the merge request of a bead that a person closed is not merged", async () => {
    const [town, [id = ""]] = await slung(["race(1) race(2) race(3)"]);
    while ((await town.get(id)).status !== "in_review") await town.host.advance(100);
    while (requests(town)[0]?.status !== "open") await town.host.advance(20);
    await town.call("closeBead", { id });
    await town.settle();
    expect(town.remote.pushes).toEqual([]);
    expect(requests(town)[0]?.status).toBe("failed");
    checkAlways(town);
  });

  test("cli 6.1, 9.1: nobody but the town writes what a merge request, an agent or a rig is", async () => {
    const [town, [id = ""]] = await slung(["plain"]);
    await town.settle();
    const request = requests(town)[0]?.id ?? "";
    for (const [method, args] of [
      ["reopenBead", { id: request }],
      ["patchBead", { id: request, status: "open" }],
      ["patchBead", { id, metadata: { work: {} } }],
      ["deleteBead", { id: "hq-rig-sample" }],
    ] as const) {
      expect((await refusal(town.call(method as "view", args))).code).toBe("invalid_argument");
    }
  });
});

describe("convoys", () => {
  test("cli 6.2-7: a ring through two rigs that came from elsewhere strands its convoy in words, and ends with one of its edges", async () => {
    const town = await withRig();
    await town.addRig("other", "ot");
    const [a = ""] = await town.file(["a"], "sample");
    const [b = ""] = await town.file(["b"], "other");
    await town.call("addDependency", { id: b, depends_on: a });
    // As sync brings it: the store of one rig does not know the edges of the other.
    const origin = { actor: "somebody", command: "sync" };
    await town.rigs.get("sample")?.transact(origin, tx => tx.addDependency(a, b, "blocks"));
    await town.restart();
    await town.call("createConvoy", { title: "both", beads: [a, b] });
    await town.call("sling", { beads: [a, b] });
    await town.settle();
    expect((await town.call("convoys"))[0]).toMatchObject({
      state: "stranded",
      stranded: [
        { bead: expect.any(String), reason: expect.stringContaining("waits for it in turn") },
        { bead: expect.any(String), reason: expect.stringContaining("waits for it in turn") },
      ],
    });
    await town.call("removeDependency", { id: a, depends_on: b });
    await town.settle();
    expect((await town.call("convoys"))[0]).toMatchObject({ state: "landed", merged: 2 });
  });

  test("cli 6.2-7, #3558: beads of several rigs cannot be made to wait for each other in a ring", async () => {
    const town = await withRig();
    await town.addRig("other", "ot");
    const [a = "", c = ""] = await town.file(["a", "c"], "sample");
    const [b = ""] = await town.file(["b"], "other");
    await town.call("addDependency", { id: b, depends_on: a });
    await town.call("addDependency", { id: c, depends_on: b });
    for (const [id, depends_on] of [
      [a, b],
      [a, c],
    ] as const) {
      const error = await refusal(town.call("addDependency", { id, depends_on }));
      expect([error.code, error.hint]).toEqual(["dependency_cycle", expect.stringContaining(depends_on)]);
    }
    const convoy = await town.call("createConvoy", { title: "chain", beads: [a, b, c] });
    await town.call("sling", { beads: [a, b, c] });
    await town.settle();
    expect((await town.call("convoys"))[0]).toMatchObject({ id: convoy.id, state: "landed", merged: 3 });
  });

  test("cloud 9.1-13, #962, cli #3681, #915: one of beads in several rigs lands with the last merge, however each was closed", async () => {
    const town = await withRig();
    await town.addRig("other", "ot");
    const ids = [...(await town.file(["a", "b"], "sample")), ...(await town.file(["c"], "other"))];
    const convoy = await town.call("createConvoy", { title: "all", beads: ids });
    await town.call("sling", { beads: ids.slice(1) });
    await town.settle();
    // Each is found and counted, wherever it lies and before it is done (#2624: "0/0").
    expect((await town.call("convoys"))[0]).toMatchObject({
      id: convoy.id,
      state: "open",
      total: 3,
      merged: 2,
    });
    await town.call("closeBead", { id: ids[0] });
    await town.settle();
    expect((await town.call("convoys"))[0]).toMatchObject({ id: convoy.id, state: "landed" });
  });

  test("cloud 9.1-13: a failed member does not hold a convoy for ever: it is said, and counts again when it gets through", async () => {
    const [town, ids] = await slung(["a", "crash"]);
    await town.call("createConvoy", { title: "both", beads: ids });
    await town.settle(48);
    expect((await town.call("convoys"))[0]).toMatchObject({ failed: 1 });
    await town.call("closeBead", { id: ids[1] }).catch(() => undefined);
    await town.call("reopenBead", { id: ids[1] });
    await town.call("closeBead", { id: ids[1] });
    await town.settle();
    expect((await town.call("convoys"))[0]).toMatchObject({ state: "landed" });
  });
});
