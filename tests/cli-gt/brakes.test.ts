/** `gt explain`, `gt drain`, `gt estop` and their like, as processes against a real gateway. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { agent, type FakeTown, startFakeTown } from "./fake-town.ts";

setDefaultTimeout(60_000);

let town: FakeTown;
beforeAll(async () => {
  town = await startFakeTown();
});
afterAll(async () => {
  await town[Symbol.asyncDispose]();
});

const at = "2026-01-01T00:00:00.000Z";
const brake = { kind: "drain", at, by: "owner", reason: "move", scope: "all", running: [] as string[] };

test("explain shows reasons with their rules, times, and whose move it is", async () => {
  const soon = new Date(Date.now() + 90_500).toISOString();
  const value = {
    id: "web-1",
    kind: "bead",
    title: "One",
    state: "open",
    owner: { who: "town" },
    why: [{ text: "1 of 5 tries are used", rule: "back-off" }],
    next: [{ text: "when the pause is over", at: soon }],
    hints: ["gt sling web-1"],
  };
  town.answer("explainOne", value);
  const shown = await town.gt(["explain", "web-1"]);
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  for (const part of [
    "web-1",
    "[back-off]",
    soon.slice(0, 10),
    "(in 2 min)",
    "the town's",
    "gt sling web-1",
  ]) {
    expect(shown.stdout).toContain(part);
  }
  expect(town.calls.at(-1)).toMatchObject({ method: "explainOne", args: { id: "web-1" } });
  expect(JSON.parse((await town.gt(["explain", "web-1", "--json"])).stdout)).toEqual(value);
  await town.gt(["explain", "web/toast"]);
  expect(town.calls.at(-1)?.args).toMatchObject({ id: "web/toast" });
});

test("explain without an id names what waits, and says so when nothing does", async () => {
  const waiting = [{ bead: "web-1", title: "One", text: "its attempt 1 did not get through", at }];
  town.answer("explain", { actions: [], errors: [], waiting });
  const shown = await town.gt(["explain"]);
  expect(shown.stdout).toContain(
    "web-1 waits: its attempt 1 did not get through; until 2026-01-01 00:00:00 UTC",
  );
  town.answer("explain", { actions: [], errors: [], waiting: [] });
  expect((await town.gt(["explain"])).stdout).toBe("Nothing to do.\n");
});

test("drain waits until the town is drained, and says what it waits for", async () => {
  let looks = 0;
  town.answer("drain", { ...brake, running: ["web/toast"] });
  town.answer("brake", () => {
    looks += 1;
    return looks < 2 ? { ...brake, running: ["web/toast"] } : { ...brake, drained_at: at };
  });
  const done = await town.gt(["drain", "--reason", "move"]);
  expect(done).toMatchObject({ code: 0 });
  expect(done.stderr).toContain("Waiting for web/toast");
  expect(done.stdout).toContain("Drained");
  const atOnce = await town.gt(["drain", "--no-wait", "--json"]);
  expect(JSON.parse(atOnce.stdout)).toMatchObject({ brake: { running: ["web/toast"] } });
});

test("estop waits until all stand still, and fails when one does not", async () => {
  town.answer("estop", { brake: { ...brake, kind: "estop" } });
  town.answer("agents", [agent("web/toast", { frozen: at }), agent("web/ace", { state: "idle" })]);
  const done = await town.gt(["estop", "-r", "they delete things"]);
  expect(done).toMatchObject({ code: 0 });
  expect(done.stdout).toContain("Standing still: web/toast");
  expect(town.calls.find(({ method }) => method === "estop")?.args).toMatchObject({
    reason: "they delete things",
  });
  town.answer("agents", [agent("web/toast")]);
  const late = await town.gt(["estop", "--agent", "web/toast", "--timeout", "0"]);
  expect(late).toMatchObject({ code: 1 });
  expect(late.stdout).toContain("Not yet: web/toast");
  town.answer("thaw", { brake: null });
  expect((await town.gt(["thaw"])).stdout).toBe("Everything goes on.\n");
});

test("rigs are parked and beads held by name", async () => {
  const settings = { target: "main", gates: [], max_polecats: 4, allow_hosts: [] };
  const rig = {
    name: "web",
    prefix: "web",
    git_url: "/r",
    path: "/p",
    settings,
    state: "parked",
    reason: "lunch",
  };
  town.answer("parkRig", rig);
  expect((await town.gt(["rig", "park", "web", "-r", "lunch"])).stdout).toBe("web is parked: lunch\n");
  expect(town.calls.at(-1)?.args).toMatchObject({ rig: "web", parked: true, reason: "lunch" });
  await town.gt(["rig", "unpark", "web"]);
  expect(town.calls.at(-1)?.args).toMatchObject({ rig: "web", parked: false });
  town.answer("holdBeads", { beads: ["web-1"] });
  expect((await town.gt(["hold", "web-1", "web-2"])).stdout).toBe("web-1 is held.\n");
  await town.gt(["unhold", "web-1"]);
  expect(town.calls.at(-1)?.args).toMatchObject({ beads: ["web-1"], held: false });
});
