import { describe, expect, test } from "bun:test";
import { TOWN_STOPPED } from "../../agent-sandbox/protocol/control.ts";
import type { SandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { type AgentMemory, newMemory, observed, released } from "./state.ts";

const AT = "2026-01-01T00:00:00.000Z";

/** The memory of an agent whose run ended like this. */
function after(exited: Partial<Extract<SandboxEvent, { type: "exited" }>>): AgentMemory {
  return observed(newMemory("demo/web/toast", AT), {
    type: "exited",
    seq: 3,
    at: AT,
    ok: false,
    code: null,
    signal: null,
    reason: "over",
    tail: "last words",
    ...exited,
  });
}

describe("how a job ended", () => {
  test("a run that was told to end, though nobody here asked for it, did not fail", () => {
    const memory = after({ error_code: "cancelled", reason: "Somebody ended it.", signal: "SIGTERM" });
    expect(released(memory)).toMatchObject({ outcome: "interrupted", reason: "Somebody ended it." });
  });

  test("a run that ended with the whole town counts as no try", () => {
    const memory = after({ error_code: "cancelled", reason: TOWN_STOPPED, signal: "SIGTERM" });
    expect(released(memory)).toMatchObject({ outcome: "stopped", reason: TOWN_STOPPED });
  });

  test("work that was submitted before the stop is done", () => {
    const memory = { ...after({ error_code: "cancelled" }), reached: true };
    expect(released(memory)).toMatchObject({ outcome: "done" });
  });

  test("an agent that ends by itself without a submission failed, with its last words", () => {
    const memory = after({ code: 1, reason: "exit code 1" });
    expect(released(memory)).toMatchObject({ outcome: "failed", reason: "exit code 1", tail: "last words" });
  });

  test("a run that reached its time limit failed", () => {
    const memory = after({ error_code: "deadline_exceeded" });
    expect(released(memory)).toMatchObject({ outcome: "failed", error_code: "deadline_exceeded" });
  });
});
