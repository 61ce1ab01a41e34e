import { expect, test } from "bun:test";
import type { Bead } from "../schema/bead.ts";
import { type GateFact, judgeGate } from "./gate.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const HOUR_MS = 3_600_000;

const gate = (await_type: string, hours?: number): Bead => ({
  id: "bd-1.gate-x",
  title: "Gate",
  status: "open",
  priority: 2,
  issue_type: "gate",
  created_at: new Date(START).toISOString(),
  updated_at: new Date(START).toISOString(),
  await_type,
  await_id: "bd-2",
  ...(hours === undefined ? {} : { timeout: hours * HOUR_MS * 1e6 }),
});

test.each<[string, number | undefined, GateFact, number, string]>([
  ["timer", 1, undefined, 0, "wait"],
  ["timer", 1, undefined, 1, "open"],
  ["timer", undefined, undefined, 1, "escalate"],
  ["gh:run", 1, { kind: "run", status: "in_progress", conclusion: "" }, 0, "wait"],
  ["gh:run", 1, { kind: "run", status: "in_progress", conclusion: "" }, 1, "escalate"],
  ["gh:run", 1, { kind: "run", status: "completed", conclusion: "success" }, 2, "open"],
  ["gh:run", 1, { kind: "run", status: "completed", conclusion: "failure" }, 0, "escalate"],
  ["gh:pr", undefined, { kind: "pr", state: "MERGED" }, 0, "open"],
  ["gh:pr", undefined, { kind: "pr", state: "CLOSED" }, 0, "escalate"],
  ["gh:pr", undefined, undefined, 9, "wait"],
  ["bead", undefined, { kind: "bead", status: "closed" }, 0, "open"],
  ["bead", undefined, { kind: "bead", status: "open" }, 0, "wait"],
  ["human", undefined, undefined, 99, "wait"],
  ["human", 1, undefined, 1, "escalate"],
  ["mail", 1, undefined, 0, "wait"],
])("%s gate with timeout %p and %p, after %p h: %p", (type, hours, fact, after, verdict) => {
  expect(judgeGate(gate(type, hours), fact, START + after * HOUR_MS).kind).toBe(verdict as "open");
});
