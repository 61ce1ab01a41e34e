/** Every route with every kind of caller. A route without a line in this table fails the test: nothing is open by default. */
import { describe, expect, test } from "bun:test";
import { ACTIONS, isAllowed } from "../../runtime/gateway/auth/authorize.ts";
import { functionsFor } from "../../runtime/gateway/functions/all.ts";
import { ROUTES } from "../../runtime/gateway/routes/all.ts";
import { KINDS, type Kind, makeFixture } from "./fixture.ts";

interface Line {
  /** With real parameters; the bead is sa-1 of rig sample, on which the agent works. */
  readonly path: string;
  readonly body?: unknown;
  /** Who may; everybody else gets 401 (no valid credentials) or 403. */
  readonly allowed: readonly Kind[];
}

const USERS = ["owner", "browser", "member"] as const;
const RIG = [...USERS, "agent", "retired"] as const;
/** Agents about themselves: there is no way to name another. */
const OWN = ["agent", "neighbour"] as const;
const town = "/api/v1/towns/demo";

const TABLE: Readonly<Record<string, Line>> = {
  "get /whoami": { path: "/api/v1/whoami", allowed: [...RIG, "stranger", "neighbour", "foreigner"] },
  "post /auth/sign-in-links": { path: "/api/v1/auth/sign-in-links", allowed: ["owner"] },
  "get /towns": { path: "/api/v1/towns", allowed: [...USERS, "stranger"] },
  "get /towns/:town": { path: town, allowed: USERS },
  "get /towns/:town/settings": { path: `${town}/settings`, allowed: USERS },
  "patch /towns/:town/settings": { path: `${town}/settings`, body: { max_polecats: 2 }, allowed: USERS },
  "post /towns/:town/stop": { path: `${town}/stop`, body: {}, allowed: USERS },
  "post /towns/:town/sync": { path: `${town}/sync`, body: {}, allowed: USERS },
  "get /towns/:town/feed": { path: `${town}/feed`, allowed: USERS },
  "get /towns/:town/rigs": { path: `${town}/rigs`, allowed: USERS },
  "post /towns/:town/rigs": {
    path: `${town}/rigs`,
    body: { name: "x", git_url: "/x", prefix: "x" },
    allowed: USERS,
  },
  "get /towns/:town/rigs/:rig": { path: `${town}/rigs/sample`, allowed: USERS },
  "patch /towns/:town/rigs/:rig": { path: `${town}/rigs/sample`, body: {}, allowed: USERS },
  "get /towns/:town/beads": { path: `${town}/beads?rig=sample`, allowed: RIG },
  "post /towns/:town/beads": {
    path: `${town}/beads`,
    body: { title: "x", rig: "sample" },
    allowed: [...USERS, "agent"],
  },
  "get /towns/:town/beads/:id": { path: `${town}/beads/sa-1`, allowed: RIG },
  "patch /towns/:town/beads/:id": {
    path: `${town}/beads/sa-1`,
    body: { notes: "x" },
    allowed: [...USERS, "agent"],
  },
  "delete /towns/:town/beads/:id": { path: `${town}/beads/sa-1`, allowed: USERS },
  "post /towns/:town/beads/:id/close": { path: `${town}/beads/sa-1/close`, body: {}, allowed: USERS },
  "post /towns/:town/beads/:id/reopen": { path: `${town}/beads/sa-1/reopen`, allowed: USERS },
  "post /towns/:town/beads/:id/comments": {
    path: `${town}/beads/sa-1/comments`,
    body: { text: "x" },
    allowed: [...USERS, "agent"],
  },
  "post /towns/:town/beads/:id/dependencies": {
    path: `${town}/beads/sa-1/dependencies`,
    body: { depends_on: "sa-2" },
    allowed: USERS,
  },
  "delete /towns/:town/beads/:id/dependencies/:on": {
    path: `${town}/beads/sa-1/dependencies/sa-2`,
    allowed: USERS,
  },
  "get /towns/:town/beads/:id/history": { path: `${town}/beads/sa-1/history`, allowed: RIG },
  "get /towns/:town/beads/:id/as-of": { path: `${town}/beads/sa-1/as-of?revision=beads`, allowed: RIG },
  "post /towns/:town/beads/:id/restore": {
    path: `${town}/beads/sa-1/restore`,
    body: { commit: "1234567" },
    allowed: USERS,
  },
  "get /towns/:town/undo": { path: `${town}/undo?rig=sample`, allowed: RIG },
  "post /towns/:town/undo": {
    path: `${town}/undo`,
    body: { rig: "sample", commit: "1234567" },
    allowed: [...USERS, "agent"],
  },
  "get /towns/:town/ready": { path: `${town}/ready?rig=sample`, allowed: RIG },
  "get /towns/:town/blocked": { path: `${town}/blocked?rig=sample`, allowed: RIG },
  "post /towns/:town/sling": { path: `${town}/sling`, body: { beads: ["sa-1"] }, allowed: USERS },
  "post /towns/:town/unsling": { path: `${town}/unsling`, body: { beads: ["sa-1"] }, allowed: USERS },
  "get /towns/:town/convoys": { path: `${town}/convoys`, allowed: USERS },
  "post /towns/:town/convoys": {
    path: `${town}/convoys`,
    body: { title: "x", beads: ["sa-1"] },
    allowed: USERS,
  },
  "post /towns/:town/convoys/plan": {
    path: `${town}/convoys/plan`,
    body: { title: "x", tasks: [{ title: "y", rig: "sample" }] },
    allowed: USERS,
  },
  "get /towns/:town/convoys/:id": { path: `${town}/convoys/hq-1`, allowed: USERS },
  "patch /towns/:town/convoys/:id": { path: `${town}/convoys/hq-1`, body: { watch: ["x"] }, allowed: USERS },
  "post /towns/:town/convoys/:id/start": { path: `${town}/convoys/hq-1/start`, body: {}, allowed: USERS },
  "post /towns/:town/convoys/:id/beads": {
    path: `${town}/convoys/hq-1/beads`,
    body: { beads: ["sa-1"] },
    allowed: USERS,
  },
  "delete /towns/:town/convoys/:id/beads/:bead": { path: `${town}/convoys/hq-1/beads/sa-1`, allowed: USERS },
  "post /towns/:town/convoys/:id/close": { path: `${town}/convoys/hq-1/close`, body: {}, allowed: USERS },
  "get /towns/:town/merge-requests": { path: `${town}/merge-requests?rig=sample`, allowed: RIG },
  "get /towns/:town/merge-requests/:id": { path: `${town}/merge-requests/sa-1`, allowed: RIG },
  // The agent here is a polecat: a verdict is the reviewer's.
  "post /towns/:town/merge-requests/:id/review": {
    path: `${town}/merge-requests/sa-1/review`,
    body: { verdict: "approve" },
    allowed: USERS,
  },
  "post /towns/:town/merge-requests/:id/retry": { path: `${town}/merge-requests/sa-1/retry`, allowed: USERS },
  "post /towns/:town/merge-requests/:id/reject": {
    path: `${town}/merge-requests/sa-1/reject`,
    body: { reason: "x" },
    allowed: USERS,
  },
  "post /towns/:town/ui-actions": {
    path: `${town}/ui-actions`,
    body: { action: "open_bead", id: "sa-1" },
    allowed: USERS,
  },
  "get /towns/:town/explain": { path: `${town}/explain`, allowed: USERS },
  "post /towns/:town/pause": { path: `${town}/pause`, body: {}, allowed: USERS },
  "post /towns/:town/resume": { path: `${town}/resume`, allowed: USERS },
  "get /towns/:town/budgets": { path: `${town}/budgets`, allowed: USERS },
  "patch /towns/:town/budgets/:id": {
    path: `${town}/budgets/sa-1`,
    body: { total: { usd: 1 } },
    allowed: USERS,
  },
  "delete /towns/:town/budgets/:id": { path: `${town}/budgets/sa-1`, allowed: USERS },
  "get /towns/:town/usage": { path: `${town}/usage`, allowed: USERS },
  "get /towns/:town/mayor": { path: `${town}/mayor`, allowed: USERS },
  "post /towns/:town/mayor/start": { path: `${town}/mayor/start`, body: {}, allowed: USERS },
  "post /towns/:town/mayor/restart": { path: `${town}/mayor/restart`, body: {}, allowed: USERS },
  "post /towns/:town/mayor/stop": { path: `${town}/mayor/stop`, body: {}, allowed: USERS },
  "get /towns/:town/patrol": { path: `${town}/patrol`, allowed: USERS },
  "get /towns/:town/triage": { path: `${town}/triage`, allowed: USERS },
  "post /towns/:town/triage/:id/resolve": {
    path: `${town}/triage/hq-1/resolve`,
    body: { action: "dismiss" },
    allowed: USERS,
  },
  "get /towns/:town/agents/:rig/:name/history": {
    path: `${town}/agents/sample/toast/history`,
    allowed: USERS,
  },
  "get /towns/:town/brake": { path: `${town}/brake`, allowed: USERS },
  "post /towns/:town/drain": { path: `${town}/drain`, body: {}, allowed: USERS },
  "post /towns/:town/estop": { path: `${town}/estop`, body: {}, allowed: USERS },
  "post /towns/:town/thaw": { path: `${town}/thaw`, body: {}, allowed: USERS },
  "post /towns/:town/rigs/:rig/park": { path: `${town}/rigs/sample/park`, body: {}, allowed: USERS },
  "post /towns/:town/rigs/:rig/unpark": { path: `${town}/rigs/sample/unpark`, body: {}, allowed: USERS },
  "post /towns/:town/hold": { path: `${town}/hold`, body: { beads: ["sa-1"] }, allowed: USERS },
  "post /towns/:town/unhold": { path: `${town}/unhold`, body: { beads: ["sa-1"] }, allowed: USERS },
  "get /towns/:town/agents": { path: `${town}/agents`, allowed: USERS },
  "get /towns/:town/agents/:rig/:name": { path: `${town}/agents/sample/toast`, allowed: RIG },
  "post /towns/:town/agents/:rig/:name/stop": {
    path: `${town}/agents/sample/toast/stop`,
    body: {},
    allowed: USERS,
  },
  "post /towns/:town/agents/:rig/:name/reset": { path: `${town}/agents/sample/toast/reset`, allowed: USERS },
  "post /towns/:town/agents/:rig/:name/input": {
    path: `${town}/agents/sample/toast/input`,
    body: { text: "x" },
    allowed: USERS,
  },
  "get /towns/:town/agents/:rig/:name/runs": { path: `${town}/agents/sample/toast/runs`, allowed: USERS },
  "get /towns/:town/agents/:rig/:name/runs/:run/recording": {
    path: `${town}/agents/sample/toast/runs/r-1/recording`,
    allowed: USERS,
  },
  "get /towns/:town/formulas": { path: `${town}/formulas`, allowed: [...RIG, "neighbour"] },
  "get /towns/:town/formulas/:name": { path: `${town}/formulas/feature`, allowed: [...RIG, "neighbour"] },
  "get /towns/:town/molecule": { path: `${town}/molecule?bead=sa-1`, allowed: RIG },
  "get /towns/:town/molecule/done": { path: `${town}/molecule/done?bead=sa-1`, allowed: RIG },
  "post /towns/:town/molecule/next": {
    path: `${town}/molecule/next`,
    body: { bead: "sa-1", step: "look" },
    allowed: [...USERS, "agent"],
  },
  "post /towns/:town/molecule/fail": {
    path: `${town}/molecule/fail`,
    body: { bead: "sa-1", step: "look", reason: "x" },
    allowed: [...USERS, "agent"],
  },
  "get /towns/:town/gates": { path: `${town}/gates`, allowed: USERS },
  "get /towns/:town/gates/:id": { path: `${town}/gates/sa-1`, allowed: USERS },
  "post /towns/:town/gates/:id/approve": { path: `${town}/gates/sa-1/approve`, body: {}, allowed: USERS },
  "post /towns/:town/gates/:id/reject": {
    path: `${town}/gates/sa-1/reject`,
    body: { reason: "x" },
    allowed: USERS,
  },
  "post /towns/:town/say": { path: `${town}/say`, body: { text: "x" }, allowed: OWN },
  "post /towns/:town/checkpoint": { path: `${town}/checkpoint`, body: { note: "x" }, allowed: OWN },
  "post /towns/:town/questions": { path: `${town}/questions`, body: { question: "x" }, allowed: OWN },
  "post /towns/:town/questions/:id/answer": {
    path: `${town}/questions/sa-1/answer`,
    body: { answer: "x" },
    allowed: USERS,
  },
  "get /towns/:town/escalations": { path: `${town}/escalations`, allowed: USERS },
  "post /towns/:town/escalations": {
    path: `${town}/escalations`,
    body: { title: "x" },
    allowed: [...USERS, "agent", "neighbour"],
  },
  "get /towns/:town/escalations/:id": { path: `${town}/escalations/hq-1`, allowed: USERS },
  "post /towns/:town/escalations/:id/ack": { path: `${town}/escalations/hq-1/ack`, allowed: USERS },
  "post /towns/:town/escalations/:id/resolve": {
    path: `${town}/escalations/hq-1/resolve`,
    body: {},
    allowed: USERS,
  },
  "get /towns/:town/escalation-settings": { path: `${town}/escalation-settings`, allowed: USERS },
  "patch /towns/:town/escalation-settings": {
    path: `${town}/escalation-settings`,
    body: { max_reescalations: 1 },
    allowed: USERS,
  },
  "get /towns/:town/agents/:rig/:name/nudges": { path: `${town}/agents/sample/toast/nudges`, allowed: RIG },
  "post /towns/:town/agents/:rig/:name/nudges": {
    path: `${town}/agents/sample/toast/nudges`,
    body: { text: "x" },
    allowed: USERS,
  },
  "post /towns/:town/agents/:rig/:name/nudges/read": {
    path: `${town}/agents/sample/toast/nudges/read`,
    body: { ids: ["n1"] },
    allowed: [...USERS, "agent"],
  },
  "get /towns/:town/mail": { path: `${town}/mail`, allowed: [...RIG, "neighbour"] },
  "post /towns/:town/mail": {
    path: `${town}/mail`,
    body: { to: ["mayor"], subject: "x" },
    allowed: [...USERS, "agent", "neighbour"],
  },
  ...Object.fromEntries(
    [
      ["ack", { ids: ["hq-1"] }],
      ["archive", { ids: ["hq-1"] }],
      ["claim", { queue: "chores" }],
      ["hq-1/release", undefined],
      ["hq-1/read", undefined],
      ["hq-1/reply", { body: "x" }],
    ].map(([path, body]) => [
      `post /towns/:town/mail/${String(path).replace("hq-1", ":id")}`,
      { path: `${town}/mail/${path}`, body, allowed: [...USERS, "agent", "neighbour"] } satisfies Line,
    ]),
  ),
  "get /towns/:town/mail/:id/thread": { path: `${town}/mail/hq-1/thread`, allowed: [...RIG, "neighbour"] },
  "get /towns/:town/mail-lists": { path: `${town}/mail-lists`, allowed: [...RIG, "neighbour"] },
  "post /towns/:town/mail-lists": {
    path: `${town}/mail-lists`,
    body: { list: "groups", name: "x", value: null },
    allowed: USERS,
  },
  "get /towns/:town/mail-channels/:channel": {
    path: `${town}/mail-channels/news`,
    allowed: [...RIG, "neighbour"],
  },
  "post /towns/:town/mail-channels/:channel/subscribe": {
    path: `${town}/mail-channels/news/subscribe`,
    body: { on: true },
    allowed: [...USERS, "agent", "neighbour"],
  },
  // The town answers for the name in the token: another rig's agent gets its own instructions.
  "get /towns/:town/prime": { path: `${town}/prime`, allowed: [...RIG, "neighbour"] },
};

/** Routes of the mayor's functions; and what is read by the same right. */
const MAYORS = new Set([
  "get /towns/:town/patrol",
  "get /towns/:town/triage",
  "get /towns/:town/agents/:rig/:name/history",
  ...functionsFor("mayor").map(fn => fn.route),
  "get /whoami",
  ...["beads/:id/history", "beads/:id/as-of", "undo"].map(path => `get /towns/:town/${path}`),
  "get /towns/:town/blocked",
  "get /towns/:town/rigs/:rig",
  "get /towns/:town/escalations/:id",
  ...["archive", ":id/release"].map(deed => `post /towns/:town/mail/${deed}`),
  "get /towns/:town/mail/:id/thread",
  "get /towns/:town/mail-lists",
  "get /towns/:town/mail-channels/:channel",
  "post /towns/:town/mail-channels/:channel/subscribe",
]);
/** Agents' rights by role have their own walk, over the table of functions: roles.test.ts. */
const ROLES_OF_THEIR_OWN: readonly Kind[] = ["reviewer"];

const WITHOUT_CREDENTIALS = ["anonymous", "expired", "forged"];

describe("every route", () => {
  test("has a line in the table", () => {
    expect(ROUTES.map(route => `${route.method} ${route.path}`).sort()).toEqual(Object.keys(TABLE).sort());
  });

  for (const [name, line] of Object.entries(TABLE)) {
    const method = name.split(" ")[0]!.toUpperCase();
    for (const kind of KINDS) {
      if (ROLES_OF_THEIR_OWN.includes(kind)) continue;
      const allowed = kind === "mayor" ? MAYORS.has(name) : line.allowed.includes(kind);
      test(`${name}: ${kind} ${allowed ? "may" : "may not"}`, async () => {
        const fixture = await makeFixture();
        const response = await fixture.request(kind, method, line.path, line.body);
        if (allowed) {
          expect(response.status).toBeLessThan(300);
          return;
        }
        const stale = kind === "retired" && line.allowed.includes("agent");
        expect(response.status).toBe(WITHOUT_CREDENTIALS.includes(kind) ? 401 : stale ? 409 : 403);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        const looked = new Set(["bead", "agent", "beadHistory", "undoPlan"]);
        expect(fixture.calls.filter(call => !looked.has(call.method))).toEqual([]);
        expect(fixture.stops).toEqual([]);
      });
    }
  }
});

describe("agents", () => {
  const forbidden = async (kind: Kind, method: string, path: string, body?: unknown) => {
    const fixture = await makeFixture();
    const response = await fixture.request(kind, method, town + path, body);
    expect(response.status).toBe(403);
  };

  test("read no bead of another rig or of the town, and write none but their own", async () => {
    await forbidden("agent", "GET", "/beads/ot-1");
    await forbidden("agent", "GET", "/beads/hq-1");
    await forbidden("neighbour", "GET", "/beads/sa-1");
    await forbidden("agent", "PATCH", "/beads/sa-2", { notes: "x" });
    await forbidden("agent", "POST", "/beads/sa-2/comments", { text: "x" });
  });

  test("list only their own rig, also when they name none", async () => {
    await forbidden("agent", "GET", "/beads?rig=other");
    await forbidden("agent", "GET", "/ready?rig=other");
    const fixture = await makeFixture();
    for (const path of ["/beads", "/ready", "/blocked", "/merge-requests"]) {
      expect((await fixture.request("agent", "GET", town + path)).status).toBe(200);
    }
    expect(fixture.calls.map(call => (call.args as { rig: string }).rig)).toEqual([
      "sample",
      "sample",
      "sample",
      "sample",
    ]);
  });

  test("do not set status, assignee, metadata or text of their bead", async () => {
    for (const field of ["status", "assignee", "title", "description", "issue_type"]) {
      await forbidden("agent", "PATCH", "/beads/sa-1", { [field]: "closed", notes: "x" });
    }
    await forbidden("agent", "PATCH", "/beads/sa-1", { metadata: { attempt: 9 } });
  });

  test("file beads in their own rig only, under their own name, and choose neither id, status nor assignee", async () => {
    await forbidden("agent", "POST", "/beads", { title: "x", rig: "other" });
    for (const field of ["id", "parent", "assignee", "status", "ephemeral", "metadata", "pinned"]) {
      const value = field === "metadata" ? {} : field === "ephemeral" || field === "pinned" ? true : "hooked";
      await forbidden("agent", "POST", "/beads", { title: "x", [field]: value });
    }
    const fixture = await makeFixture();
    const body = { title: "x", issue_type: "bug", prefix: "hq", created_by: "ada" };
    expect((await fixture.request("agent", "POST", `${town}/beads`, body)).status).toBe(201);
    expect(fixture.calls.at(-1)).toMatchObject({
      method: "createBead",
      args: { by: "sample/toast", created_by: "sample/toast", rig: "sample" },
    });
  });

  test("read no other agent, and act under the name in their token only", async () => {
    await forbidden("agent", "GET", "/agents/sample/fury");
    const fixture = await makeFixture();
    await fixture.request("agent", "POST", `${town}/beads/sa-1/comments`, { text: "x" });
    expect(fixture.calls.at(-1)).toMatchObject({
      method: "comment",
      args: { by: "sample/toast", id: "sa-1" },
    });
    const response = await fixture.request("agent", "POST", `${town}/beads/sa-1/comments`, {
      text: "x",
      by: "ada",
    });
    expect(response.status).toBe(400);
  });
});

test("an action that no rule names is refused", () => {
  const owner = {
    kind: "user",
    id: "ada",
    name: "ada",
    towns: "all",
    via: "bearer",
    expires: undefined,
  } as const;
  expect(isAllowed(owner, "toString" as never, { town: "demo" })).toBe(false);
  expect(ACTIONS.every(action => !isAllowed({ kind: "anonymous" }, action, { town: "demo" }))).toBe(true);
});

test("a town that does not exist reaches no actor", async () => {
  const fixture = await makeFixture();
  expect((await fixture.request("owner", "GET", "/api/v1/towns/nowhere")).status).toBe(404);
  expect((await fixture.request("owner", "GET", "/api/v1/towns/..%2f..%2fdemo")).status).toBe(404);
  expect(fixture.calls).toEqual([]);
});
