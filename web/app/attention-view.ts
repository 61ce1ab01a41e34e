/** What needs a person, and the mark of the page, from a client. */
import { type Attention, attentionOf } from "../client/attention.ts";
import type { TownClient } from "../client/town-client.ts";
import type { Mark } from "./favicon.ts";

export function attentionFor({ store }: TownClient): readonly Attention[] {
  return attentionOf({
    facts: store.facts.value,
    beads: store.beads.value,
    agents: store.agents.value,
    rigs: store.rigs.value,
    convoys: store.convoys.value,
  });
}

/** The worst of what is known; offline when nothing new can be known. */
export function markOf({ connection, session, store }: TownClient, items: readonly Attention[]): Mark {
  const { phase } = connection.value;
  if (session.value.phase !== "ready" || phase === "waiting") return "offline";
  if (items.some(item => item.level === "error")) return "failed";
  if (items.length > 0) return "attention";
  return [...store.agents.value.values()].some(agent => agent.state === "working") ? "working" : "calm";
}
