/** Review before the gates, in a whole town: verdicts, rework on the same branch, silence, and who may say what. */
import { describe, expect, test } from "bun:test";
import { requireSatellite } from "../../store/schema/satellite.ts";
import type { MergeRequestView } from "../../store/schema/views.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

const SETTINGS = {
  driver: { kind: "pty", command: ["agent"] },
  reviewer: { kind: "pty", command: ["judge"] },
};
const REVIEWER = "sample/reviewer";

async function withReview(
  title = "plain",
  settings: object = {},
): Promise<{ town: TestTown; id: string; mr: string }> {
  const town = await TestTown.start();
  await town.addRig("sample", "sa", { ...SETTINGS, ...settings });
  const [id = ""] = await town.file([title]);
  await town.call("sling", { beads: [id] });
  await untilReviewed(town, id);
  return { town, id, mr: (await shown(town, id)).id };
}

const shown = (town: TestTown, id: string) => town.call("mergeRequest", { id }) as Promise<MergeRequestView>;
const reworks = (town: TestTown) => town.all().filter(bead => bead.labels?.includes("gt:rework"));
const escalations = (town: TestTown) => town.all().filter(bead => bead.issue_type === "escalation");
const reviews = (town: TestTown) =>
  town.sandboxes.runs.filter(({ spec: { job } }) => job.kind === "work" && job.review === true);
const merges = (town: TestTown) => town.sandboxes.runs.filter(({ spec: { job } }) => job.kind === "merge");

/** Lets time pass until a reviewer runs that has given no verdict yet. */
async function untilReviewed(town: TestTown, id: string, run = 1): Promise<void> {
  for (let i = 0; i < 2_000; i += 1) {
    if (reviews(town).length >= run && (await shown(town, id)).state === "reviewing") return;
    await town.host.advance(50);
    checkAlways(town);
  }
  throw new Error("never reviewed");
}

describe("a review", () => {
  test("comes before the gates; approved, it is tested and merged, and the reviewer ends by itself", async () => {
    const { town, id, mr } = await withReview();
    expect(merges(town)).toEqual([]);
    const run = reviews(town)[0];
    const request = requireSatellite(await town.get(mr), "merge_request");
    expect(run?.spec.job).toMatchObject({
      kind: "work",
      review: true,
      start: request.head,
      bead: { id: mr },
    });
    expect(run?.spec.job.kind === "work" && run.spec.job.prompt).toContain(`gt review approve ${mr}`);
    await town.call("reviewApprove", { id: mr, by: REVIEWER });
    await town.settle();
    checkEnd(town, [id]);
    expect(await shown(town, id)).toMatchObject({
      state: "merged",
      review: { verdict: "approved", by: REVIEWER },
    });
    expect(reviews(town)).toHaveLength(1);
    expect(run?.log.at(-1)).toMatchObject({ type: "exited", ok: true });
  });

  test("6.8, #1107: changes that are asked for are made on the same branch by an agent, then it is reviewed again", async () => {
    const { town, id, mr } = await withReview();
    const { branch, head } = await shown(town, id);
    await town.call("reviewRequestChanges", { id: mr, by: REVIEWER, text: "handle the empty list" });
    expect(await shown(town, id)).toMatchObject({ state: "blocked" });
    expect(reworks(town)).toHaveLength(1);
    expect(reworks(town)[0]?.description).toContain("handle the empty list");
    const rework_id = reworks(town)[0]?.id ?? "";
    expect(await town.call("explainOne", { id })).toMatchObject({
      owner: { who: expect.stringMatching(/town|agent/) },
      why: expect.arrayContaining([{ rule: "rework", text: expect.stringContaining(rework_id) }]),
    });
    await untilReviewed(town, id, 2);
    const rework = town.sandboxes.runs.find(
      ({ spec: { job } }) => job.kind === "work" && job.bead.id === reworks(town)[0]?.id,
    );
    expect(rework?.spec.job).toMatchObject({ branch, start: head });
    const again = await shown(town, id);
    expect(again).toMatchObject({ id: mr, branch });
    expect(again.head).not.toBe(head);
    await town.call("reviewApprove", { id: mr, by: REVIEWER });
    await town.settle();
    checkEnd(town, [id]);
    expect(town.remote.pushes).toMatchObject([{ bead: id, head: again.head }]);
    expect(merges(town)).toHaveLength(1);
  });

  test("so many times and no more: then a person decides", async () => {
    const { town, id, mr } = await withReview("plain", { max_reworks: 1 });
    await town.call("reviewRequestChanges", { id: mr, by: REVIEWER, text: "again" });
    await untilReviewed(town, id, 2);
    await town.call("reviewRequestChanges", { id: mr, by: REVIEWER, text: "and again" });
    await town.settle(1);
    expect(reworks(town)).toHaveLength(1);
    expect(await shown(town, id)).toMatchObject({ state: "blocked" });
    expect(escalations(town)).toHaveLength(1);
    await town.call("reviewApprove", { id });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("escalated, it waits for a person, whose approval has it merged", async () => {
    const { town, id, mr } = await withReview();
    await town.call("reviewEscalate", { id: mr, by: REVIEWER, text: "it changes the license" });
    await town.settle(1);
    expect(await shown(town, id)).toMatchObject({ state: "blocked" });
    expect(escalations(town)[0]?.description).toContain("it changes the license");
    expect(merges(town)).toEqual([]);
    await town.call("reviewApprove", { id });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("6.9: without a verdict it is reviewed once more, then a person is asked; nothing is merged unreviewed", async () => {
    const { town, id } = await withReview();
    await town.settle(2);
    expect(reviews(town)).toHaveLength(2);
    expect(await shown(town, id)).toMatchObject({ state: "blocked" });
    expect((await shown(town, id)).reason).toContain("without a verdict");
    for (const asked of [id, (await shown(town, id)).id]) {
      expect(await town.call("explainOne", { id: asked })).toMatchObject({
        owner: { who: "person" },
        hints: expect.arrayContaining([expect.stringContaining("gt mq retry")]),
      });
    }
    expect(escalations(town)).toHaveLength(1);
    expect(merges(town)).toEqual([]);
    expect((await town.get(id)).status).toBe("in_review");
  });

  test("9.1-8: a review that takes too long is stopped, and is not doubled while it runs", async () => {
    const { town, id } = await withReview("stay", { review_deadline_minutes: 30 });
    await town.host.advance(29 * 60_000);
    expect(reviews(town)).toHaveLength(1);
    await town.host.advance(3 * 60_000);
    expect(reviews(town)[0]?.alive).toBe(false);
    await town.settle(2);
    checkAlways(town);
    expect(reviews(town)).toHaveLength(2);
    expect(await shown(town, id)).toMatchObject({ state: "blocked" });
    expect(town.sandboxes.live).toEqual([]);
  });

  test("only the agent that holds the review, or a person, gives a verdict; and it gives one", async () => {
    const { town, id, mr } = await withReview();
    for (const by of ["sample/toast", "sample/refinery", "other/reviewer"]) {
      await expect(town.call("reviewApprove", { id: mr, by })).rejects.toMatchObject({ code: "forbidden" });
    }
    await expect(town.call("reviewRequestChanges", { id: mr, by: REVIEWER })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await town.call("reviewApprove", { id: mr, by: REVIEWER });
    await expect(
      town.call("reviewRequestChanges", { id: mr, by: REVIEWER, text: "no, wait" }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await town.settle();
    checkEnd(town, [id]);
    await expect(town.call("reviewApprove", { id })).rejects.toMatchObject({ code: "invalid_transition" });
  });

  test("#4143: a person's verdict needs no review run, and ends the one that is on", async () => {
    const { town, id } = await withReview("stay");
    await town.call("reviewApprove", { id });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
    expect(reviews(town)[0]?.alive).toBe(false);
  });

  test("a crash of the host or of the reviewer loses neither the review nor the merge request", async () => {
    const { town, id, mr } = await withReview();
    await town.restart();
    checkAlways(town);
    const run = reviews(town)[0];
    if (run !== undefined) town.sandboxes.kill(run);
    await town.host.advance(20_000);
    expect(await shown(town, id)).toMatchObject({ state: "reviewing" });
    await town.call("reviewApprove", { id: mr, by: REVIEWER });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("the reviewer is taken away: what waits for it is merged as without one", async () => {
    const { town, id } = await withReview("stay");
    await town.call("updateRig", { rig: "sample", settings: { reviewer: null } });
    await town.settle();
    checkEnd(town, [id]);
    expect((await town.get(id)).status).toBe("closed");
  });

  test("a bead that is closed meanwhile is not reviewed any more", async () => {
    const { town, id } = await withReview("stay");
    await town.call("closeBead", { id });
    await town.settle();
    checkEnd(town, [id]);
    expect(await shown(town, id)).toMatchObject({ state: "rejected" });
  });
});
