import { expect, test } from "bun:test";
import {
  type AgentView,
  type ConvoyView,
  type RigView,
  rigSettingsSchema,
} from "../../runtime/gateway/contract/views.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { type AttentionInput, attentionOf } from "./attention.ts";

const at = "2026-01-01T00:00:00.000Z";
const agent = (id: string, fields: Partial<AgentView>): AgentView => ({
  id,
  name: id.split("/")[1] ?? "",
  role: "polecat",
  rig: "sample",
  state: "working",
  since: at,
  generation: 1,
  completed: 0,
  has_terminal: true,
  ...fields,
});
const bead = (id: string, fields: Partial<Bead>): Bead => ({
  id,
  title: id,
  status: "open",
  priority: 2,
  issue_type: "task",
  created_at: at,
  updated_at: at,
  ...fields,
});
const rig = (name: string, fields: Partial<RigView>): RigView => ({
  name,
  prefix: "sa",
  git_url: "/srv/x.git",
  path: "/x",
  settings: rigSettingsSchema.parse({}),
  state: "ready",
  ...fields,
});
const input = (over: {
  agents?: AgentView[];
  beads?: Bead[];
  rigs?: RigView[];
  convoys?: ConvoyView[];
  paused?: string;
}): AttentionInput => ({
  facts: { name: "demo", version: "1", started_at: at, paused: over.paused },
  agents: new Map(over.agents?.map(one => [one.id, one])),
  beads: new Map(over.beads?.map(one => [one.id, one])),
  rigs: new Map(over.rigs?.map(one => [one.name, one])),
  convoys: new Map(over.convoys?.map(one => [one.id, one])),
});

test("a town that goes on by itself needs nobody", () => {
  expect(
    attentionOf(
      input({
        agents: [agent("sample/toast", { activity: "working" }), agent("sample/nux", { state: "backoff" })],
        beads: [bead("sa-1", {}), bead("sa-2", { status: "in_review" })],
        rigs: [rig("sample", {})],
      }),
    ),
  ).toEqual([]);
});

test("errors come before what merely waits, each with its reason and what it leads to", () => {
  const items = attentionOf(
    input({
      agents: [
        agent("sample/toast", { activity: "waiting_for_person", detail: "May I delete x?" }),
        agent("sample/nux", { state: "given_up" }),
        agent("sample/dag", { state: "idle", activity: "waiting_for_person" }),
      ],
      beads: [
        bead("sa-1", { status: "failed", title: "Do it" }),
        bead("hq-9", { issue_type: "escalation", title: "Remote is gone" }),
        bead("sa-3", { status: "failed", issue_type: "merge-request" }),
      ],
      rigs: [rig("sample", { state: "failed", reason: "no such host" })],
      paused: "breaker: 20 failures",
    }),
  );
  expect(items.map(({ key, level, detail }) => [key, level, detail])).toEqual([
    ["agent:sample/nux", "error", expect.stringContaining("restarted too often")],
    ["bead:sa-1", "error", "Do it"],
    ["bead:hq-9", "error", "Remote is gone"],
    ["rig:sample", "error", "no such host"],
    ["agent:sample/toast", "warn", "May I delete x?"],
    ["town:paused", "warn", "breaker: 20 failures"],
  ]);
  expect(items[1]?.bead).toBe("sa-1");
  expect(items[4]?.agent).toBe("sample/toast");
});

test("a stranded convoy needs somebody, one under way does not", () => {
  const convoy = (id: string, state: ConvoyView["state"]): ConvoyView => ({
    id,
    title: id,
    state,
    total: 1,
    merged: 0,
    unmerged: 0,
    failed: 0,
    beads: [],
    watchers: [],
    stranded: state === "stranded" ? [{ bead: "sa-1", reason: "is not slung" }] : [],
  });
  const items = attentionOf(input({ convoys: [convoy("hq-1", "stranded"), convoy("hq-2", "open")] }));
  expect(items).toMatchObject([{ key: "convoy:hq-1", level: "warn", detail: "sa-1 is not slung" }]);
});

test("an escalation shows how pressing it is, whose it is, and stands for the bead that it is about", () => {
  const escalation = (id: string, status: string, severity: string, source: string): Bead =>
    bead(id, {
      issue_type: "escalation",
      title: `About ${source}`,
      status,
      ...(status === "in_progress" ? { assignee: "ada" } : {}),
      metadata: { escalation: { severity, source } },
    });
  const items = attentionOf(
    input({
      beads: [
        bead("sa-1", { status: "failed" }),
        bead("sa-2", { status: "failed" }),
        escalation("hq-1", "open", "medium", "town"),
        escalation("hq-2", "open", "critical", "sa-1"),
        escalation("hq-3", "in_progress", "high", "sample/toast"),
        escalation("hq-4", "closed", "critical", "sa-2"),
      ],
    }),
  );
  expect(items.map(({ key, level }) => `${level} ${key}`)).toEqual([
    "error bead:sa-2",
    "error bead:hq-2",
    "warn bead:hq-1",
    "warn bead:hq-3",
  ]);
  expect(items.at(-1)?.detail).toContain("ada has it in hand");
});
