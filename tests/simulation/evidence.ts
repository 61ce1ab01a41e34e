/** What simulated agents show to the patrol that looks at them. */
import type { FakeRun } from "../../actors/testing/fake-sandboxes.ts";
import type { Evidence } from "../../agent-sandbox/protocol/control.ts";
import type { WorkWord } from "./plan.ts";

const MINUTE = 60_000;

/** @param word what the plan has the agent do; undefined for a run that is no work */
export function evidenceOf(run: FakeRun, word: WorkWord | undefined, now: number): Evidence {
  const age = Math.max(0, now - run.startedAt);
  const { frozen } = run;
  if (word === "silent") return { quiet_ms: age, cpu_ms: 100, frozen };
  if (word === "loop") {
    const count = Math.floor(age / (MINUTE / 2));
    return { quiet_ms: 0, cpu_ms: 1_000, frozen, loop: { what: "bash: bun test", count } };
  }
  return { quiet_ms: 0, cpu_ms: age / 2, head: `${Math.floor(age / (10 * MINUTE))}`, frozen };
}
