/** Convoys through a whole town: from an epic, from a plan, staged, changed under way, stranded and going on. */
import { describe, expect, test } from "bun:test";
import type { ConvoyView } from "../../store/schema/views.ts";
import { refusal, withRig } from "./calls.ts";
import { checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

const feedOf = async (town: TestTown, type: string) =>
  (await town.call("feed", { limit: 2_000 })).filter(event => event.type === type);

const description = "```sh\ntrue\n```";

/** a <- b <- d, a <- c <- d */
const DIAMOND = [
  { key: "a", title: "base" },
  { key: "b", title: "left", depends_on: ["a"] },
  { key: "c", title: "right", depends_on: ["a"] },
  { key: "d", title: "top", depends_on: ["b", "c"] },
].map(task => ({ ...task, description }));

/** Id of the member with this title. */
const member = (convoy: ConvoyView, title: string) =>
  convoy.beads.find(bead => bead.title === title)?.id ?? "";

describe("from an epic", () => {
  test("takes the open work below it, through epics within it, and nothing else", async () => {
    const town = await withRig();
    const file = (title: string, more: object = {}) =>
      town.call("createBead", { rig: "sample", title, ...more });
    const epic = await file("Search", { issue_type: "epic" });
    const one = await file("one", { parent: epic.id });
    const done = await file("done", { parent: epic.id });
    await town.call("closeBead", { id: done.id });
    const inner = await file("inner", { parent: epic.id, issue_type: "epic" });
    const two = await file("two", { parent: inner.id });
    const convoy = await town.call("createConvoy", { epic: epic.id });
    expect(convoy).toMatchObject({ title: "Search", state: "open", total: 2, owner: "ada" });
    expect(convoy.beads.map(bead => bead.id).sort()).toEqual([one.id, two.id].sort());
  });

  test("without work below it, or of what is no work, nothing is made", async () => {
    const town = await withRig();
    const epic = await town.call("createBead", { rig: "sample", title: "Empty", issue_type: "epic" });
    const before = town.all().length;
    expect(await refusal(town.call("createConvoy", { epic: epic.id }))).toMatchObject({
      code: "invalid_argument",
      hint: expect.stringContaining(`--parent ${epic.id}`),
    });
    expect(await refusal(town.call("createConvoy", { title: "x", beads: [epic.id] }))).toMatchObject({
      hint: expect.stringContaining(`--epic ${epic.id}`),
    });
    expect(await refusal(town.call("createConvoy", { title: "x" }))).toMatchObject({
      code: "invalid_argument",
    });
    expect(town.all().length).toBe(before);
  });
});

describe("from a plan", () => {
  test("its beads come with what waits for what, and it waits for its start", async () => {
    const town = await withRig();
    const plan = await town.call("planConvoy", { title: "Search", rig: "sample", tasks: DIAMOND });
    expect(plan).toMatchObject({ state: "staged", total: 4, merged: 0 });
    expect(plan.beads.map(({ title, wave }) => `${wave} ${title}`).sort()).toEqual([
      "1 base",
      "2 left",
      "2 right",
      "3 top",
    ]);
    await town.host.advance(3_600_000);
    expect(town.sandboxes.runs).toEqual([]);

    expect(await town.call("startConvoy", { convoy: plan.id })).toMatchObject({ state: "open" });
    await town.settle();
    expect(await town.call("convoy", { convoy: plan.id })).toMatchObject({ state: "landed", merged: 4 });
    const order = (await feedOf(town, "merge.merged")).map(event => event.bead);
    const [a, b, c, d] = ["base", "left", "right", "top"].map(title => member(plan, title));
    expect(order[0]).toBe(a);
    expect(new Set(order.slice(1, 3))).toEqual(new Set([b, c]));
    expect(order[3]).toBe(d);
    checkEnd(town, [a, b, c, d].map(String));
  });

  test("may wait for beads that exist, in other rigs too, and be started at once", async () => {
    const town = await TestTown.start();
    await town.addRig("one", "on");
    await town.addRig("two", "tw");
    const [base] = await town.file(["base"], "two");
    const plan = await town.call("planConvoy", {
      title: "Across",
      start: true,
      tasks: [
        { title: "here", rig: "one", depends_on: [base], description },
        { title: "there", rig: "two", depends_on: ["1"], description },
      ],
    });
    await town.settle();
    expect(town.sandboxes.runs).toEqual([]);
    await town.call("sling", { beads: [base] });
    await town.settle();
    expect(await town.call("convoy", { convoy: plan.id })).toMatchObject({ state: "landed", merged: 2 });
  });

  test("that goes round in a ring is refused by name, and nothing is made", async () => {
    const town = await withRig();
    const before = town.all().length;
    const tasks = [
      { key: "a", title: "a", depends_on: ["c"] },
      { key: "b", title: "b", depends_on: ["a"] },
      { key: "c", title: "c", depends_on: ["b"] },
    ];
    expect(await refusal(town.call("planConvoy", { title: "Ring", rig: "sample", tasks }))).toMatchObject({
      code: "dependency_cycle",
      message: expect.stringContaining("a -> c -> b -> a"),
    });
    const unknown = [{ title: "a", depends_on: ["nonsense"] }];
    expect(
      await refusal(town.call("planConvoy", { title: "No", rig: "sample", tasks: unknown })),
    ).toMatchObject({ code: "not_found" });
    expect(await refusal(town.call("planConvoy", { title: "No", tasks: [{ title: "a" }] }))).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("in which rig"),
    });
    expect(town.all().length).toBe(before);
  });

  test("is the business of people and the mayor", async () => {
    const town = await withRig();
    const plan = { title: "x", rig: "sample", tasks: [{ title: "a" }] };
    expect(await refusal(town.call("planConvoy", { ...plan, by: "sample/toast" }))).toMatchObject({
      code: "forbidden",
    });
    expect(await town.call("planConvoy", { ...plan, by: "town/mayor" })).toMatchObject({
      owner: "mayor",
    });
  });
});

describe("under way", () => {
  test("beads that are added are slung, those taken out stay as they are, and a landed one goes on", async () => {
    const town = await withRig();
    const [a, b, c] = await town.file(["a", "b slow", "c"]);
    const { id: convoy } = await town.call("createConvoy", { title: "All", beads: [a], start: true });
    await town.call("addToConvoy", { convoy, beads: [b] });
    expect(await town.call("addToConvoy", { convoy, beads: [b] })).toMatchObject({ total: 2 });
    await town.settle();
    expect(await town.call("convoy", { convoy })).toMatchObject({ state: "landed", merged: 2 });
    expect(await town.call("addToConvoy", { convoy, beads: [c] })).toMatchObject({ state: "open", total: 3 });
    await town.call("removeFromConvoy", { convoy, beads: [a] });
    await town.settle();
    expect(await town.call("convoy", { convoy })).toMatchObject({ state: "landed", total: 2, merged: 2 });
    expect(await town.get(a ?? "")).toMatchObject({ status: "closed" });
    expect(await refusal(town.call("removeFromConvoy", { convoy, beads: [a] }))).toMatchObject({
      code: "not_found",
    });
  });

  test("one that is given up leaves its beads alone", async () => {
    const town = await withRig();
    const [a] = await town.file(["a"]);
    const { id: convoy } = await town.call("createConvoy", { title: "All", beads: [a] });
    expect(await town.call("closeConvoy", { convoy, reason: "no" })).toMatchObject({ state: "closed" });
    expect(await town.call("closeConvoy", { convoy })).toMatchObject({ state: "closed" });
    expect(await town.get(a ?? "")).toMatchObject({ status: "open" });
    expect(await refusal(town.call("startConvoy", { convoy }))).toMatchObject({ code: "invalid_transition" });
    expect(await refusal(town.call("convoy", { convoy: a }))).toMatchObject({ code: "invalid_argument" });
  });

  test("owner and watchers can be changed, the mode until it is started", async () => {
    const town = await withRig();
    const [a] = await town.file(["a"]);
    const { id: convoy } = await town.call("createConvoy", { title: "All", beads: [a], watchers: ["ben"] });
    const patch = { convoy, owner: "carl", watch: ["dora"], unwatch: ["ben"], mode: "review-then-land" };
    expect(await town.call("updateConvoy", patch)).toMatchObject({
      owner: "carl",
      watchers: ["dora"],
      mode: "review-then-land",
    });
    await town.call("updateConvoy", { convoy, mode: "review-and-merge" });
    await town.call("startConvoy", { convoy });
    expect(await refusal(town.call("updateConvoy", { convoy, mode: "review-then-land" }))).toMatchObject({
      code: "invalid_transition",
    });
  });
});

describe("owner and watchers", () => {
  const mailOf = async (town: TestTown, inbox: string) =>
    town
      .all()
      .filter(bead => bead.issue_type === "message" && bead.assignee === inbox)
      .map(bead => bead.title);

  test("hear by mail that it failed, was stranded and landed, each once", async () => {
    const town = await withRig();
    const [a = "", b = ""] = await town.file(["crash", "b"]);
    await town.call("addDependency", { id: b, depends_on: a });
    const { id } = await town.call("createConvoy", {
      title: "All",
      beads: [a, b],
      owner: "ben",
      watchers: ["carl", "sample/refinery", "ben"],
      start: true,
    });
    await town.settle(48);
    expect(await mailOf(town, "ben")).toEqual([
      `Convoy ${id} cannot land: All`,
      `Convoy ${id} is stranded: All`,
    ]);
    await town.call("deleteBead", { id: a });
    await town.settle(48);
    expect(await town.call("convoy", { convoy: id })).toMatchObject({ state: "landed" });
    for (const inbox of ["ben", "carl", "sample/refinery"]) {
      expect(await mailOf(town, inbox)).toContain(`Convoy ${id} has landed: All`);
      expect(await mailOf(town, inbox)).toHaveLength(3);
    }
    expect(await mailOf(town, "ada")).toEqual([]);
  });

  test("an address that means nobody is refused, and nothing is made", async () => {
    const town = await withRig();
    const [a] = await town.file(["a"]);
    const before = town.all().length;
    const wrong = town.call("createConvoy", { title: "All", beads: [a], watchers: ["nowhere/nobody"] });
    expect(await refusal(wrong)).toMatchObject({ code: "not_found" });
    expect(town.all().length).toBe(before);
  });
});

describe("stranded", () => {
  test("is said once with the reason, also for a whole chain, and taken back when it goes on", async () => {
    const town = await withRig();
    const plan = await town.call("planConvoy", {
      title: "Search",
      rig: "sample",
      tasks: DIAMOND,
      start: true,
    });
    const a = member(plan, "base");
    const b = member(plan, "left");
    const d = member(plan, "top");
    await town.call("unsling", { beads: [a] });
    const stranded = await town.call("convoy", { convoy: plan.id });
    expect(stranded.state).toBe("stranded");
    expect(stranded.stranded).toContainEqual({ bead: a, reason: `is not slung: gt sling ${a}` });
    expect(stranded.stranded).toContainEqual({
      bead: b,
      reason: `waits for ${a}, which is not slung: gt sling ${a}`,
    });
    expect(stranded.stranded.map(one => one.bead)).toContain(d);
    // The run that was taken back ends, and what it used is written down.
    await town.host.advance(60_000);
    const commits = town.commits;
    await town.host.advance(12 * 3_600_000);
    expect(town.commits).toBe(commits);
    expect(await feedOf(town, "convoy.stranded")).toHaveLength(1);

    await town.call("startConvoy", { convoy: plan.id });
    expect(await town.call("convoy", { convoy: plan.id })).toMatchObject({ state: "open", stranded: [] });
    await town.settle();
    expect(await town.call("convoy", { convoy: plan.id })).toMatchObject({ state: "landed" });
    checkEnd(
      town,
      plan.beads.map(bead => bead.id),
    );
  });

  test("by a bead outside that failed, and one that is merely put off is not", async () => {
    const town = await withRig();
    const [outside = "", inside = "", later = ""] = await town.file(["crash", "inside", "later"]);
    await town.call("addDependency", { id: inside, depends_on: outside });
    await town.call("sling", { beads: [outside] });
    const { id: convoy } = await town.call("createConvoy", { title: "All", beads: [inside], start: true });
    await town.settle();
    expect(await town.get(outside ?? "")).toMatchObject({ status: "failed" });
    expect(await town.call("convoy", { convoy })).toMatchObject({
      state: "stranded",
      stranded: [{ bead: inside, reason: expect.stringContaining(`waits for ${outside}, which failed`) }],
    });
    await town.call("addToConvoy", { convoy, beads: [later] });
    await town.settle();
    // The one that was added has merged: what is left is stranded again.
    expect(await town.call("convoy", { convoy })).toMatchObject({ state: "stranded", merged: 1 });
  });

  test("a convoy that nobody has begun is not: it follows", async () => {
    const town = await withRig();
    const [a] = await town.file(["a"]);
    const { id: convoy } = await town.call("createConvoy", { title: "All", beads: [a] });
    await town.settle();
    expect(await town.call("convoy", { convoy })).toMatchObject({ state: "open", stranded: [] });
  });
});
