/** Beads by hand, and messages of runs that are over. */
import { describe, expect, test } from "bun:test";
import { refusal, withRig } from "./calls.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import type { TestTown } from "./test-town.ts";

describe("beads", () => {
  test("what the town writes cannot be written by others", async () => {
    const town = await withRig();
    const [id] = await town.file(["plain"]);
    const metadata = { work: { attempt: 99 } };
    const create = { rig: "sample", title: "x" };
    for (const work of [
      town.call("patchBead", { id, metadata }),
      town.call("createBead", { ...create, metadata }),
      town.call("createBead", { ...create, issue_type: "merge-request" }),
      town.call("createBead", { ...create, labels: ["gt:slung"] }),
      town.call("patchBead", { id, add_labels: ["gt:slung"] }),
      town.call("patchBead", { id, issue_type: "agent" }),
      town.call("closeBead", { id: "hq-rig-sample" }),
      town.call("deleteBead", { id: "hq-rig-sample" }),
    ]) {
      expect(await refusal(work)).toMatchObject({ code: "invalid_argument" });
    }
    expect(await refusal(town.call("createBead", { ...create, status: "closed" }))).toMatchObject({
      code: "invalid_transition",
    });
    expect(await refusal(town.call("patchBead", { id, status: "hooked" }))).toMatchObject({
      code: "invalid_transition",
    });
  });

  test("a plain issue goes its way by hand", async () => {
    const town = await withRig();
    const [id] = await town.file(["by hand"]);
    await town.call("patchBead", { id, status: "in_progress", assignee: "ada" });
    expect(await refusal(town.call("sling", { beads: [id] }))).toMatchObject({ code: "invalid_transition" });
    await town.call("patchBead", { id, status: "open" });
    await town.call("closeBead", { id });
    expect(await refusal(town.call("patchBead", { id, status: "in_progress" }))).toMatchObject({
      code: "invalid_transition",
    });
    expect(await town.call("reopenBead", { id })).toMatchObject({ status: "open" });
  });

  test("partial ids, comments, dependencies and lists", async () => {
    const town = await withRig();
    const [a, b] = await town.file(["a", "b"]);
    await town.call("comment", { id: a!.slice(3), text: "hello" });
    await town.call("addDependency", { id: b, depends_on: a });
    const view = await town.call("bead", { id: b });
    expect(view).toMatchObject({ rig: "sample", blocked_by: [a!] });
    expect((await town.call("bead", { id: a })).dependents).toEqual([{ id: b!, type: "blocks" }]);
    expect((await town.call("ready", { rig: "sample" })).map(bead => bead.id)).toEqual([a!]);
    expect(await town.call("blocked", {})).toMatchObject([{ bead: { id: b }, blocked_by: [a!] }]);
    expect(await refusal(town.call("addDependency", { id: a, depends_on: b }))).toMatchObject({
      code: "dependency_cycle",
    });
    await town.call("removeDependency", { id: b, depends_on: a });
    expect((await town.call("ready")).length).toBe(2);
    expect((await town.call("beads", { rig: "sample", status: ["open"] })).length).toBe(2);
    expect(
      (await town.call("beads", {})).every(bead => !["rig", "agent", "town"].includes(bead.issue_type)),
    ).toBe(true);
  });

  test("what others do to the branch is seen, and obeyed", async () => {
    const town = await withRig();
    const [id] = await town.file(["slow"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(5_000);
    await town.rigs.get("sample")!.transact({ actor: "bob" }, tx => tx.close(id!, "by hand"));
    await town.call("beadsChanged", { by: "host", ids: [id] });
    await town.settle();
    checkEnd(town, [id!]);
    expect((await town.get(id!)).close_reason).toBe("by hand");
    expect(town.remote.pushes).toEqual([]);
  });
});

describe("fencing", () => {
  test("messages of a run that is over are refused, and change nothing", async () => {
    const town = await withRig();
    const [id] = await town.file(["crash(1)"]);
    await town.call("sling", { beads: [id] });
    await town.settle();
    const [first] = town.sandboxes.runs;
    const { run_id, generation, container } = first!.spec;
    const event = { ...first!.log.at(-1)!, seq: first!.log.length + 1 };
    const late = town.host.call({ kind: "container", name: container }, "sandboxEvent", {
      run_id,
      generation,
      event,
    });
    expect(await refusal(late)).toMatchObject({ code: "stale_generation" });
    const status = { state: "working", since: new Date().toISOString(), has_terminal: true };
    const submitted = {
      type: "submitted",
      bead: id,
      attempt: 1,
      branch: "x",
      head: "a",
      base: "b",
      commits: 1,
      seq: 9,
      at: status.since,
    };
    const report = { by: "sample/toast", agent: "sample/toast", job: id, attempt: 1, generation: 1, status };
    await town.call("agentEvent", { ...report, event: submitted });
    await town.call("agentEvent", {
      ...report,
      event: { type: "released", outcome: "failed", reason: "late", tail: "" },
    });
    await town.settle();
    checkEnd(town, [id!]);
    expect((await town.get(id!)).status).toBe("closed");
  });

  test("an event that skips a number is refused", async () => {
    const town = await withRig();
    const [id] = await town.file(["slow"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(1_000);
    const [run] = town.sandboxes.runs;
    const { run_id, generation, container } = run!.spec;
    const event = { type: "note", text: "x", seq: 99, at: new Date().toISOString() };
    const skip = town.host.call({ kind: "container", name: container }, "sandboxEvent", {
      run_id,
      generation,
      event,
    });
    expect(await refusal(skip)).toMatchObject({ code: "precondition_failed", data: { expected: 4 } });
    await town.settle();
    checkAlways(town);
  });
});

describe("patrol", () => {
  /** Takes rows of an actor's storage away, as a lost file does. */
  const lose = (town: TestTown, kind: string) => {
    const ref = { kind, name: "demo/sample/toast" };
    const own = Object.keys(town.host.dump(ref)).filter(key => !key.startsWith("$"));
    return town.host.storage.open(ref).commit({ put: new Map(), delete: new Set(own) });
  };

  test("an agent that lost its job without a word is found, and the bead is worked on again", async () => {
    const town = await withRig();
    const [id] = await town.file(["slow(1)"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(5_000);
    await lose(town, "agent");
    await town.settle();
    checkEnd(town, [id!]);
    expect((await town.get(id!)).status).toBe("closed");
  });

  test("a container that lost its run without a word is found, and another run goes on with the attempt", async () => {
    const town = await withRig();
    const [id] = await town.file(["lose(1)"]);
    await town.call("sling", { beads: [id] });
    await town.host.advance(500);
    await lose(town, "container");
    await town.settle();
    expect((await town.get(id!)).status).toBe("closed");
  });
});
