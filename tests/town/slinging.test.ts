/** Adding rigs and slinging work: what is refused with which words, and what then happens once. */
import { describe, expect, test } from "bun:test";
import { rigViewSchema } from "../../runtime/gateway/contract/views.ts";
import { AppError } from "../../store/schema/errors.ts";
import { refusal, withRig } from "./calls.ts";
import { checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

describe("rigs", () => {
  test("a repository that cannot be cloned leaves nothing behind, and its name can be used again", async () => {
    const error = new AppError("remote_unreachable", "Could not resolve host: nowhere.", {
      hint: "Check the URL.",
    });
    const town = await TestTown.start({ badUrls: { "/remotes/sample.git": error } });
    expect(await refusal(town.addRig())).toMatchObject({
      code: "remote_unreachable",
      hint: "Check the URL.",
    });
    expect(await town.call("rigs")).toEqual([]);
    expect(await refusal(town.file(["x"]))).toMatchObject({ code: "not_found" });
    expect(town.host.system.nextAlarm).toBeNull();
    const git_url = "/remotes/other.git";
    await town.host.call({ kind: "rig", name: "demo/sample" }, "add", { by: "ada", git_url, prefix: "sa" });
    expect(await town.call("rigs")).toMatchObject([{ name: "sample", state: "ready", git_url }]);
  });

  test("name and prefix are taken once", async () => {
    const town = await withRig();
    expect(await refusal(town.addRig("sample", "xx"))).toMatchObject({ code: "already_exists" });
    expect(await refusal(town.addRig("other", "sa"))).toMatchObject({ code: "already_exists" });
    expect(await refusal(town.addRig("third", "hq"))).toMatchObject({ code: "invalid_argument" });
    expect((await town.call("rigs")).map(rig => rig.name)).toEqual(["sample"]);
  });

  test("a URL with a password is refused", async () => {
    const town = await TestTown.start();
    const git_url = "https://ada:secret@example.com/x.git";
    const add = town.host.call({ kind: "rig", name: "demo/x" }, "add", { by: "ada", git_url, prefix: "xx" });
    const error = await refusal(add);
    expect(error.code).toBe("invalid_argument");
    expect(error.message).not.toContain("secret");
    expect(JSON.stringify(town.all())).not.toContain("secret");
  });

  test("changing one setting leaves the others as they are", async () => {
    const town = await TestTown.start();
    await town.addRig("sample", "sa", { max_polecats: 7, gates: [{ name: "test", command: "bun test" }] });
    const rig = await town.call("updateRig", {
      rig: "sample",
      settings: { target: "dev", driver: { kind: "script" } },
    });
    expect(rig).toMatchObject({ settings: { target: "dev", max_polecats: 7, gates: [{ name: "test" }] } });
    const unset = await town.call("updateRig", { rig: "sample", settings: { driver: null } });
    expect(rigViewSchema.parse(unset).settings.driver).toBeUndefined();
  });

  test("a crash in the middle of adding one is made good", async () => {
    const town = await TestTown.start();
    await town.call("beginRig", { name: "sample", git_url: "/remotes/sample.git", prefix: "sa" });
    expect(await town.call("rigs")).toMatchObject([{ state: "adding" }]);
    await town.restart();
    await town.settle();
    expect(await town.call("rigs")).toMatchObject([{ state: "ready" }]);
    expect(town.host.system.nextAlarm).toBeNull();
  });
});

describe("slinging", () => {
  test("names what is wrong, and then nothing is slung", async () => {
    const town = await withRig();
    const [good, done] = await town.file(["good", "done"]);
    await town.call("closeBead", { id: done });
    const epic = await town.call("createBead", { rig: "sample", title: "Epic", issue_type: "epic" });
    const bare = await town.call("createBead", { rig: "sample", title: "No steps", description: "Do it" });
    const hq = await town.call("createBead", { title: "Of the town", description: "```sh\ntrue\n```" });
    const cases: [beads: string[], code: string, more?: object][] = [
      [[good!, done!], "invalid_transition"],
      [[good!, epic.id], "invalid_argument"],
      [[good!, bare.id], "invalid_argument"],
      [[good!, "sa-zzzzzz"], "not_found"],
      [[hq.id], "invalid_argument"],
      [[good!], "not_found", { rig: "nowhere" }],
    ];
    for (const [beads, code, more] of cases) {
      expect(await refusal(town.call("sling", { beads, ...more }))).toMatchObject({ code });
    }
    expect((await town.get(good!)).labels).toBeUndefined();
    expect(town.sandboxes.runs).toEqual([]);
  });

  test("without any driver it says how to choose one", async () => {
    const town = await TestTown.start();
    await town.addRig("sample", "sa", {});
    const [id] = await town.file(["plain"]);
    const error = await refusal(town.call("sling", { beads: [id] }));
    expect(error).toMatchObject({ code: "invalid_argument", hint: expect.stringContaining("--agent") });
    const driver = { kind: "exec", preset: "claude" };
    expect(await town.call("sling", { beads: [id], driver })).toEqual({
      slung: [{ bead: id, rig: "sample", already: false }],
    });
    await town.settle();
    expect(town.sandboxes.runs[0]?.spec.driver).toMatchObject(driver);
    checkEnd(town, [id!]);
  });

  test("twice is once", async () => {
    const town = await withRig();
    const [id] = await town.file(["plain"]);
    await town.call("sling", { beads: [id, id] });
    const again = await town.call("sling", { beads: [id] });
    expect(again).toEqual({ slung: [{ bead: id, rig: "sample", already: true }] });
    await town.settle();
    checkEnd(town, [id!]);
    expect(town.sandboxes.runs.filter(run => run.spec.job.kind === "work").length).toBe(1);
  });

  test("a bead of the town goes to the rig that is named", async () => {
    const town = await withRig();
    const hq = await town.call("createBead", { title: "Of the town", description: "```sh\ntrue\n```" });
    await town.call("sling", { beads: [hq.id], rig: "sample" });
    await town.settle();
    checkEnd(town, [hq.id]);
    expect(town.sandboxes.runs[0]?.spec.job).toMatchObject({ repo: "/towns/demo/rigs/sample.git" });
  });

  test("isolation is waived only in words", async () => {
    const town = await withRig();
    const [a, b] = await town.file(["a", "b"]);
    await town.call("sling", { beads: [a] });
    await town.call("sling", { beads: [b], isolation: "none" });
    await town.settle();
    const work = town.sandboxes.runs.filter(run => run.spec.job.kind === "work").map(({ spec }) => spec);
    expect(work.map(spec => [spec.job.bead.id, spec.isolation, spec.isolation_waived])).toEqual([
      [a!, "process", false],
      [b!, "none", true],
    ]);
  });

  test("a deferred bead waits for its time", async () => {
    const town = await withRig();
    const at = new Date(town.host.clock.now() + 3_600_000).toISOString();
    const bead = await town.call("createBead", {
      rig: "sample",
      title: "later",
      description: "```sh\ntrue\n```",
      defer_until: at,
    });
    await town.call("sling", { beads: [bead.id] });
    await town.host.advance(3_500_000);
    expect(town.sandboxes.runs).toEqual([]);
    await town.settle();
    checkEnd(town, [bead.id]);
    expect(town.sandboxes.runs[0]!.startedAt).toBeGreaterThanOrEqual(Date.parse(at));
  });
});
