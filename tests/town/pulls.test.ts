/** Merging by pull requests, in a whole town: opened, followed, reworked, merged by the forge, or given back. */
import { describe, expect, test } from "bun:test";
import { AppError } from "../../store/schema/errors.ts";
import type { MergeRequestView } from "../../store/schema/views.ts";
import type { FakePull } from "./fake-forge.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

const SETTINGS = {
  driver: { kind: "pty", command: ["agent"] },
  merge_strategy: "pr",
  forge_repo: "o/r",
};

async function withPull(
  settings: object = {},
  title = "plain",
  prepare: (town: TestTown) => void = () => undefined,
): Promise<{ town: TestTown; id: string; pull: FakePull }> {
  const town = await TestTown.start();
  prepare(town);
  await town.addRig("sample", "sa", { ...SETTINGS, ...settings });
  const [id = ""] = await town.file([title]);
  await town.call("sling", { beads: [id] });
  for (let i = 0; i < 500 && town.forge.pulls.length === 0; i += 1) await town.host.advance(50);
  return { town, id, pull: town.forge.pulls[0]! };
}

const shown = (town: TestTown, id: string) => town.call("mergeRequest", { id }) as Promise<MergeRequestView>;
const minutes = (town: TestTown, n: number) => town.host.advance(n * 60_000);
const reworks = (town: TestTown) => town.all().filter(bead => bead.labels?.includes("gt:rework"));

describe("a pull request", () => {
  test("#1581: is opened once the merge result has passed, and merged by the forge when everything allows it", async () => {
    const { town, id, pull } = await withPull();
    expect(pull.branch).toBe(`polecat/toast/${id}`);
    const merge = town.sandboxes.runs.find(({ spec: { job } }) => job.kind === "merge");
    expect(merge?.spec.job).toMatchObject({ publish: "none" });
    await town.settle();
    checkEnd(town, [id]);
    expect(await shown(town, id)).toMatchObject({ state: "merged", pull: { number: 1, state: "merged" } });
    expect((await town.get(id)).status).toBe("closed");
    expect(town.remote.pushes).toHaveLength(1);
  });

  test("waits for its checks and its review, and is shown with them", async () => {
    const { town, id, pull } = await withPull();
    pull.facts = { ...pull.facts, checks: "pending" };
    await minutes(town, 3);
    expect(await shown(town, id)).toMatchObject({ state: "proposed", reason: "its checks run" });
    pull.facts = { ...pull.facts, checks: "passed", reviews: "required", mergeable: false };
    await minutes(town, 3);
    expect(await shown(town, id)).toMatchObject({
      reason: "it waits for a review",
      pull: { reviews: "required" },
    });
    pull.facts = { ...pull.facts, reviews: "approved", mergeable: true };
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("is merged only after everything was green for the delay, without a break", async () => {
    const { town, id, pull } = await withPull({ auto_merge_delay_minutes: 30 });
    await minutes(town, 20);
    pull.facts = { ...pull.facts, checks: "pending" };
    await minutes(town, 5);
    pull.facts = { ...pull.facts, checks: "passed" };
    await minutes(town, 20);
    expect((await shown(town, id)).state).toBe("proposed");
    await minutes(town, 15);
    expect((await shown(town, id)).state).toBe("merged");
  });

  test("9.2 (poll_pr read auto_merge from the town): without auto-merge a person merges it, and the town sees that", async () => {
    const { town, id, pull } = await withPull({ auto_merge: false });
    await minutes(town, 60);
    expect(await shown(town, id)).toMatchObject({ state: "proposed", reason: "a person merges it" });
    expect(town.forge.asked).not.toContain("merge");
    const commit = town.forge.merge("sample", pull);
    await town.settle();
    checkEnd(town, [id]);
    expect(await shown(town, id)).toMatchObject({ state: "merged", merge_commit: commit });
  });

  test("a request for changes is one rework bead on its branch, and the same pull request goes on", async () => {
    const { town, id, pull } = await withPull({ auto_merge_delay_minutes: 10 });
    const feedback = { id: "7", text: "ada asks for changes:\n- src/a.ts:3: handle the empty list" };
    pull.facts = { ...pull.facts, reviews: "changes_requested", feedback };
    await minutes(town, 3);
    expect(await shown(town, id)).toMatchObject({ state: "proposed", reason: "reviewers ask for changes" });
    expect(reworks(town)).toHaveLength(1);
    expect(reworks(town)[0]?.description).toContain("handle the empty list");
    const { feedback: _said, ...rest } = pull.facts;
    pull.facts = { ...rest, reviews: "approved" };
    await town.settle();
    checkEnd(town, [id]);
    expect(town.forge.pulls).toHaveLength(1);
    expect((await town.get(id)).status).toBe("closed");
    expect(town.remote.pushes.map(push => push.bead)).toEqual([id]);
  });

  test("6.7: a conflict that the forge finds is one conflict bead for each episode", async () => {
    const { town, id, pull } = await withPull({ auto_merge_delay_minutes: 10 });
    pull.facts = { ...pull.facts, conflict: true, mergeable: false };
    while (reworks(town).length === 0) await town.host.advance(100);
    pull.facts = { ...pull.facts, conflict: false, mergeable: true };
    await town.settle();
    checkEnd(town, [id]);
    expect(reworks(town)).toHaveLength(1);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("closed without a merge, the bead goes back to an agent, whose next submission opens another", async () => {
    const { town, id, pull } = await withPull({ auto_merge_delay_minutes: 10 });
    pull.facts = { ...pull.facts, state: "closed", mergeable: false };
    await town.settle();
    checkEnd(town, [id]);
    expect(town.forge.pulls).toHaveLength(2);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("one that is there already is adopted", async () => {
    const { town, id } = await withPull({ auto_merge_delay_minutes: 5 }, "plain", one => {
      one.forge.failures.push(new AppError("remote_unreachable", "the answer got lost"));
    });
    await town.settle();
    checkEnd(town, [id]);
    expect(town.forge.pulls).toHaveLength(1);
  });

  test("somebody pushed to it: what was not tested is not merged", async () => {
    const { town, id, pull } = await withPull({ auto_merge_delay_minutes: 5 });
    town.remote.heads.set(pull.branch, "d".repeat(40));
    town.forge.moved(pull);
    await town.settle();
    checkEnd(town, [id]);
    expect(town.remote.pushes[0]?.head).toBe("d".repeat(40));
    const tests = town.sandboxes.runs.filter(({ spec: { job } }) => job.kind === "merge");
    expect(tests.at(-1)?.spec.job).toMatchObject({ head: "d".repeat(40) });
  });

  test("#1632: without a token it fails at once with the reason and what to do, not after hours", async () => {
    const town = await TestTown.start();
    await town.addRig("sample", "sa", SETTINGS);
    town.forge.failures.push(
      new AppError("unauthenticated", "There is no token.", { hint: "gt forge login" }),
    );
    const [id = ""] = await town.file(["plain"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(60_000);
    expect(await shown(town, id)).toMatchObject({
      state: "blocked",
      reason: "There is no token. gt forge login",
    });
    await town.call("retryMergeRequest", { id });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("6.7: a rate limit is waited out until its own end; a forge that is away, ten times and no more", async () => {
    const { town, id } = await withPull({ auto_merge: false });
    await minutes(town, 2);
    const until = town.host.clock.now() + 45 * 60_000;
    town.forge.failures.push(new AppError("remote_unreachable", "rate limit", { data: { retry_at: until } }));
    await minutes(town, 3);
    const asked = town.forge.asked.length;
    await minutes(town, 30);
    expect(town.forge.asked.length).toBe(asked);
    await minutes(town, 20);
    expect(town.forge.asked.length).toBeGreaterThan(asked);
    expect((await shown(town, id)).state).toBe("proposed");
    for (let i = 0; i < 11; i += 1) town.forge.failures.push(new AppError("remote_unreachable", "502"));
    await town.settle(12);
    expect((await shown(town, id)).state).toBe("blocked");
    expect(town.all().filter(bead => bead.issue_type === "escalation")).toHaveLength(1);
  });

  test("6.7, #1632: a forge that merges nothing, though everything allows it, is asked a few times; then a person is", async () => {
    const { town, id } = await withPull({}, "plain", one => {
      one.forge.refuses = "Required status check is expected.";
    });
    await town.settle(24);
    expect(town.forge.asked.filter(method => method === "merge")).toHaveLength(5);
    expect(await shown(town, id)).toMatchObject({
      state: "blocked",
      reason: expect.stringContaining("refused 5 times"),
    });
    expect(town.all().filter(bead => bead.issue_type === "escalation")).toHaveLength(1);
    town.forge.refuses = undefined;
    await town.call("retryMergeRequest", { id });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("6.7: a way to merge that the repository does not allow is told at once, with how to choose another", async () => {
    const { town, id } = await withPull({ merge_method: "merge" }, "plain", one => {
      one.forge.refuses = "Merge commits are not allowed on this repository.";
    });
    await minutes(town, 5);
    expect(town.forge.asked.filter(method => method === "merge")).toHaveLength(1);
    expect(await shown(town, id)).toMatchObject({
      state: "blocked",
      reason: expect.stringContaining("gt rig set sample --merge-method"),
    });
  });

  test("6.7: one that is behind its target is brought up to date by the forge, tested again, and merged", async () => {
    const { town, id, pull } = await withPull({ auto_merge_delay_minutes: 5 });
    pull.facts = { ...pull.facts, behind: true, mergeable: false, checks: "pending" };
    await minutes(town, 4);
    // While its checks run, nothing is done about it.
    expect(town.forge.asked).not.toContain("update");
    const before = pull.facts.head;
    pull.facts = { ...pull.facts, checks: "passed" };
    await town.settle();
    checkEnd(town, [id]);
    expect(town.forge.asked.filter(method => method === "update")).toHaveLength(1);
    expect((await town.get(id)).status).toBe("closed");
    expect(town.remote.pushes[0]?.head).not.toBe(before);
    const tests = town.sandboxes.runs.filter(({ spec: { job } }) => job.kind === "merge");
    expect(tests.at(-1)?.spec.job).toMatchObject({ head: town.remote.pushes[0]?.head });
  });

  test("6.7: one that is behind again and again, or that the forge does not update, comes to a person", async () => {
    const again = await withPull();
    for (let i = 0; i < 3_000 && (await shown(again.town, again.id)).state !== "blocked"; i += 1) {
      again.pull.facts = { ...again.pull.facts, behind: true, mergeable: false };
      await again.town.host.advance(10_000);
    }
    expect((await shown(again.town, again.id)).reason).toContain("brought up to date 10 times");
    const refused = await withPull({}, "plain", one => {
      one.forge.refuses = "merge conflict between base and head";
    });
    refused.pull.facts = { ...refused.pull.facts, behind: true, mergeable: false };
    await refused.town.settle(24);
    expect((await shown(refused.town, refused.id)).reason).toContain("merge conflict between base and head");
    expect(refused.town.forge.asked.filter(method => method === "update")).toHaveLength(5);
  });

  test("I3: while one waits for the forge, the next is tested and proposed", async () => {
    const { town } = await withPull({ auto_merge: false });
    const [other = ""] = await town.file(["plain"]);
    await town.call("sling", { beads: [other] });
    await minutes(town, 3);
    expect(town.forge.pulls).toHaveLength(2);
    checkAlways(town);
  });

  test("a restart of the host goes on with it", async () => {
    const { town, id } = await withPull({ auto_merge_delay_minutes: 10 });
    for (let i = 0; i < 12; i += 1) {
      await minutes(town, 1);
      await town.restart();
      checkAlways(town);
    }
    await town.settle();
    checkEnd(town, [id]);
    expect(town.forge.pulls).toHaveLength(1);
    expect(town.remote.pushes).toHaveLength(1);
  });

  test("#1580: members of a convoy that lands as one get no pull request each; the landing gets one", async () => {
    const town = await TestTown.start();
    await town.addRig("sample", "sa", SETTINGS);
    const beads = await town.file(["a", "b"]);
    const convoy = await town.call("createConvoy", { title: "Search", beads, mode: "review-then-land" });
    await town.call("sling", { beads });
    await town.host.advance(30_000);
    const pull = town.forge.pulls[0];
    expect(pull?.branch).toBe(`convoy/${convoy.id}`);
    await town.settle();
    expect(town.forge.pulls).toHaveLength(1);
  });
});
