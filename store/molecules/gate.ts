/** When a gate opens: pure rules over the gate, the time and what was seen of GitHub and of other beads. */
import type { Bead } from "../schema/bead.ts";

/** What was seen of the thing that the gate waits for; undefined when it could not be asked. */
export type GateFact =
  | { readonly kind: "run"; readonly status: string; readonly conclusion: string }
  | { readonly kind: "pr"; readonly state: string }
  | { readonly kind: "bead"; readonly status: string }
  | undefined;

export type GateVerdict =
  | { readonly kind: "open"; readonly reason: string }
  | { readonly kind: "escalate"; readonly reason: string }
  | { readonly kind: "wait"; readonly reason: string };

/**
 * `open` closes the gate, `escalate` leaves it and says that it will not open by itself.
 * @param now epoch milliseconds
 */
export function judgeGate(gate: Bead, fact: GateFact, now: number): GateVerdict {
  const due = gate.timeout === undefined ? undefined : Date.parse(gate.created_at) + gate.timeout / 1e6;
  const late = due !== undefined && now >= due;
  switch (gate.await_type) {
    case "timer":
      if (due === undefined) return { kind: "escalate", reason: "timer gate without a timeout" };
      return late
        ? { kind: "open", reason: "timer elapsed" }
        : { kind: "wait", reason: `until ${new Date(due).toISOString()}` };
    case "gh:run":
      if (fact?.kind !== "run") return waiting(late, "the workflow run is not known yet");
      if (fact.status !== "completed") return waiting(late, `the workflow run is ${fact.status}`);
      return fact.conclusion === "success"
        ? { kind: "open", reason: "workflow run succeeded" }
        : { kind: "escalate", reason: `workflow run ended with ${fact.conclusion}` };
    case "gh:pr":
      if (fact?.kind !== "pr") return waiting(late, "the pull request is not known yet");
      if (fact.state === "MERGED") return { kind: "open", reason: "pull request merged" };
      return fact.state === "CLOSED"
        ? { kind: "escalate", reason: "pull request was closed without a merge" }
        : waiting(late, "the pull request is open");
    case "bead":
      if (fact?.kind === "bead" && fact.status === "closed")
        return { kind: "open", reason: `${gate.await_id} is closed` };
      return waiting(
        late,
        fact?.kind === "bead" ? `${gate.await_id} is ${fact.status}` : `${gate.await_id} is not known here`,
      );
    default:
      return waiting(late, gate.await_type === "mail" ? "waits for mail" : "waits for a person");
  }
}

function waiting(late: boolean, reason: string): GateVerdict {
  return late ? { kind: "escalate", reason: `timed out: ${reason}` } : { kind: "wait", reason };
}
