import { describe, expect, test } from "bun:test";
import type { Bead } from "./bead.ts";
import { AppError } from "./errors.ts";
import { readSatellite, requireSatellite, SATELLITES, type SatelliteKey } from "./satellite.ts";

const AT = "2026-01-01T00:00:00.000Z";

function bead(metadata?: Record<string, unknown>): Bead {
  const base = {
    id: "sa-1",
    title: "x",
    status: "open",
    priority: 2,
    issue_type: "task",
    created_at: AT,
    updated_at: AT,
  };
  return metadata === undefined ? base : { ...base, metadata };
}

/** One frozen sample of what lies under each key on existing branches: these must be readable for ever. */
const SAMPLES: { readonly [K in SatelliteKey]: Record<string, unknown> } = {
  budget: { total: { tokens: 1_000 }, warn_at: 0.8, said: [] },
  patrol: { agent: "sample/toast", kind: "stale", tier: "nudge", bead: "sa-1", attempt: 1 },
  triage: { kind: "stale", agent: "sample/toast", bead: "sa-1", attempt: 1, evidence: "quiet", asked_at: AT },
  usage_day: { day: "2026-01-31", bookings: {}, folded: {}, before: {} },
  work: {
    rig: "sample",
    slung: { at: AT, by: "ada", driver: { kind: "script" } },
    attempt: 2,
    tries: 2,
    rejections: 1,
    lease: { agent: "sample/toast", at: AT },
    branch: "polecat/toast/sa-1",
    last_failure: { at: AT, attempt: 1, kind: "gate", text: "1 fail" },
    attempts: [
      { attempt: 1, agent: "sample/toast", branch: "polecat/toast/sa-1", at: AT, outcome: "rejected" },
    ],
  },
  merge_request: {
    source: "sa-1",
    rig: "sample",
    branch: "b",
    head: "h",
    base: "0",
    target: "main",
    attempt: 1,
    agent: "sample/toast",
    run: 1,
    retries: 0,
    gates: [{ name: "test", ok: true, ms: 5 }],
  },
  convoy: { created_by: "ada", reported: ["sa-1"] },
  agent: {
    role: "polecat",
    rig: "sample",
    name: "toast",
    completed_count: 1,
    completed: [{ bead: "sa-1", title: "x", merge_request: "sa-2", commit: "c", at: AT }],
  },
  rig: { name: "sample", prefix: "sa", git_url: "/x", settings: { target: "main" }, state: "ready" },
  town: { max_polecats: 8, paused: { at: AT, by: "ada", reason: "lunch", scope: "all" } },
  gate: { state: "waiting" },
  message: { kind: "reply", thread: "hq-1" },
  escalation: { severity: "high", category: "blocked", source: "sa-1", raised_by: "sample/toast" },
  molecule: { formula: "feature", vars: { name: "x" } },
};

describe.each(Object.entries(SAMPLES) as [SatelliteKey, Record<string, unknown>][])("%s", (key, sample) => {
  test("is read, and keys that are not known stay", () => {
    const nested = Object.fromEntries(Object.entries(sample));
    const read = readSatellite(bead({ [key]: { ...nested, of_tomorrow: { x: 1 } } }), key);
    expect(read).toMatchObject(sample);
    expect(read).toMatchObject({ of_tomorrow: { x: 1 } });
  });

  test("absent or unreadable is undefined, and named when it must be there", () => {
    expect(readSatellite(bead(), key)).toBeUndefined();
    expect(readSatellite(bead({ [key]: null }), key)).toBeUndefined();
    expect(readSatellite(bead({ [key]: "what?" }), key)).toBeUndefined();
    const error = (() => {
      try {
        requireSatellite(bead({ [key]: "what?" }), key);
      } catch (reason) {
        return reason;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "corrupt", message: expect.stringContaining("sa-1") });
  });
});

test("every key has a sample", () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(Object.keys(SATELLITES).sort());
});
