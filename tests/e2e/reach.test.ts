/**
 * (Long: one town for the whole of the engine's public face, since starting one takes seconds.)
 * Every part of the town engine reached in a real town by `gt` and by MCP: what is set by one is seen by the other. The
 * last test counts: a function that a person's model is offered and that nothing here called fails it.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { functionsFor } from "../../runtime/gateway/functions/all.ts";
import { isSandboxCall } from "../../runtime/gateway/functions/function.ts";
import { type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(180_000);

const FORMULA = `formula = "gated"
[[steps]]
id = "make"
title = "Make it"
[[steps]]
id = "publish"
title = "Publish it"
needs = ["make"]
gate = { type = "human" }
`;

let place: Playground;
let town: string;
let client: Client;
const called = new Set<string>();

beforeAll(async () => {
  place = playground("reach");
  town = join(place.dir, "town");
  const remote = await seededRemote(place);
  await place.git(place.dir, "clone", "-q", "--bare", remote, "second.git");
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
  const line = await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
  const token = readFileSync(join(town, "secrets/owner-token"), "utf8").trim();
  client = new Client({ name: "test", version: "0" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", JSON.parse(line).url), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  mkdirSync(join(town, "formulas"), { recursive: true });
  writeFileSync(join(town, "formulas/gated.formula.toml"), FORMULA);
  await gt("rig", "add", "web", remote, "--prefix", "web", "--agent", "script");
  expect(
    await tool("rig_add", { name: "api", git_url: join(place.dir, "second.git"), prefix: "api" }),
  ).toMatchObject({ name: "api", state: "ready" });
  await tool("rig_set", { rig: "api", driver: { kind: "script" } });
});

afterAll(async () => {
  await client.close();
  await run("stop", "--agents");
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

const run = (...args: string[]) => place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });

/** The answer of a command that has to succeed. */
// biome-ignore lint/suspicious/noExplicitAny: what a command printed, looked at by the tests.
async function gt(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await run(...args);
  if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stderr}`);
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}

const resultSchema = z.looseObject({
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ text: z.string() })),
});

/** The answer of a tool that has to succeed. */
// biome-ignore lint/suspicious/noExplicitAny: what a tool answered, looked at by the tests.
async function tool(name: string, args: Record<string, unknown> = {}): Promise<any> {
  called.add(name);
  const result = resultSchema.parse(await client.callTool({ name, arguments: args }));
  if (result.isError === true) throw new Error(`${name}: ${result.content[0]?.text}`);
  return result.structuredContent;
}

const refused = (name: string, args: Record<string, unknown>) => expect(tool(name, args)).rejects;

async function file(title: string, script = "true", ...more: string[]): Promise<string> {
  const text = `\`\`\`sh\n${script}\n\`\`\``;
  return (await gt("bead", "create", title, "--rig", "web", "-d", text, ...more)).id;
}

const commit = (name: string) => `echo ${name} > ${name} && git add -A && git commit -qm ${name}`;
const why = async (id: string) => {
  const [byCommand, byTool] = [await gt("explain", id), await tool("explain", { id })];
  // A moment lies between the two: what is counted in minutes may differ.
  expect(byTool).toMatchObject({ kind: byCommand.kind, state: byCommand.state, owner: byCommand.owner });
  for (const part of ["why", "next"]) expect(byTool[part].length).toBeGreaterThan(0);
  return byCommand;
};
const closed = (id: string) =>
  until(`${id} is merged`, async () => {
    const { bead } = await gt("bead", "show", id);
    if (bead.status === "failed") throw new Error(JSON.stringify(bead.metadata.work.last_failure));
    return bead.status === "closed" && bead;
  });

test("dispatch: caps, dependencies, held, deferred, paused, drained; each says why it waits", async () => {
  await gt("pause", "--reason", "setting up");
  const first = await file("first", commit("first"));
  const second = await file("second", commit("second"));
  expect(await tool("bead_link", { bead: second, depends_on: first })).toMatchObject({ id: second });
  expect(await run("bead", "link", first, second)).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(second),
  });
  expect(await tool("list_blocked", { rig: "web" })).toMatchObject({ items: [{ bead: { id: second } }] });
  await tool("sling", { beads: [first, second] });
  expect(await why(second)).toMatchObject({ why: [{ rule: "pause" }, { rule: "blocked" }] });
  await tool("bead_unlink", { bead: second, on: first });
  await gt("bead", "link", second, first);
  await gt("bead", "unlink", second, first);
  await gt("bead", "link", second, first);
  await tool("hold", { beads: [first] });
  expect(await gt("hold", first)).toEqual({ beads: [] });
  await gt("defer", first, "--until", "+1d");
  expect(await tool("resume")).toMatchObject({ name: "town" });
  expect((await why(first)).why).toMatchObject([{ rule: "held" }, { rule: "deferred" }]);
  await gt("unhold", first);
  expect(await tool("unhold", { beads: [first] })).toEqual({ beads: [] });
  expect(await tool("drain")).toMatchObject({ kind: "drain" });
  await gt("resume");
  await tool("pause", { reason: "a look at the caps" });
  expect(await tool("settings_set", { max_polecats: 1 })).toMatchObject({ max_polecats: 1 });
  expect(await gt("settings")).toMatchObject({ max_polecats: 1 });
  await gt("settings", "set", "--max-polecats", "4");
  expect(await tool("settings_show")).toMatchObject({ max_polecats: 4 });
  await tool("rig_park", { rig: "web" });
  await gt("undefer", first);
  await gt("resume");
  expect((await why(first)).why).toMatchObject([{ rule: "parked" }]);
  expect(await why("web")).toMatchObject({ kind: "rig", state: "parked" });
  await tool("rig_unpark", { rig: "web" });
  expect((await closed(first)).metadata.work.tries).toBe(1);
  await closed(second);
  expect(await why(first)).toMatchObject({ kind: "bead", state: "closed", owner: { who: "nobody" } });
  await gt("defer", await file("put off"));
  expect((await tool("list_ready", { rig: "web" })).items).toEqual([]);
  const { completed } = await gt("agents", "show", "web/toast");
  expect(completed.map((one: { bead: string }) => one.bead)).toContain(first);
  expect(await tool("agent_show", { rig: "web", agent: "toast" })).toMatchObject({ completed });
});

test("budgets of a bead, convoy, rig, the town and the day: set by one, seen by the other, and a hard stop", async () => {
  const id = await file("spends", "sleep 600");
  const convoy = (await gt("convoy", "create", "Spending", id)).id;
  await tool("budget_set", { id, total: { attempts: 3, wall_s: 5_000 } });
  await gt("budget", "set", convoy, "--usd", "5");
  await tool("budget_set", { id: "web", total: { usd: 100 }, day: { tokens: 1_000_000, attempts: 50 } });
  await gt("budget", "set", "town", "--day-usd", "20", "--zone", "Europe/Berlin", "--warn", "70");
  const { items } = await tool("list_budgets");
  expect(items).toEqual(await gt("budget", "show"));
  expect(items.map((one: { scope: string }) => one.scope).sort()).toEqual(["bead", "convoy", "rig", "town"]);
  await tool("budget_unset", { id: convoy });
  await gt("budget", "unset", "web");
  // Its one second is used up soon: the turn is ended, the bead waits, and somebody is asked.
  await gt("budget", "set", id, "--wall", "1");
  await gt("sling", id);
  await until("it is over its budget", async () => (await gt("explain", id)).state === "over budget");
  const spent = await why(id);
  expect(spent).toMatchObject({ owner: { who: "person" } });
  expect(spent.why[0]).toMatchObject({ rule: "over budget" });
  expect((await tool("usage", { by: "bead" })).lines).toContainEqual(
    expect.objectContaining({ key: id, usage: expect.objectContaining({ attempts: 1 }) }),
  );
  expect((await gt("usage", "--by", "bead")).lines).toContainEqual(expect.objectContaining({ key: id }));
  await tool("unsling", { beads: [id] });
  await tool("convoy_close", { convoy, reason: "seen" });
  await tool("bead_close", { bead: id, reason: "seen" });
});

test("mail: people, groups, channels, queues with one claimer, threads, read, acknowledged", async () => {
  await tool("mail_list_set", { list: "groups", name: "team", value: { members: ["bob", "mayor"] } });
  await gt("mail", "queues", "chores", "--everybody");
  await tool("mail_list_set", { list: "channels", name: "news", value: {} });
  expect(await tool("mail_subscribe", { channel: "news" })).toMatchObject({ queues: { chores: {} } });
  expect(Object.keys(await gt("mail", "groups"))).toEqual(["team"]);
  expect(await tool("mail_lists")).toMatchObject({ groups: { team: { members: ["bob", "mayor"] } } });
  const sent = await tool("mail_send", { to: ["team"], subject: "Lunch", body: "At one?", kind: "task" });
  expect(sent.recipients).toEqual(["bob", "mayor"]);
  const [id = ""] = sent.ids;
  expect(await gt("mail", "inbox", "bob")).toMatchObject([{ id, subject: "Lunch", state: "pending" }]);
  expect(await why(id)).toMatchObject({ kind: "message", state: "pending", owner: { name: "bob" } });
  await tool("mail_reply", { id, body: "Yes." });
  expect((await gt("mail", "thread", id)).map((one: { body: string }) => one.body)).toEqual([
    "At one?",
    "Yes.",
  ]);
  expect((await tool("mail_thread", { id })).items).toHaveLength(2);
  await gt("mail", "send", "chores", "-s", "Sweep", "-m", "The yard.", "--task");
  const claimed = await tool("mail_claim", { queue: "chores" });
  expect(await run("mail", "claim", "chores")).toMatchObject({ code: 4 });
  expect(await gt("mail", "release", claimed.id)).toMatchObject({ queue: "chores" });
  expect(await gt("mail", "claim", "chores")).toMatchObject({ id: claimed.id });
  expect(await tool("mail_release", { id: claimed.id })).toMatchObject({ id: claimed.id });
  await tool("mail_claim", { id: claimed.id });
  expect(await tool("mail_read", { id: claimed.id })).toMatchObject({ state: "read" });
  expect((await tool("mail_ack", { ids: [claimed.id] })).items).toMatchObject([{ state: "acknowledged" }]);
  await gt("mail", "send", "news", "-s", "Opened", "-m", "Come in.");
  expect((await tool("mail_channel", { channel: "news" })).items).toMatchObject([{ subject: "Opened" }]);
  expect(JSON.stringify(await gt("bead", "list"))).not.toContain("Opened");
  expect(JSON.stringify(await gt("bead", "list", "--type", "message"))).toContain("Opened");
  const mine = (await tool("mail_inbox")).items;
  expect(await gt("mail", "inbox")).toEqual(mine);
  await tool("mail_archive", { ids: mine.map((one: { id: string }) => one.id) });
  expect(await gt("mail", "inbox")).toEqual([]);
});

test("escalations: raised, told, in hand, settled; how they are told is set by both", async () => {
  const raised = await gt("escalate", "The key is gone", "--severity", "high");
  expect(await why(raised.id)).toMatchObject({ kind: "escalation", owner: { who: "person" } });
  expect((await tool("list_escalations")).items[0]).toMatchObject({ id: raised.id });
  await tool("escalation_ack", { id: raised.id });
  expect(await gt("escalation", "show", raised.id)).toMatchObject({ id: raised.id });
  expect(await tool("escalation_show", { id: raised.id })).toMatchObject({ id: raised.id });
  await gt("escalation", "resolve", raised.id, "-m", "found");
  const second = await tool("escalate", { title: "Another", severity: "low" });
  await gt("escalation", "ack", second.id);
  await tool("escalation_resolve", { id: second.id, reason: "seen" });
  expect(JSON.stringify(await gt("escalation", "list"))).not.toContain(second.id);
  await tool("escalation_settings_set", { routes: { low: ["mail"] }, reescalate_after_s: 7_200 });
  expect(await gt("escalation", "settings")).toMatchObject({ reescalate_after_s: 7_200 });
  await gt("escalation", "settings", "--after", "4");
  expect(await tool("escalation_settings")).toMatchObject({ reescalate_after_s: 14_400 });
});

test("convoys: of beads, of an epic, of a plan; rings refused; across rigs, started, watched, landed", async () => {
  const task = (title: string, rig: string, depends_on: string[] = []) => ({
    key: title,
    title,
    rig,
    depends_on,
    description: `\`\`\`sh\n${commit(title)}\n\`\`\``,
  });
  await refused("sling_batch", {
    title: "Ring",
    tasks: [task("a", "web", ["b"]), task("b", "web", ["a"])],
  }).toThrow(/a.*b/);
  const plan = await tool("sling_batch", {
    title: "Two rigs",
    start: false,
    tasks: [task("server", "api"), task("page", "web", ["server"])],
  });
  expect(plan).toMatchObject({ state: "staged", total: 2 });
  expect(await gt("convoy", "show", plan.id)).toMatchObject({
    beads: [
      { title: "server", wave: 1 },
      { title: "page", wave: 2 },
    ],
  });
  await tool("convoy_set", { convoy: plan.id, owner: "ada", watch: ["bob"] });
  await gt("convoy", "set", plan.id, "--watch", "carl");
  const extra = await file("extra", commit("extra"));
  expect(await tool("convoy_add", { convoy: plan.id, beads: [extra] })).toMatchObject({ total: 3 });
  await tool("convoy_remove", { convoy: plan.id, bead: extra });
  expect(await tool("convoy_show", { convoy: plan.id })).toMatchObject({
    total: 2,
    watchers: ["bob", "carl"],
  });
  expect(await why(plan.id)).toMatchObject({ kind: "convoy", state: "staged" });
  await tool("convoy_start", { convoy: plan.id });
  await until("it has landed", async () => (await gt("convoy", "show", plan.id)).state === "landed");
  for (const name of ["ada", "bob", "carl"])
    expect(JSON.stringify(await gt("mail", "inbox", name))).toContain("Two rigs");
  const epic = await gt("bead", "create", "Big", "--rig", "web", "--type", "epic");
  const part = await file("part", "true", "--parent", epic.id);
  expect(await tool("convoy_create", { epic: epic.id })).toMatchObject({ total: 1, beads: [{ id: part }] });
  expect((await tool("list_convoys")).items[0].title).toBe("Big");
});

test("the refinery: gates, attribution, a hand on a merge request; verdicts, by both", async () => {
  await tool("rig_set", {
    rig: "web",
    gates: [{ name: "clean", command: "! test -e bad" }],
    flaky_retries: 0,
  });
  const good = await file("good", commit("good"));
  const bad = await file("bad", `${commit("bad")}\nsleep 1`);
  await tool("sling_batch", { title: "x", tasks: [{ title: "unused", rig: "web" }], start: false });
  await gt("sling", good, bad);
  await closed(good);
  const request = await until("the bad one is turned down", async () =>
    (await tool("list_merge_requests", { rig: "web" })).items.find(
      (one: { bead: string; state: string }) => one.bead === bad && one.state === "rejected",
    ),
  );
  expect(await gt("mq", "show", request.id)).toMatchObject({ state: "rejected" });
  expect(await tool("merge_request_show", { merge_request: request.id })).toMatchObject({
    bead: bad,
    reason: expect.stringContaining("clean"),
  });
  expect(await why(request.id)).toMatchObject({ kind: "merge request", state: "rejected" });
  await tool("hold", { beads: [bad] });
  await gt("unsling", bad);
  await gt("rig", "park", "web");
  await tool("merge_request_retry", { merge_request: request.id });
  expect(await why(request.id)).toMatchObject({ state: "queued" });
  await gt("mq", "reject", request.id, "--reason", "not wanted");
  await tool("merge_request_retry", { merge_request: request.id });
  await tool("merge_request_reject", { merge_request: request.id, reason: "still not wanted" });
  await gt("rig", "unpark", "web");
  await tool("rig_set", {
    rig: "web",
    gates: [],
    reviewer: { kind: "pty", command: ["sleep", "300"] },
  });
  const waits = async (title: string) => {
    const id = await file(title, commit(title));
    await gt("sling", id);
    return await until(`${title} is read`, async () =>
      (await tool("list_merge_requests", { rig: "web" })).items.find(
        (one: { bead: string; state: string }) => one.bead === id && one.state === "reviewing",
      ),
    );
  };
  const one = await waits("one");
  expect(await why(one.id)).toMatchObject({ kind: "merge request", state: "reviewing" });
  await tool("review_escalate", { merge_request: one.id, text: "somebody has to look" });
  expect(await why(one.id)).toMatchObject({ owner: { who: "person" } });
  await tool("approve", { merge_request: one.id });
  await closed(one.bead);
  const two = await waits("two");
  await tool("request_changes", {
    merge_request: two.id,
    text: `More.\n\n\`\`\`sh\n${commit("more")}\n\`\`\``,
  });
  const rework = await until(
    "a bead for the changes",
    async () =>
      (await gt("bead", "show", two.bead)).bead.dependencies?.length > 0 ||
      (await gt("explain", two.id)).state === "blocked",
  );
  expect(rework).toBe(true);
  expect(await why(two.id)).toMatchObject({ kind: "merge request", state: "blocked" });
  await gt("rig", "set", "web", "--reviewer", "none");
  const again = await until("it waits for its verdict again", async () => {
    const shown = await gt("mq", "show", two.id);
    return (shown.state === "reviewing" || shown.state === "merged") && shown;
  });
  if (again.state === "reviewing") await gt("review", "approve", two.id);
  await closed(two.bead);
});

test("molecules and gates: one step at a time, by both; what waits says for whom", async () => {
  expect((await tool("list_formulas")).items.map((one: { name: string }) => one.name)).toContain("gated");
  expect(await tool("formula_show", { formula: "gated" })).toMatchObject({
    steps: [{ id: "make" }, { id: "publish" }],
  });
  const id = await file(
    "released",
    `${commit("released")} || true\nif gt mol current --json | grep -q '"make"'; then gt mol next make; sleep 60; fi\ntrue`,
  );
  await tool("sling", { beads: [id], formula: "gated" });
  const gate = await until("the gate", async () => (await tool("list_gates")).items[0]);
  expect(await gt("gate", "list")).toMatchObject([{ id: gate.id }]);
  expect(await tool("gate_show", { gate: gate.id })).toEqual(await gt("gate", "show", gate.id));
  expect(await why(gate.id)).toMatchObject({ kind: "gate", state: "waiting", owner: { who: "person" } });
  const view = await tool("mol_status", { bead: id });
  expect(await gt("mol", "status", id)).toMatchObject({ id: view.id, completed: 1, total: 2 });
  expect(await why(view.id)).toMatchObject({
    kind: "molecule",
    state: "waiting",
    why: [{ text: expect.stringContaining("1 of 2 steps") }, { text: expect.stringContaining(gate.id) }],
  });
  expect(await why(view.steps[0].id)).toMatchObject({ kind: "step", state: "done" });
  expect(await why(view.steps[1].id)).toMatchObject({ kind: "step", state: "blocked" });
  await tool("gate_approve", { gate: gate.id });
  await closed(id);
  expect(await why(gate.id)).toMatchObject({ state: "released", owner: { who: "nobody" } });
  const other = await file("not released", `${commit("other")}; gt mol next make; sleep 60`);
  await gt("sling", other, "--formula", "gated");
  const [second] = await until("its gate", async () => {
    const gates = await gt("gate", "list");
    return gates.length > 0 && gates;
  });
  await tool("gate_reject", { gate: second.id, reason: "no" });
  await until("its bead has failed", async () => (await gt("show", other)).bead.status === "failed");
  expect(await why(other)).toMatchObject({ state: "failed", owner: { who: "person" } });
  expect(await tool("bead_reopen", { bead: other })).toMatchObject({ status: "open" });
});

test("an agent at work: seen, spoken to, frozen, stopped, begun anew; its question answered", async () => {
  const id = await file(
    "slow",
    'if [ ! -e "$HOME/asked" ]; then touch "$HOME/asked"; gt ask "Left?" --option yes; fi; sleep 600',
  );
  await gt("sling", id);
  const question = await until("its question", async () => (await tool("list_gates")).items[0]);
  const at = async () => (await gt("bead", "show", id)).bead.assignee as string | undefined;
  const agent = (await at()) ?? "";
  const [rig = "", name = ""] = agent.split("/");
  expect(await why(question.id)).toMatchObject({ kind: "question", owner: { who: "person" } });
  await tool("answer", { question: question.id, answer: "yes" });
  expect(await why(agent)).toMatchObject({ kind: "agent", state: "working", owner: { who: "agent" } });
  expect(await why(`container/${agent}`)).toMatchObject({ kind: "container", state: "up" });
  const said = await tool("nudge", { rig, agent: name, text: "Hurry", mode: "queue" });
  expect((await tool("list_nudges", { rig, agent: name })).items).toContainEqual(
    expect.objectContaining({ nudge: expect.objectContaining({ id: said.id }) }),
  );
  expect(JSON.stringify(await gt("nudge", agent))).toContain("Hurry");
  expect(await why(said.id)).toMatchObject({ kind: "nudge", state: "pending", title: "Hurry" });
  expect((await tool("patrol")).items).toMatchObject([{ agent, bead: id }]);
  expect(await gt("patrol")).toMatchObject([{ agent, bead: id }]);
  expect((await tool("list_triage")).items).toEqual(await gt("triage", "list"));
  await refused("triage_resolve", { id: "hq-nothing", action: "dismiss" }).toThrow("hq-nothing");
  await tool("estop", { agent, reason: "wait" });
  expect(await why(agent)).toMatchObject({ owner: { who: "person" } });
  await gt("thaw", "--agent", agent);
  await gt("estop");
  expect(await why(id)).toMatchObject({ owner: { who: "person" } });
  await tool("thaw");
  expect(await tool("ui_action", { action: "open_bead", id })).toEqual({ action: "open_bead", id });
  await gt("ui", "open-bead", id);
  expect((await tool("list_agents", { rig })).items).toContainEqual(expect.objectContaining({ id: agent }));
  const attempt = async () => (await gt("bead", "show", id)).bead.metadata.work.attempt;
  const before = await attempt();
  await tool("agent_reset", { rig, agent: name });
  await until("another attempt", async () => (await attempt()) > before && (await at()) !== undefined);
  await gt("hold", id);
  const next = ((await at()) ?? "").split("/")[1] ?? "";
  await tool("agent_stop", { rig, agent: next, reason: "enough" });
  await until("nobody has it", async () => (await at()) === undefined);
  expect((await why(id)).why).toMatchObject([{ rule: "only slung work is dispatched" }]);
});

test("a mayor that runs as an agent: started, seen, begun anew, stopped", async () => {
  expect(await gt("mayor", "status")).toEqual(await tool("mayor_status"));
  await tool("mayor_start", { driver: { kind: "pty", command: ["sleep", "600"] } });
  await until("it runs", async () =>
    (await gt("agents")).some(
      (one: { id: string; state: string }) => one.id === "hq/mayor" && one.state === "working",
    ),
  );
  expect(await why("hq/mayor")).toMatchObject({ kind: "agent" });
  await tool("mayor_restart");
  await gt("mayor", "stop");
  await tool("mayor_stop", { reason: "seen" });
  expect(await gt("mayor", "status")).toEqual(await tool("mayor_status"));
});

test("the town as a whole, and small deeds on beads", async () => {
  expect((await tool("town_status")).name).toBe("town");
  const feed = (await tool("feed", { limit: 5 })).items;
  expect(feed).toHaveLength(5);
  expect((await gt("feed", "-n", "5")).map((one: { seq: number }) => one.seq)).toEqual(
    feed.map((one: { seq: number }) => one.seq),
  );
  expect((await tool("sync")).stores.map((one: { ok: boolean }) => one.ok)).not.toContain(false);
  const { id } = await tool("bead_create", { title: "By a tool", rig: "web" });
  await tool("bead_update", { bead: id, priority: 0 });
  await gt("bead", "update", id, "--add-label", "seen", "--notes", "read me");
  await tool("bead_comment", { bead: id, text: "a remark" });
  await gt("bead", "comment", id, "another", "remark");
  const { bead } = await tool("bead_show", { bead: id });
  expect(bead).toMatchObject({ priority: 0, labels: ["seen"], notes: "read me" });
  expect(bead.comments.map((one: { text: string }) => one.text)).toEqual(["a remark", "another remark"]);
  expect(JSON.stringify(await tool("bead_history", { bead: id }))).toContain("By a tool");
  expect((await tool("list_beads", { rig: "web", text: "By a tool" })).items).toMatchObject([{ id }]);
  expect((await tool("list_rigs")).items.map((one: { name: string }) => one.name)).toEqual(["api", "web"]);
  const primed = await place.run(["gt", "prime"], { env: { GASTOWN_TOWN: town } });
  expect((await tool("prime")).text.trim()).toBe(primed.stdout.trim());
  expect(await run("bead", "update", id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--priority"),
  });
  expect(await run("explain", "web-nothing")).toMatchObject({
    code: 4,
    stderr: expect.stringContaining("gt bead list"),
  });
});

test("every function that a person's model is offered was called here", () => {
  const offered = functionsFor("person").filter(fn => !isSandboxCall(fn));
  expect(offered.map(({ name }) => name).filter(name => !called.has(name))).toEqual([]);
});
