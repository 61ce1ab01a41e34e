/** Every rule over worlds that are written out: what it finds, and what it leaves alone. One table, therefore long. */
import { describe, expect, test } from "bun:test";
import type { Bead } from "../../../store/schema/bead.ts";
import {
  escalationSchema,
  gateRecordSchema,
  type MergeRequest,
  mergeRequestSchema,
  type RigRecord,
  rigRecordSchema,
  SLUNG_LABEL,
  type Work,
  workSchema,
} from "../../../store/schema/satellite.ts";
import { type AgentRecord, newRecord, type Told } from "../agents/record.ts";
import type { Gauge } from "../budgets/meters.ts";
import { scoreOf } from "../refinery/score.ts";
import { blockedMerges } from "./blocked-merges.ts";
import { brakes } from "./brakes.ts";
import { breaker } from "./breaker.ts";
import { budgets } from "./budgets.ts";
import { convoys } from "./convoys.ts";
import { dispatch } from "./dispatch.ts";
import { escalations } from "./escalations.ts";
import { gates } from "./gates.ts";
import { leases } from "./leases.ts";
import { mail } from "./mail.ts";
import { mayor } from "./mayor.ts";
import { mergeQueue } from "./merge-queue.ts";
import { molecules } from "./molecules.ts";
import { patrol } from "./patrol.ts";
import { RULES, reconcile } from "./reconcile.ts";
import { reviewQueue } from "./review-queue.ts";
import { reviews } from "./reviews.ts";
import { strays } from "./strays.ts";
import type {
  Action,
  EscalationItem,
  GateItem,
  MailItem,
  MergeItem,
  Rule,
  WorkItem,
  World,
} from "./world.ts";

const NOW = Date.UTC(2026, 0, 2);
const AT = new Date(NOW).toISOString();
const REVIEWER = { kind: "pty", command: ["judge"] };

function bead(id: string, fields: Partial<Bead> = {}): Bead {
  return {
    id,
    title: id,
    status: "open",
    priority: 2,
    issue_type: "task",
    created_at: new Date(NOW - 3_600_000).toISOString(),
    updated_at: AT,
    labels: [SLUNG_LABEL],
    ...fields,
  };
}

function item(id: string, fields: Partial<Bead> = {}, work: Partial<Work> = {}): WorkItem {
  const parsed = workSchema.parse({ rig: "sample", attempt: 1, ...work });
  return { bead: bead(id, { ...fields, metadata: { work: parsed } }), work: parsed };
}

const leased = (id: string, agent: string, status = "in_progress", work: Partial<Work> = {}): WorkItem =>
  item(id, { status, assignee: agent }, { lease: { agent, at: AT }, ...work });

function merge(id: string, fields: Partial<Bead> = {}, request: Partial<MergeRequest> = {}): MergeItem {
  const parsed = mergeRequestSchema.parse({
    source: "sa-1",
    rig: "sample",
    branch: "b",
    head: "h",
    base: "0",
    target: "main",
    attempt: 1,
    agent: "sample/toast",
    ...request,
  });
  const source = item(parsed.source, { status: "in_review" }, { merge_request: id }).bead;
  const own = bead(id, { issue_type: "merge-request", ...fields, metadata: { merge_request: parsed } });
  return { bead: own, request: parsed, source };
}

function rig(name = "sample", settings: object = {}, state = "ready"): RigRecord {
  return rigRecordSchema.parse({ name, prefix: name.slice(0, 2), git_url: "/x", settings, state });
}

function agent(id: string, told?: Partial<Told>, role: AgentRecord["role"] = "polecat"): AgentRecord {
  const record = newRecord(id, role, AT);
  if (told === undefined) return record;
  return {
    ...record,
    told: { kind: "work", job: "sa-1", bead: "sa-1", title: "", attempt: 1, at: AT, ...told },
  };
}

function world(
  fields: Partial<Omit<World, "agents" | "jobs">> & { agents?: AgentRecord[]; jobs?: Bead[] } = {},
): World {
  const { agents = [], jobs = [], ...rest } = fields;
  return {
    now: NOW,
    paused: undefined,
    frozen: new Map(),
    mayor: { wanted: false, session: 0, failures: 0, allow_hosts: [] },
    maxPolecats: 8,
    rigs: new Map([["sample", rig()]]),
    prefixes: new Set(["hq", "sa", "ot"]),
    leased: [],
    ready: [],
    merges: [],
    convoys: [],
    molecules: [],
    gates: [],
    failures: [],
    budgets: [],
    escalations: [],
    triage: [],
    mail: [],
    agents: new Map(agents.map(record => [record.id, record])),
    jobs: new Map(jobs.map(job => [job.id, job])),
    ...rest,
  };
}

function message(id: string, fields: Partial<MailItem>): MailItem {
  return { id, inbox: "sample/toast", generation: 0, expires: NOW + 1_000, ...fields };
}

const LATER = new Date(NOW + 60_000).toISOString();

function escalated(fields: object, over?: string): EscalationItem {
  const escalation = escalationSchema.parse({
    severity: "high",
    category: "failed",
    source: "sa-1",
    raised_by: "town",
    ...fields,
  });
  return { bead: bead("hq-e", { issue_type: "escalation" }), escalation, over };
}

type Case = readonly [name: string, rule: Rule, world: World, actions: readonly Partial<Action>[]];

const iso = (ms: number) => new Date(ms).toISOString();

function gate(type: string, fields: Partial<Omit<GateItem, "record">> & { record?: object } = {}): GateItem {
  const { record = {}, ...rest } = fields;
  return {
    bead: bead("sa-g", { issue_type: "gate", await_type: type, await_id: "sa-9", timeout: 60e9 }),
    record: gateRecordSchema.parse(record),
    wanted: false,
    answered: undefined,
    over: false,
    other: undefined,
    ...rest,
  };
}

const paused = { at: AT, by: "ada", reason: "lunch" };
const toastAt = (fields: Partial<Told> = {}) => agent("sample/toast", fields);
const refinery = (told?: Partial<Told>) =>
  agent("sample/refinery", told && { kind: "merge", job: "sa-m", ...told }, "refinery");
const still = (...ids: string[]) => new Map(ids.map(id => [id, { at: AT, by: "ada", reason: "halt" }]));
const gauge = ({ used, limit, said = [] }: { used: number; limit: number; said?: string[] }): Gauge => ({
  bead: "sa-1",
  id: "sa-1",
  scope: "bead",
  budget: { warn_at: 0.8, said, total: { usd: limit } },
  meters: [{ period: "total", kind: "usd", used, limit }],
  covers: new Set(["sa-1"]),
  running: ["sample/toast"],
  resetsAt: undefined,
});
const watch = (minutes: number) => ({ seen: minutes * 60_000, alive: 0, head_at: 0, tiers: {} });
const many = Array.from({ length: 20 }, (_, i) => ({ bead: `sa-${i}`, at: NOW - i * 1_000 }));

const MAYOR = { wanted: true, session: 2, failures: 0, allow_hosts: [] };
const mayorAt = (attempt: number) => agent("hq/mayor", { kind: "session", job: "hq-x", attempt }, "mayor");

const CASES: readonly Case[] = [
  ["a mayor that is wanted is told so", mayor, world({ mayor: MAYOR }), [{ type: "tell_mayor" }]],
  ["and left alone in its session", mayor, world({ mayor: MAYOR, agents: [mayorAt(2)] }), []],
  [
    "a newer session takes the place of one that runs",
    mayor,
    world({ mayor: MAYOR, agents: [mayorAt(1)] }),
    [{ type: "tell_mayor" }],
  ],
  [
    "one that nobody wants any more ends",
    mayor,
    world({ mayor: { ...MAYOR, wanted: false, reason: "for today" }, agents: [mayorAt(2)] }),
    [{ type: "stop_agent", agent: "hq/mayor", reason: "for today" }],
  ],
  [
    "after a failure it waits for its time",
    mayor,
    world({ mayor: { ...MAYOR, failures: 1, not_before: new Date(NOW + 1_000).toISOString() } }),
    [{ type: "wake_at", at: NOW + 1_000 }],
  ],
  [
    "a told lease is left alone",
    leases,
    world({ leased: [leased("sa-1", "sample/toast")], agents: [toastAt()] }),
    [],
  ],
  [
    "a molecule ends with its bead",
    molecules,
    world({
      molecules: [
        { root: bead("sa-mol-1", { status: "in_progress" }), source: bead("sa-1", { status: "closed" }) },
        { root: bead("sa-mol-2", { status: "open" }), source: bead("sa-2", { status: "failed" }) },
        { root: bead("sa-mol-3", { status: "open" }), source: bead("sa-3", { status: "in_progress" }) },
        { root: bead("sa-mol-4", { status: "open" }), source: undefined },
      ],
    }),
    [
      { type: "end_molecule", molecule: "sa-mol-1", outcome: "closed" },
      { type: "end_molecule", molecule: "sa-mol-2", outcome: "failed" },
    ],
  ],
  [
    "a gate begins to wait when its turn has come",
    gates,
    world({ gates: [gate("human", { wanted: true }), gate("human", {})] }),
    [{ type: "arm_gate", gate: "sa-g" }],
  ],
  [
    "a question whose bead is done is dropped",
    gates,
    world({ gates: [gate("human", { over: true, record: { since: iso(NOW) } })] }),
    [{ type: "drop_gate", gate: "sa-g" }],
  ],
  [
    "a timer opens at its time, counted from when it was waited for",
    gates,
    world({
      gates: [
        gate("timer", { record: { state: "waiting", since: iso(NOW - 60_000) } }),
        gate("timer", { record: { state: "waiting", since: iso(NOW - 10_000) } }),
      ],
    }),
    [{ type: "open_gate" }, { type: "wake_at", at: NOW + 50_000 }],
  ],
  [
    "any other gate is escalated at its time, once",
    gates,
    world({
      gates: [
        gate("human", { record: { state: "waiting", since: iso(NOW - 60_000) } }),
        gate("human", { record: { state: "escalated", since: iso(NOW - 60_000) } }),
        gate("gh:pr", { record: { state: "waiting", since: iso(NOW) } }),
      ],
    }),
    [{ type: "escalate_gate" }, { type: "wake_at", at: NOW + 60_000 }],
  ],
  [
    "an answer by mail, or the end of the bead that is waited for, opens a gate",
    gates,
    world({
      gates: [
        gate("mail", { record: { state: "escalated", since: iso(NOW) }, answered: "ada answered" }),
        gate("bead", { record: { state: "waiting", since: iso(NOW) }, other: "closed" }),
        gate("bead", { record: { state: "escalated", since: iso(NOW) }, other: "open" }),
      ],
    }),
    [{ type: "open_gate", reason: "ada answered" }, { type: "open_gate" }],
  ],
  [
    "a lease that nobody was told of is told",
    leases,
    world({ leased: [leased("sa-1", "sample/toast", "hooked")] }),
    [{ type: "tell_work", bead: "sa-1" }],
  ],
  [
    "an agent at an older attempt is told of the new one",
    leases,
    world({ leased: [leased("sa-1", "sample/toast", "hooked", { attempt: 2 })], agents: [toastAt()] }),
    [{ type: "tell_work" }],
  ],
  [
    "of two beads leased to one agent, the one that it is not at is taken back",
    leases,
    world({ leased: [leased("sa-1", "sample/toast"), leased("sa-2", "sample/toast")], agents: [toastAt()] }),
    [{ type: "take_back", bead: "sa-2" }],
  ],
  [
    "hooked to nobody is taken back",
    leases,
    world({ leased: [item("sa-1", { status: "hooked" })] }),
    [{ type: "take_back", bead: "sa-1" }],
  ],
  [
    "in progress without a lease is somebody's own doing",
    leases,
    world({ leased: [item("sa-1", { status: "in_progress" })] }),
    [],
  ],
  [
    "in review the agent may be gone",
    leases,
    world({ leased: [leased("sa-1", "sample/toast", "in_review")] }),
    [],
  ],

  [
    "an agent at its own job is left alone",
    strays,
    world({ agents: [toastAt()], jobs: [leased("sa-1", "sample/toast").bead] }),
    [],
  ],
  [
    "an agent whose bead nobody can look at goes on",
    strays,
    world({ agents: [toastAt()], prefixes: new Set(["hq"]) }),
    [],
  ],
  [
    "an agent whose bead is gone is stopped",
    strays,
    world({ agents: [toastAt()] }),
    [{ type: "stop_agent" }],
  ],
  ...(["closed", "failed", "open"] as const).map(
    (status): Case => [
      `an agent whose bead is ${status} is stopped`,
      strays,
      world({ agents: [toastAt()], jobs: [item("sa-1", { status }).bead] }),
      [{ type: "stop_agent", agent: "sample/toast" }],
    ],
  ),
  [
    "an agent whose bead was merged is about to end",
    strays,
    world({ agents: [toastAt()], jobs: [item("sa-1", { status: "closed" }, { merge_commit: "c" }).bead] }),
    [],
  ],
  [
    "an agent at an older attempt is stopped",
    strays,
    world({ agents: [toastAt()], jobs: [leased("sa-1", "sample/toast", "hooked", { attempt: 2 }).bead] }),
    [{ type: "stop_agent" }],
  ],
  [
    "an agent whose bead lost its label is stopped",
    strays,
    world({ agents: [toastAt()], jobs: [{ ...leased("sa-1", "sample/toast").bead, labels: [] }] }),
    [{ type: "stop_agent" }],
  ],
  [
    "an agent that was stopped is not stopped again",
    strays,
    world({ agents: [toastAt({ stop: "because" })] }),
    [],
  ],
  [
    "a refinery whose merge request was withdrawn is stopped",
    strays,
    world({ agents: [refinery({})], jobs: [merge("sa-m", { status: "failed" }, { run: 1 }).bead] }),
    [{ type: "stop_agent", agent: "sample/refinery" }],
  ],
  [
    "a refinery that gave its result is about to end",
    strays,
    world({
      agents: [refinery({ done: true })],
      jobs: [merge("sa-m", { status: "failed" }, { run: 1 }).bead],
    }),
    [],
  ],
  [
    "a refinery at an older run is stopped",
    strays,
    world({ agents: [refinery({})], jobs: [merge("sa-m", { status: "in_progress" }, { run: 2 }).bead] }),
    [{ type: "stop_agent" }],
  ],

  [
    "a bead in review with a live merge request is left alone",
    reviews,
    world({
      leased: [leased("sa-1", "sample/toast", "in_review", { merge_request: "sa-m" })],
      merges: [merge("sa-m")],
    }),
    [],
  ],
  [
    "a bead in review without a merge request goes back",
    reviews,
    world({ leased: [leased("sa-1", "sample/toast", "in_review")] }),
    [{ type: "fail_attempt", bead: "sa-1", attempt: 1 }],
  ],
  [
    "a bead in review whose request is merged is finished",
    reviews,
    world({
      leased: [leased("sa-1", "sample/toast", "in_review", { merge_request: "sa-m" })],
      jobs: [merge("sa-m", { status: "closed" }, { merge_commit: "c0ffee" }).bead],
    }),
    [{ type: "finish", merge_request: "sa-m", commit: "c0ffee" }],
  ],
  [
    "a request whose bead is gone is withdrawn",
    reviews,
    world({ merges: [{ ...merge("sa-m"), source: undefined }] }),
    [{ type: "withdraw", merge_request: "sa-m" }],
  ],
  [
    "a request whose bead was closed is withdrawn",
    reviews,
    world({ merges: [{ ...merge("sa-m"), source: item("sa-1", { status: "closed" }).bead }] }),
    [{ type: "withdraw" }],
  ],
  [
    "a request that was replaced is withdrawn",
    reviews,
    world({
      merges: [
        { ...merge("sa-m"), source: item("sa-1", { status: "in_review" }, { merge_request: "sa-n" }).bead },
      ],
    }),
    [{ type: "withdraw" }],
  ],

  ["the next request is merged", mergeQueue, world({ merges: [merge("sa-m")] }), [{ type: "start_merge" }]],
  [
    "one at a time per rig",
    mergeQueue,
    world({
      merges: [merge("sa-m", { status: "in_progress" }, { run: 1 }), merge("sa-n")],
      agents: [refinery({ attempt: 1 })],
    }),
    [],
  ],
  [
    "one in each rig",
    mergeQueue,
    world({
      rigs: new Map([
        ["sample", rig()],
        ["other", rig("other")],
      ]),
      merges: [merge("sa-m"), merge("ot-m", {}, { rig: "other" })],
    }),
    [{ merge_request: "sa-m" } as Partial<Action>, { merge_request: "ot-m" } as Partial<Action>],
  ],
  [
    "the refinery has to be free",
    mergeQueue,
    world({ merges: [merge("sa-m")], agents: [refinery({ job: "sa-old", done: true })] }),
    [],
  ],
  [
    "a merge that nobody was told of is told",
    mergeQueue,
    world({
      merges: [merge("sa-m", { status: "in_progress" }, { run: 3 })],
      agents: [refinery({ attempt: 2 })],
    }),
    [{ type: "tell_merge", merge_request: "sa-m" }],
  ],
  [
    "nothing is merged while all is paused",
    mergeQueue,
    world({ merges: [merge("sa-m")], paused: { ...paused, scope: "all" } }),
    [],
  ],
  [
    "the breaker does not hold merges back",
    mergeQueue,
    world({ merges: [merge("sa-m")], paused: { ...paused, scope: "dispatch" } }),
    [{ type: "start_merge" }],
  ],
  [
    "one that waits for its time is looked at then",
    mergeQueue,
    world({ merges: [merge("sa-m", {}, { not_before: new Date(NOW + 5_000).toISOString() })] }),
    [{ type: "wake_at", at: NOW + 5_000 }],
  ],
  [
    "nothing is merged in a parked rig",
    mergeQueue,
    world({ rigs: new Map([["sample", rig("sample", {}, "parked")]]), merges: [merge("sa-m")] }),
    [],
  ],

  [
    "a rig with a reviewer has it reviewed first",
    reviewQueue,
    world({ rigs: new Map([["sample", rig("sample", { reviewer: REVIEWER })]]), merges: [merge("sa-m")] }),
    [{ type: "start_review", merge_request: "sa-m" }],
  ],
  [
    "and does not merge it before",
    mergeQueue,
    world({ rigs: new Map([["sample", rig("sample", { reviewer: REVIEWER })]]), merges: [merge("sa-m")] }),
    [],
  ],
  [
    "an approval holds for the commit that it was given on",
    mergeQueue,
    world({
      rigs: new Map([["sample", rig("sample", { reviewer: REVIEWER })]]),
      merges: [
        merge("sa-m", {}, { review: { head: "h", verdict: "approved", tries: 0 } }),
        merge("sa-n", {}, { review: { head: "another", verdict: "approved", tries: 0 } }),
      ],
    }),
    [{ type: "start_merge", merge_request: "sa-m", members: [] }],
  ],
  [
    "a review that takes too long is over",
    reviewQueue,
    world({
      rigs: new Map([["sample", rig("sample", { reviewer: REVIEWER })]]),
      merges: [merge("sa-m", { status: "hooked" }, { review: { head: "h", tries: 0, deadline: AT } })],
    }),
    [{ type: "review_late", merge_request: "sa-m" }],
  ],
  ["without a reviewer nothing is reviewed", reviewQueue, world({ merges: [merge("sa-m")] }), []],

  [
    "a merge request waits for its rework",
    blockedMerges,
    world({
      merges: [merge("sa-m", { status: "blocked" }, { blocker: "sa-9" })],
      jobs: [bead("sa-9", { status: "in_progress" })],
    }),
    [],
  ],
  [
    "and goes on when that is closed, or gone",
    blockedMerges,
    world({
      merges: [
        merge("sa-m", { status: "blocked" }, { blocker: "sa-9" }),
        merge("sa-n", { status: "blocked" }, { blocker: "sa-8" }),
      ],
      jobs: [bead("sa-9", { status: "closed" })],
    }),
    [
      { type: "unblock_merge", merge_request: "sa-m" } as Partial<Action>,
      { type: "unblock_merge", merge_request: "sa-n" } as Partial<Action>,
    ],
  ],
  [
    "and asks a person when that failed; once",
    blockedMerges,
    world({
      merges: [
        merge("sa-m", { status: "blocked" }, { blocker: "sa-9" }),
        merge("sa-n", { status: "blocked" }),
      ],
      jobs: [bead("sa-9", { status: "failed" })],
    }),
    [{ type: "hold_merge", merge_request: "sa-m" } as Partial<Action>],
  ],

  [
    "a ready bead gets a new polecat",
    dispatch,
    world({ ready: [item("sa-1")] }),
    [{ type: "dispatch", bead: "sa-1", agent: "sample/toast" }],
  ],
  [
    "free polecats are used before new ones are made",
    dispatch,
    world({ ready: [item("sa-1"), item("sa-2")], agents: [agent("sample/pepper")] }),
    [{ agent: "sample/pepper" } as Partial<Action>, { agent: "sample/toast" } as Partial<Action>],
  ],
  [
    "whoever worked on it before gets it again",
    dispatch,
    world({
      ready: [
        item(
          "sa-1",
          {},
          { attempts: [{ attempt: 1, agent: "sample/pepper", branch: "b", at: AT, outcome: "failed" }] },
        ),
      ],
      agents: [agent("sample/toast"), agent("sample/pepper")],
    }),
    [{ agent: "sample/pepper" } as Partial<Action>],
  ],
  [
    "a polecat of another rig is not used",
    dispatch,
    world({ ready: [item("sa-1")], agents: [agent("other/toast")] }),
    [{ agent: "sample/toast" } as Partial<Action>],
  ],
  [
    "no more than the rig's cap, leases that were not told included",
    dispatch,
    world({
      rigs: new Map([["sample", rig("sample", { max_polecats: 2 })]]),
      ready: [item("sa-1"), item("sa-2"), item("sa-3")],
      leased: [leased("sa-9", "sample/toast", "hooked")],
    }),
    [{ agent: "sample/biscuit" } as Partial<Action>],
  ],
  [
    "no more than the town's cap",
    dispatch,
    world({ maxPolecats: 1, ready: [item("sa-1"), item("sa-2")] }),
    [{ bead: "sa-1" } as Partial<Action>],
  ],
  [
    "nothing while paused",
    dispatch,
    world({ ready: [item("sa-1")], paused: { ...paused, scope: "dispatch" } }),
    [],
  ],
  [
    "nothing in a rig that is being added",
    dispatch,
    world({ ready: [item("sa-1")], rigs: new Map([["sample", rig("sample", {}, "adding")]]) }),
    [],
  ],
  ["nothing of a rig that is gone", dispatch, world({ ready: [item("sa-1")], rigs: new Map() }), []],
  [
    "nothing while the last attempt's agent is still ending",
    dispatch,
    world({ ready: [item("sa-1")], agents: [toastAt({ stop: "x" })] }),
    [],
  ],

  [
    "a convoy lands when all are closed",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: [],
          stranded: [],
          strandedBefore: [],
          members: [{ id: "sa-1", status: "closed" }],
        },
      ],
    }),
    [{ type: "land", convoy: "hq-c" }],
  ],
  [
    "a convoy does not land while a member cannot be looked at",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: [],
          stranded: [],
          strandedBefore: [],
          members: [
            { id: "sa-1", status: "closed" },
            { id: "xx-1", status: "unreachable" },
          ],
        },
      ],
    }),
    [],
  ],
  [
    "a failed member is reported",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: [],
          stranded: [],
          strandedBefore: [],
          members: [
            { id: "sa-1", status: "failed" },
            { id: "sa-2", status: "open" },
          ],
        },
      ],
    }),
    [{ type: "report", failed: ["sa-1"] }],
  ],
  [
    "once",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: ["sa-1"],
          stranded: [],
          strandedBefore: [],
          members: [{ id: "sa-1", status: "failed" }],
        },
      ],
    }),
    [],
  ],
  [
    "and again when it failed anew",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: ["sa-1"],
          stranded: [],
          strandedBefore: [],
          members: [{ id: "sa-1", status: "open" }],
        },
      ],
    }),
    [{ type: "report", failed: [] }],
  ],
  [
    "nothing for one under way",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: [],
          stranded: [],
          strandedBefore: [],
          members: [{ id: "sa-1", status: "open" }],
        },
      ],
    }),
    [],
  ],

  [
    "what strands it is said",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: [],
          stranded: [{ bead: "sa-1", reason: "is not slung" }],
          strandedBefore: [],
          members: [{ id: "sa-1", status: "open" }],
        },
      ],
    }),
    [{ type: "strand", stranded: [{ bead: "sa-1", reason: "is not slung" }] }],
  ],
  [
    "once",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: [],
          stranded: [{ bead: "sa-1", reason: "is not slung" }],
          strandedBefore: [{ bead: "sa-1", reason: "is not slung" }],
          members: [{ id: "sa-1", status: "open" }],
        },
      ],
    }),
    [],
  ],
  [
    "and that it goes on again",
    convoys,
    world({
      convoys: [
        {
          bead: bead("hq-c"),
          reported: [],
          stranded: [],
          strandedBefore: [{ bead: "sa-1", reason: "is not slung" }],
          members: [{ id: "sa-1", status: "open" }],
        },
      ],
    }),
    [{ type: "strand", stranded: [] }],
  ],

  [
    "twenty failing beads trip the breaker",
    breaker,
    world({ failures: many }),
    [{ type: "trip_breaker", beads: 20 }],
  ],
  ["nineteen do not", breaker, world({ failures: many.slice(1) }), []],
  [
    "one bead that fails twenty times does not",
    breaker,
    world({ failures: many.map(({ at }) => ({ bead: "sa-1", at })) }),
    [],
  ],
  [
    "old failures do not count",
    breaker,
    world({ failures: many.map(({ bead: id }) => ({ bead: id, at: NOW - 31 * 60_000 })) }),
    [],
  ],
  [
    "an agent at work that is to stand still is told so, a resting one is not",
    brakes,
    world({ agents: [toastAt(), agent("sample/fury")], frozen: still("sample/toast", "sample/fury") }),
    [{ type: "freeze_agent", agent: "sample/toast" }],
  ],
  [
    "an agent that was told to stand still is not told again",
    brakes,
    world({ agents: [{ ...toastAt(), frozen_at: AT }], frozen: still("sample/toast") }),
    [],
  ],
  [
    "an agent that may go on is told so",
    brakes,
    world({ agents: [{ ...toastAt(), frozen_at: AT }] }),
    [{ type: "thaw_agent", agent: "sample/toast" }],
  ],
  [
    "a drain is over when nobody is at anything, and that is said once",
    brakes,
    world({ agents: [agent("sample/toast")], paused: { ...paused, scope: "all", kind: "drain" } }),
    [{ type: "drained" }],
  ],
  [
    "a drain goes on while somebody is at work",
    brakes,
    world({ agents: [toastAt()], paused: { ...paused, scope: "all", kind: "drain" } }),
    [],
  ],
  [
    "a drained town says so no more",
    brakes,
    world({ paused: { ...paused, scope: "all", kind: "drain", drained_at: AT } }),
    [],
  ],
  [
    "a lease of an agent that stands still is not told",
    leases,
    world({ leased: [leased("sa-1", "sample/toast", "hooked")], frozen: still("sample/toast") }),
    [],
  ],
  [
    "nothing goes to an agent that stands still",
    dispatch,
    world({ ready: [item("sa-1")], agents: [agent("sample/toast")], frozen: still("sample/toast") }),
    [{ type: "dispatch", agent: expect.not.stringMatching(/toast/) }],
  ],
  [
    "a budget that is used up ends what runs on it, and says so once",
    budgets,
    world({
      leased: [leased("sa-1", "sample/toast")],
      agents: [toastAt()],
      budgets: [gauge({ used: 10, limit: 10 })],
    }),
    [
      { type: "budget_said", said: ["total/usd/warn", "total/usd/over"] },
      { type: "over_budget", bead: "sa-1" },
    ],
  ],
  [
    "submitted work goes on, whatever it cost",
    budgets,
    world({
      leased: [leased("sa-1", "sample/toast", "in_review")],
      agents: [toastAt()],
      budgets: [gauge({ used: 10, limit: 10, said: ["total/usd/warn", "total/usd/over"] })],
    }),
    [],
  ],
  [
    "what was said is not said again",
    budgets,
    world({ budgets: [gauge({ used: 8, limit: 10, said: ["total/usd/warn"] })] }),
    [],
  ],
  [
    "room that came back is said",
    budgets,
    world({ budgets: [gauge({ used: 1, limit: 10, said: ["total/usd/warn"] })] }),
    [{ type: "budget_said", said: [] }],
  ],
  [
    "a bead that is over its budget is not dispatched, another is",
    dispatch,
    world({ ready: [item("sa-1"), item("sa-2")], budgets: [gauge({ used: 10, limit: 10 })] }),
    [{ type: "dispatch", bead: "sa-2" }],
  ],
  [
    "a request for triage goes with what it was about",
    patrol,
    world({
      triage: [
        { id: "hq-1", over: "attempt 1 is over" },
        { id: "hq-2", over: undefined },
      ],
    }),
    [{ type: "settle_triage", request: "hq-1" }],
  ],
  [
    "a silent agent is found, once for each tier",
    patrol,
    world({ leased: [leased("sa-1", "sample/toast")], agents: [toastAt({ watch: watch(20) })] }),
    [{ type: "patrol", kind: "stale", tier: "nudge" }],
  ],
  [
    "what was acted on is not acted on again, the next tier is",
    patrol,
    world({
      leased: [leased("sa-1", "sample/toast")],
      agents: [toastAt({ watch: { ...watch(70), tiers: { stale: "nudge" } } })],
    }),
    [{ type: "patrol", kind: "stale", tier: "triage" }],
  ],
  [
    "an agent that stands still, has submitted, or is stopped already is not judged",
    patrol,
    world({
      leased: [leased("sa-1", "sample/toast"), leased("sa-2", "sample/fury", "in_review")],
      agents: [
        toastAt({ watch: watch(500) }),
        agent("sample/fury", { job: "sa-2", watch: watch(500) }),
        agent("sample/ace", { watch: watch(500), stop: "enough" }),
      ],
      frozen: still("sample/toast"),
    }),
    [],
  ],
  ["it trips once", breaker, world({ failures: many, paused: { ...paused, scope: "dispatch" } }), []],

  [
    "what an escalation was about is over",
    escalations,
    world({ escalations: [escalated({}, "sa-1 is open")] }),
    [{ type: "resolve_escalation", escalation: "hq-e", reason: "sa-1 is open" }],
  ],
  [
    "nobody took it in hand",
    escalations,
    world({ escalations: [escalated({ next_at: AT })] }),
    [{ type: "reescalate", escalation: "hq-e" }],
  ],
  [
    "it is looked at when it is time",
    escalations,
    world({ escalations: [escalated({ next_at: LATER })] }),
    [{ type: "wake_at", at: NOW + 60_000 }],
  ],
  [
    "what is due is told, what was told or given up is not told again",
    escalations,
    world({
      escalations: [
        escalated({
          notifications: [
            { route: "email", level: 0, state: "due", at: AT },
            { route: "webhook", level: 0, state: "sending", at: AT },
            { route: "desktop", level: 0, state: "due", at: LATER },
            { route: "email", level: 1, state: "sent", at: AT },
            { route: "email", level: 2, state: "skipped", at: AT },
            { route: "email", level: 3, state: "failed", at: AT },
          ],
        }),
      ],
    }),
    [
      { type: "notify", route: "email", level: 0 },
      { type: "notify", route: "webhook", level: 0 },
      { type: "wake_at", at: NOW + 60_000 },
    ],
  ],
  [
    "a message that expired is dropped, and the next one is waited for",
    mail,
    world({ mail: [message("hq-1", { expires: NOW }), message("hq-2", {})] }),
    [
      { type: "drop_message", message: "hq-1" },
      { type: "wake_at", at: NOW + 1_000 },
    ],
  ],
  [
    "what an agent took out of a queue goes back when it is not at work any more; people keep theirs",
    mail,
    world({
      agents: [toastAt(), agent("sample/nux")],
      mail: [
        message("hq-1", { claimed: true, generation: 9 }),
        message("hq-2", { claimed: true, inbox: "sample/nux" }),
        message("hq-3", { claimed: true, inbox: "ada" }),
        message("hq-4", { inbox: "sample/nux" }),
      ],
    }),
    [
      { type: "release_message", message: "hq-2" },
      { type: "wake_at", at: NOW + 1_000 },
    ],
  ],
  [
    "mail gets to an agent at work, once in each run",
    mail,
    world({
      agents: [
        { ...toastAt(), generation: 2, status: { ...toastAt().status, state: "working" }, mail: ["hq-2"] },
        agent("sample/nux"),
      ],
      mail: [
        message("hq-1", {}),
        message("hq-2", {}),
        message("hq-3", { generation: 2 }),
        message("hq-4", { generation: 1 }),
        message("hq-5", { inbox: "sample/nux" }),
        message("hq-6", { inbox: undefined }),
      ],
    }),
    [
      { type: "deliver_mail", agent: "sample/toast", message: "hq-1" },
      { type: "deliver_mail", agent: "sample/toast", message: "hq-4" },
      { type: "wake_at" },
    ],
  ],
  ["one at its end waits for people", escalations, world({ escalations: [escalated({})] }), []],
];

describe("rules", () => {
  test.each(CASES.map(entry => [entry[0], entry] as const))("%s", (_name, [, rule, given, expected]) => {
    const found = rule(given);
    expect(found.map(finding => finding.action)).toMatchObject([...expected]);
    expect(found.length).toBe(expected.length);
    for (const finding of found) expect(finding.reason.length).toBeGreaterThan(5);
  });

  test("every rule has a case", () => {
    const used = new Set(CASES.map(([, rule]) => rule));
    for (const rule of Object.values(RULES)) expect(used.has(rule)).toBe(true);
  });

  test("a rule that throws is named, and the others still count", () => {
    const broken: Rule = () => {
      throw new Error("a date that is none");
    };
    const plan = reconcile(world({ ready: [item("sa-1")] }), { broken, dispatch });
    expect(plan.errors).toEqual([{ rule: "broken", message: "a date that is none" }]);
    expect(plan.actions.map(planned => planned.rule)).toEqual(["dispatch"]);
  });

  test("an empty world gives nothing to do", () => {
    expect(reconcile(world())).toEqual({ actions: [], errors: [] });
  });
});

describe("the order of merges", () => {
  const HOUR = 3_600_000;
  const aged = (id: string, hours: number, priority = 2, retries = 0) =>
    merge(id, { priority, created_at: new Date(NOW - hours * HOUR).toISOString() }, { retries });
  const score = (item: ReturnType<typeof aged>, now: number) =>
    scoreOf(item, { now, maxWaitMs: 1_000 * HOUR }).total;

  test("the urgent before the old, and what keeps failing for its surroundings last", () => {
    expect(score(aged("a", 1, 0), NOW)).toBeGreaterThan(score(aged("b", 5, 2), NOW));
    expect(score(aged("a", 2), NOW)).toBeGreaterThan(score(aged("b", 1), NOW));
    expect(score(aged("a", 1, 2, 1), NOW)).toBeLessThan(score(aged("b", 1), NOW));
  });

  test("nothing waits for ever: the oldest of the lowest overtakes the newest of the highest within two days", () => {
    expect(score(aged("a", 72, 4, 10), NOW)).toBeGreaterThan(score(aged("b", 0, 0), NOW));
    expect(score(aged("a", 41, 4), NOW)).toBeGreaterThan(score(aged("b", 0, 0), NOW));
  });
});
