/** Every function of the table, called by every role, by MCP and by its route: those of the role are let through, others not. */
import { describe, expect, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { FUNCTIONS, functionsFor } from "../../runtime/gateway/functions/all.ts";
import {
  type AgentFunction,
  type FunctionRole,
  isSandboxCall,
  methodOf,
} from "../../runtime/gateway/functions/function.ts";
import { type Fixture, HOST, type Kind, makeFixture, ORIGIN } from "./fixture.ts";

const AS: Readonly<Record<FunctionRole, Kind>> = {
  polecat: "agent",
  refinery: "reviewer",
  mayor: "mayor",
  person: "owner",
};
/** Routes that agents read of their own rig without a function for it: `bd list` and `bd ready` use them; and their own bead. */
const BEYOND: Readonly<Record<FunctionRole, readonly string[]>> = {
  polecat: [
    "list_beads",
    "list_ready",
    "list_blocked",
    "list_merge_requests",
    "merge_request_show",
    "bead_comment",
    "bead_history",
    "list_formulas",
    "formula_show",
    "mol_status",
    "list_nudges",
  ],
  refinery: [
    "list_beads",
    "list_ready",
    "list_blocked",
    "merge_request_show",
    "bead_comment",
    "bead_history",
    "list_formulas",
    "formula_show",
    "mol_status",
    "nudge",
    "bead_update",
    "bead_create",
    "mol_current",
    "mol_next",
    "mol_fail",
    "ask_human",
  ],
  mayor: [],
  /** What agents are offered of their own molecule; people name the bead. */
  person: ["mol_current", "mol_next", "mol_fail"],
};

/** An input that each function takes. A function without one fails the test. */
const convoy = "hq-1";
const INPUTS: Readonly<Record<string, Record<string, unknown>>> = {
  prime: {},
  bead_show: { bead: "sa-1" },
  bead_update: { bead: "sa-1", notes: "x" },
  bead_create: { title: "x" },
  mol_current: {},
  mol_next: { step: "look" },
  mol_fail: { step: "look", reason: "x" },
  status: { text: "x" },
  ask_human: { question: "x" },
  approve: { merge_request: "sa-1" },
  request_changes: { merge_request: "sa-1", text: "x" },
  review_escalate: { merge_request: "sa-1", text: "x" },
  mail_send: { to: ["mayor"], subject: "x" },
  mail_inbox: {},
  mail_read: { id: "hq-1" },
  mail_reply: { id: "hq-1", body: "x" },
  mail_ack: { ids: ["hq-1"] },
  mail_claim: { queue: "chores" },
  escalate: { title: "x" },
  nudge: { rig: "sample", agent: "toast", text: "x" },
  list_escalations: {},
  escalation_ack: { id: "hq-1" },
  escalation_resolve: { id: "hq-1" },
  sling: { beads: ["sa-1"] },
  sling_batch: { title: "x", tasks: [{ title: "y", rig: "sample" }] },
  convoy_create: { title: "x", beads: ["sa-1"] },
  convoy_start: { convoy },
  convoy_show: { convoy },
  convoy_add: { convoy, beads: ["sa-1"] },
  convoy_remove: { convoy, bead: "sa-1" },
  bead_close: { bead: "sa-1", reason: "x" },
  list_beads: {},
  list_ready: {},
  list_agents: {},
  list_rigs: {},
  list_convoys: {},
  list_merge_requests: {},
  ui_action: { action: "open_bead", id: "sa-1" },
  agent_reset: { rig: "sample", agent: "toast" },
  mail_thread: { id: "hq-1" },
  mail_archive: { ids: ["hq-1"] },
  mail_release: { id: "hq-1" },
  mail_lists: {},
  mail_channel: { channel: "news" },
  mail_subscribe: { channel: "news" },
  mail_list_set: { list: "groups", name: "team", value: { members: ["mayor"] } },
  town_status: {},
  explain: { id: "sa-1" },
  feed: { limit: 5 },
  settings_show: {},
  settings_set: { max_polecats: 3 },
  pause: {},
  resume: {},
  drain: {},
  estop: { agent: "sample/toast" },
  thaw: {},
  sync: {},
  rig_add: { name: "other", git_url: "/x", prefix: "ot" },
  rig_set: { rig: "sample", max_polecats: 1 },
  rig_park: { rig: "sample" },
  rig_unpark: { rig: "sample" },
  list_budgets: {},
  budget_set: { id: "sa-1", total: { usd: 1 } },
  budget_unset: { id: "sa-1" },
  usage: { by: "bead", days: 2 },
  escalation_settings: {},
  escalation_settings_set: {},
  unsling: { beads: ["sa-1"] },
  hold: { beads: ["sa-1"] },
  unhold: { beads: ["sa-1"] },
  bead_reopen: { bead: "sa-1" },
  bead_comment: { bead: "sa-1", text: "x" },
  bead_link: { bead: "sa-1", depends_on: "sa-2" },
  bead_unlink: { bead: "sa-1", on: "sa-2" },
  list_blocked: {},
  bead_history: { bead: "sa-1" },
  mayor_status: {},
  mayor_start: {},
  mayor_restart: {},
  mayor_stop: {},
  convoy_set: { convoy, title: "x" },
  convoy_close: { convoy },
  merge_request_show: { merge_request: "sa-1" },
  merge_request_retry: { merge_request: "sa-1" },
  merge_request_reject: { merge_request: "sa-1", reason: "x" },
  list_formulas: {},
  formula_show: { formula: "feature" },
  mol_status: { bead: "sa-1" },
  list_gates: { all: true },
  gate_show: { gate: "sa-1" },
  gate_approve: { gate: "sa-1" },
  gate_reject: { gate: "sa-1", reason: "x" },
  answer: { question: "sa-1", answer: "x" },
  escalation_show: { id: "hq-1" },
  patrol: {},
  list_triage: {},
  triage_resolve: { id: "hq-1", action: "dismiss" },
  agent_show: { rig: "sample", agent: "toast" },
  agent_stop: { rig: "sample", agent: "toast" },
  list_nudges: { rig: "sample", agent: "toast" },
};

/** By its own route, as REST clients do. */
async function byRoute(fixture: Fixture, kind: Kind, fn: AgentFunction, town = "demo"): Promise<number> {
  const input = fn.input.parse(INPUTS[fn.name]);
  const request = fn.request(input, { town, bead: "sa-1" });
  // Steps are of the caller's own bead; who has none names one.
  const ofNobody = kind === "mayor" || kind === "owner";
  const named = ofNobody && fn.name.startsWith("mol_") ? { bead: "sa-1" } : {};
  const { path } = request;
  const query = { ...request.query, ...(request.body === undefined ? named : {}) };
  const body = request.body === undefined ? undefined : { ...request.body, ...named };
  const wanted = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const search = wanted.length === 0 ? "" : `?${new URLSearchParams(wanted)}`;
  return (await fixture.request(kind, methodOf(fn), `/api/v1${path}${search}`, body)).status;
}

async function connect(fixture: Fixture, kind: Kind): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(`${ORIGIN}/mcp`), {
    requestInit: { headers: { ...(await fixture.headers(kind)), host: HOST } },
    fetch: async (url, init) => fixture.gateway.fetch(new Request(url, init)),
  });
  const client = new Client({ name: "test", version: "0" });
  await client.connect(transport);
  return client;
}

const REMOTE = FUNCTIONS.filter(fn => !isSandboxCall(fn));

async function roleFixture(role: FunctionRole): Promise<Fixture> {
  const fixture = await makeFixture();
  const name = { polecat: "toast", refinery: "refinery", mayor: "mayor", person: "toast" }[role];
  fixture.answer("agent", {
    id: `sample/${name}`,
    name,
    role,
    rig: "sample",
    state: "working",
    since: "2026-01-01T00:00:00.000Z",
    bead: "sa-1",
    attempt: 2,
    generation: 3,
    completed: 0,
    has_terminal: true,
  });
  return fixture;
}

describe.each(["polecat", "refinery", "mayor", "person"] as const)("the role %s", role => {
  test.each(REMOTE.map(fn => [fn.name, fn.roles.join(", "), fn] as const))(
    "%s, of %s",
    async (name, _roles, fn) => {
      expect(Object.keys(INPUTS)).toContain(name);
      const mine = functionsFor(role).find(one => one.name === name);
      const fixture = await roleFixture(role);
      const kind = AS[role];
      const status = await byRoute(fixture, kind, mine ?? fn);
      const may = mine !== undefined || BEYOND[role].includes(name);
      expect([name, status < 300 ? "may" : status]).toEqual([name, may ? "may" : 403]);
      if (!may) expect(fixture.calls.filter(({ method }) => !["bead", "agent"].includes(method))).toEqual([]);

      const client = await connect(fixture, kind);
      const before = fixture.calls.length;
      const called = client.callTool({ name, arguments: INPUTS[name] ?? {} });
      if (mine === undefined) {
        await expect(called).rejects.toThrow(`no tool "${name}"`);
        expect(fixture.calls.length).toBe(before);
        return;
      }
      // The fake town's answer may not be what the tool promises; it was asked, which is what counts here.
      const error = (await called)._meta?.["gastown/error"];
      expect(JSON.stringify(error ?? {})).not.toContain("forbidden");
      expect(fixture.calls.length).toBeGreaterThan(before);
      await client.close();
    },
  );

  test("and none of them in another town", async () => {
    // The owner of the installation owns all of its towns.
    if (role === "person") return;
    for (const fn of functionsFor(role).filter(one => !isSandboxCall(one))) {
      const fixture = await roleFixture(role);
      expect([fn.name, await byRoute(fixture, AS[role], fn, "elsewhere")]).toEqual([fn.name, 403]);
      expect(fixture.calls).toEqual([]);
    }
  });
});

test("a mayor sets nothing that people set: program, isolation, metadata, words that break in", async () => {
  for (const [method, path, body] of [
    ["POST", "/sling", { beads: ["sa-1"], isolation: "none" }],
    ["POST", "/convoys", { title: "x", beads: ["sa-1"], isolation: "none" }],
    ["PATCH", "/beads/sa-1", { metadata: { x: 1 } }],
    ["POST", "/beads", { title: "x", rig: "sample", assignee: "ada" }],
    ["POST", "/agents/sample/toast/nudges", { text: "x", mode: "immediate" }],
  ] as const) {
    const fixture = await roleFixture("mayor");
    const response = await fixture.request("mayor", method, `/api/v1/towns/demo${path}`, body);
    expect([path, response.status]).toEqual([path, 403]);
    expect(await response.text()).toContain("The mayor of demo may not do");
    expect(fixture.calls.filter(call => call.method !== "bead")).toEqual([]);
  }
});
