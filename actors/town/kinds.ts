/** Which beads are work, which are the town's own records, and how names and ids are made of each other. */
import { NO_POLECAT_TYPES } from "../../store/schema/bead-words.ts";
import type { ActorRef } from "../kernel/host.ts";

/** Types that only the town makes; everybody else has calls of their own for them. */
export const TOWN_TYPES: readonly string[] = [
  "merge-request",
  "convoy",
  "agent",
  "rig",
  "town",
  "role",
  "slot",
];

/** Prefix of the town's own store. */
export const HQ_PREFIX = "hq";
/** The bead that holds the town's settings. */
export const TOWN_BEAD = "hq-town";

/** True for a bead that a polecat may be given. */
export function isWorkType(type: string): boolean {
  return !NO_POLECAT_TYPES.includes(type);
}

/** `sa` for `sa-4k2cd`. */
export function prefixOf(id: string): string {
  const dash = id.indexOf("-");
  return dash < 0 ? id : id.slice(0, dash);
}

/** The town's mayor, when it runs as an agent: of no rig. */
export const MAYOR_AGENT = `${HQ_PREFIX}/mayor`;

/** Bead of a rig's record. */
export function rigBeadId(rig: string): string {
  return `hq-rig-${rig}`;
}

/** Bead of an agent's identity: `hq-agent-sample-toast` for `sample/toast`. */
export function agentBeadId(agent: string): string {
  return `hq-agent-${agent.replace("/", "-")}`;
}

/** `sample/refinery` */
export function refineryOf(rig: string): string {
  return `${rig}/refinery`;
}

/** `sample/reviewer` */
export function reviewerOf(rig: string): string {
  return `${rig}/reviewer`;
}

/** Rig and name of `sample/toast`. */
export function splitAgent(agent: string): { readonly rig: string; readonly name: string } {
  const slash = agent.indexOf("/");
  return { rig: agent.slice(0, slash), name: agent.slice(slash + 1) };
}

/** The actor of an agent; its container has the same name. */
export function agentActor(town: string, agent: string): ActorRef {
  return { kind: "agent", name: `${town}/${agent}` };
}

/** True for the name of an agent rather than of a person. */
export function isAgentName(by: string): boolean {
  return /^[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*$/.test(by);
}
