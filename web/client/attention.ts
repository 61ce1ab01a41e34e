/** What needs a person now, most pressing first. Pure. */
import type { AgentView, ConvoyView, RigView } from "../../runtime/gateway/contract/views.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { isWork } from "./board.ts";
import type { TownFacts } from "./town-store.ts";

export interface Attention {
  /** Stable between updates. */
  readonly key: string;
  readonly level: "error" | "warn";
  /** A few words; the name of the thing comes first. */
  readonly text: string;
  /** The whole reason. */
  readonly detail: string;
  readonly bead?: string;
  readonly agent?: string;
}

export interface AttentionInput {
  readonly facts: TownFacts | undefined;
  readonly beads: ReadonlyMap<string, Bead>;
  readonly agents: ReadonlyMap<string, AgentView>;
  readonly rigs: ReadonlyMap<string, RigView>;
  readonly convoys: ReadonlyMap<string, ConvoyView>;
}

/** The list; empty when the town can go on by itself. */
export function attentionOf({ facts, beads, agents, rigs, convoys }: AttentionInput): readonly Attention[] {
  const items: Attention[] = [];
  const escalated = sourcesOf(beads.values());
  for (const agent of agents.values()) {
    // An agent that was given up, or a failed bead, and is escalated is one matter, not two.
    if (agent.state === "given_up" && escalated.has(agent.id)) continue;
    const item = agentAttention(agent);
    if (item !== undefined) items.push(item);
  }
  for (const bead of beads.values()) {
    if (escalated.has(bead.id)) continue;
    const item = beadAttention(bead);
    if (item !== undefined) items.push(item);
  }
  for (const rig of rigs.values()) {
    if (rig.state !== "failed") continue;
    items.push({
      key: `rig:${rig.name}`,
      level: "error",
      text: `Rig ${rig.name} cannot be used`,
      detail: rig.reason ?? `See \`gt rig list\`; the repository is ${rig.git_url}.`,
    });
  }
  for (const { id, state, title, stranded } of convoys.values()) {
    if (state !== "stranded") continue;
    const why = stranded.map(({ bead, reason }) => `${bead} ${reason}`).join("; ");
    items.push({ key: `convoy:${id}`, level: "warn", text: `Convoy ${title} is stranded`, detail: why });
  }
  if (facts?.paused !== undefined) {
    items.push({ key: "town:paused", level: "warn", text: "Dispatch is paused", detail: facts.paused });
  }
  return items.sort((a, b) => Number(b.level === "error") - Number(a.level === "error"));
}

function agentAttention(agent: AgentView): Attention | undefined {
  const { id, name, detail, bead } = agent;
  const common = { key: `agent:${id}`, agent: id };
  if (agent.state === "given_up") {
    return {
      ...common,
      level: "error",
      text: `${name} gave up`,
      detail:
        detail ??
        `${id} was restarted too often${bead === undefined ? "" : ` on ${bead}`}; read its terminal.`,
    };
  }
  if (agent.state !== "working") return undefined;
  if (agent.activity === "waiting_for_person") {
    return {
      ...common,
      level: "warn",
      text: `${name} waits for you`,
      detail: detail ?? "Open its terminal to answer.",
    };
  }
  if (agent.activity === "rate_limited") {
    return {
      ...common,
      level: "warn",
      text: `${name} is rate limited`,
      detail: detail ?? "It goes on by itself.",
    };
  }
  return undefined;
}

/** Beads that an escalation which stands is about. */
function sourcesOf(beads: Iterable<Bead>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const bead of beads) {
    if (bead.issue_type !== "escalation" || bead.status === "closed") continue;
    const { source } = escalationOf(bead);
    if (source !== undefined) found.add(source);
  }
  return found;
}

/** In hand it stays in the list, and says in whose; a large bead may come without its metadata. */
function escalationAttention(bead: Bead): Attention {
  const { severity, source } = escalationOf(bead);
  const inHand = bead.status === "in_progress";
  const calm = inHand || severity === "low" || severity === "medium";
  const whose = inHand ? [`${bead.assignee ?? "Somebody"} has it in hand.`] : [];
  return {
    key: `bead:${bead.id}`,
    level: calm ? "warn" : "error",
    text: bead.title,
    detail: [
      ...whose,
      ...(severity === undefined ? [] : [`${severity}${source === undefined ? "" : `, about ${source}`}.`]),
      bead.description ?? bead.title,
    ].join(" "),
    bead: bead.id,
  };
}

function escalationOf(bead: Bead): { readonly severity?: string; readonly source?: string } {
  const value = bead.metadata?.escalation;
  if (typeof value !== "object" || value === null) return {};
  return {
    ...("severity" in value && typeof value.severity === "string" ? { severity: value.severity } : {}),
    ...("source" in value && typeof value.source === "string" ? { source: value.source } : {}),
  };
}

function beadAttention(bead: Bead): Attention | undefined {
  if (bead.issue_type === "escalation" && bead.status !== "closed") return escalationAttention(bead);
  if (bead.issue_type === "gate" && bead.status === "open") return gateAttention(bead);
  if (bead.status === "failed" && isWork(bead)) {
    return {
      key: `bead:${bead.id}`,
      level: "error",
      text: `${bead.id} failed`,
      detail: bead.title,
      bead: bead.id,
    };
  }
  return undefined;
}

/** A gate that something waits for now and that a person opens. */
function gateAttention(bead: Bead): Attention | undefined {
  const record = bead.metadata?.gate;
  const waits = typeof record === "object" && record !== null && "since" in record;
  if (!waits || bead.await_type !== "human") return undefined;
  return {
    key: `bead:${bead.id}`,
    level: "warn",
    text: `${bead.title} waits for your approval`,
    detail: `gt gate approve ${bead.id}, or gt gate reject ${bead.id}`,
    bead: bead.id,
  };
}
