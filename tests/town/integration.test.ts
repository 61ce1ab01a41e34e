/** Convoys whose members are merged into a branch of their own, which the engine lands. */
import { describe, expect, test } from "bun:test";
import type { Bead } from "../../store/schema/bead.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

async function withConvoy(
  titles: readonly string[],
  mode: string,
  more: { readonly title?: string; readonly settings?: object } = {},
): Promise<{ town: TestTown; ids: string[]; convoy: string }> {
  const town = await TestTown.start();
  await town.addRig("sample", "sa", { driver: { kind: "pty", command: ["agent"] }, ...more.settings });
  const ids = await town.file(titles);
  const made = await town.call("createConvoy", { title: more.title ?? "Search", beads: ids, mode });
  await town.call("sling", { beads: ids });
  return { town, ids, convoy: made.id };
}

const jobs = (town: TestTown, kind: "work" | "merge") =>
  town.sandboxes.runs.flatMap(({ spec: { job } }) =>
    job.kind !== "session" && job.kind === kind ? [job] : [],
  );
const landings = (town: TestTown): Bead[] =>
  town.all().filter(bead => bead.issue_type === "merge-request" && bead.title.startsWith("Land "));

describe("review-then-land", () => {
  test("#1580: members start from and are merged into the convoy's branch; when all are in, it lands as one merge request", async () => {
    const { town, ids, convoy } = await withConvoy(["a", "b", "c"], "review-then-land");
    const branch = `convoy/${convoy}`;
    await town.settle();
    checkEnd(town, ids);
    expect(jobs(town, "work").map(job => job.target)).toEqual([branch, branch, branch]);
    // The branch is made from the target as long as nothing is in it, and never again after that.
    expect(jobs(town, "work")[0]).toMatchObject({ target_from: "main" });
    const merges = jobs(town, "merge");
    const last = merges.at(-1);
    expect(merges.slice(0, -1).every(job => job.target === branch)).toBe(true);
    expect(last).toMatchObject({ target: "main", branch, bead: { id: convoy } });
    expect(last?.kind === "merge" && last.head).toBe(town.remote.pushes.at(-2)?.commit ?? "");
    expect(await town.get(convoy)).toMatchObject({ status: "closed" });
    expect(landings(town)).toHaveLength(1);
    expect(town.remote.retired.map(entry => entry.branch)).toContain(branch);
    const [view] = await town.call("convoys");
    expect(view?.state).toBe("landed");
  });

  test("it does not land while a member is not in", async () => {
    const { town, convoy } = await withConvoy(["a", "crash"], "review-then-land");
    await town.settle();
    expect(landings(town)).toEqual([]);
    expect((await town.get(convoy)).status).toBe("open");
  });

  test("#2260, #2371: a landing that does not pass is repaired on the branch; too often, and a person is asked; no loop", async () => {
    const { town, ids, convoy } = await withConvoy(["a"], "review-then-land", {
      title: "gate",
      settings: { max_reworks: 2 },
    });
    await town.settle(48);
    checkAlways(town);
    expect(landings(town)).toHaveLength(1);
    expect(town.all().filter(bead => bead.labels?.includes("gt:rework"))).toHaveLength(2);
    expect(town.all().filter(bead => bead.issue_type === "escalation")).toHaveLength(1);
    expect((await town.get(convoy)).status).toBe("open");
    expect((await town.get(ids[0] ?? "")).status).toBe("closed");
    const commits = town.commits;
    await town.settle(48);
    expect(town.commits).toBe(commits);
  });

  test("a landing that conflicts is resolved on the convoy's branch, and lands", async () => {
    const { town, ids, convoy } = await withConvoy(["a", "b"], "review-then-land", {
      title: "runconflict(1)",
    });
    await town.settle();
    checkEnd(town, ids);
    expect((await town.get(convoy)).status).toBe("closed");
    const rework = jobs(town, "work").at(-1);
    expect(rework).toMatchObject({ branch: `convoy/${convoy}`, target: "main" });
  });

  test("turned down by a person, it is not made again by itself, and lands when it is tried again", async () => {
    const { town, convoy } = await withConvoy(["a"], "review-then-land", { title: "race(1)" });
    while ((await town.call("mergeRequests"))[0]?.kind !== "landing") await town.host.advance(50);
    const [landing] = await town.call("mergeRequests");
    await town.call("rejectMergeRequest", { id: landing?.id, reason: "not this week" });
    await town.settle();
    expect(landings(town)).toHaveLength(1);
    expect((await town.get(convoy)).status).toBe("open");
    await town.call("retryMergeRequest", { id: landing?.id });
    await town.settle();
    expect((await town.get(convoy)).status).toBe("closed");
  });

  for (const word of ["mergelate(1)", "mergelost(1)"]) {
    test(`a crash in the landing (${word}) lands it once`, async () => {
      const { town, ids, convoy } = await withConvoy(["a", "b"], "review-then-land", { title: word });
      await town.settle();
      checkEnd(town, ids);
      expect(town.remote.pushes.filter(({ bead }) => bead === convoy)).toHaveLength(1);
      expect((await town.get(convoy)).status).toBe("closed");
    });
  }
});

describe("review-and-merge", () => {
  test("#962: members are merged into the target themselves, and the convoy lands with the last", async () => {
    const { town, ids, convoy } = await withConvoy(["a", "b"], "review-and-merge");
    await town.settle();
    checkEnd(town, ids);
    expect(jobs(town, "merge").every(job => job.target === "main")).toBe(true);
    expect((await town.get(convoy)).status).toBe("closed");
    expect(landings(town)).toEqual([]);
  });
});
