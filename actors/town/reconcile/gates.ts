/** Gates open when what they wait for has happened; what does not happen in time is escalated, once. */
import { judgeGate } from "../../../store/molecules/gate.ts";
import type { Finding, GateItem, Rule } from "./world.ts";

export const gates: Rule = world => world.gates.flatMap(item => judge(item, world.now));

function judge({ bead, record, wanted, answered, over, other }: GateItem, now: number): Finding[] {
  const { id } = bead;
  if (over) return [{ reason: "nobody needs its answer any more", action: { type: "drop_gate", gate: id } }];
  if (record.since === undefined) {
    if (!wanted) return [];
    return [{ reason: `something waits for ${id}`, action: { type: "arm_gate", gate: id } }];
  }
  if (answered !== undefined) {
    return [{ reason: answered, action: { type: "open_gate", gate: id, reason: answered } }];
  }
  const fact = other === undefined ? undefined : ({ kind: "bead", status: other } as const);
  const verdict = judgeGate({ ...bead, created_at: record.since }, fact, now);
  switch (verdict.kind) {
    case "open":
      return [{ reason: verdict.reason, action: { type: "open_gate", gate: id, reason: verdict.reason } }];
    case "escalate":
      if (record.state === "escalated") return [];
      return [
        { reason: verdict.reason, action: { type: "escalate_gate", gate: id, reason: verdict.reason } },
      ];
    case "wait": {
      if (record.state === "escalated" || bead.timeout === undefined) return [];
      const at = Date.parse(record.since) + bead.timeout / 1e6;
      return [{ reason: `${id}: ${verdict.reason}`, action: { type: "wake_at", at } }];
    }
    default:
      verdict satisfies never;
      return [];
  }
}
