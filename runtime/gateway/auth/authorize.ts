/** The one place that says who may do what. REST, WebSocket and MCP ask here; what no rule allows is refused. */
import { AppError } from "../../../store/schema/errors.ts";
import type { AgentPrincipal, Principal, UserPrincipal } from "./principal.ts";

/** What is to be touched. `town` is always named; the rest as far as the action is about it. */
export interface Resource {
  readonly town?: string;
  /** The rig that a bead, agent or list belongs to; absent for what belongs to the town as a whole. */
  readonly rig?: string | undefined;
  readonly bead?: string;
  /** Name of an agent within its rig. */
  readonly agent?: string;
  /** Names of the fields that an update writes. */
  readonly fields?: readonly string[];
}

/** Fields of its own bead that an agent may write. Status, assignee and metadata are the town's. */
export const AGENT_WRITABLE_FIELDS = ["notes", "design", "add_labels", "remove_labels"] as const;

type UserRule = (user: UserPrincipal, resource: Resource) => boolean;
type AgentRule = (agent: AgentPrincipal, resource: Resource) => boolean;

const never = () => false;
const always: UserRule = () => true;

const ownTown: UserRule = (user, { town }) =>
  town !== undefined && (user.towns === "all" || user.towns.includes(town));

const ownRig: AgentRule = (agent, { town, rig }) => town === agent.town && rig === agent.rig;

const ownBead: AgentRule = (agent, resource) =>
  ownRig(agent, resource) && agent.bead !== undefined && resource.bead === agent.bead;

const ownBeadsFields: AgentRule = (agent, resource) =>
  ownBead(agent, resource) &&
  (resource.fields ?? ["unknown"]).every(field => AGENT_WRITABLE_FIELDS.some(allowed => allowed === field));

/** Comments, too, are its own words. */
const ownBeadsWords: AgentRule = (agent, resource) =>
  ownBead(agent, resource) &&
  (resource.fields ?? ["unknown"]).every(field => ["notes", "design", "labels", "comments"].includes(field));

/** Fields of a bead that an agent files in its rig. Its id, place, status and assignee are not its to choose. */
export const AGENT_FILED_FIELDS = [
  "title",
  "description",
  "design",
  "acceptance_criteria",
  "notes",
  "issue_type",
  "priority",
  "labels",
  "dependencies",
  "rig",
] as const;

const ownRigsFields: AgentRule = (agent, resource) =>
  ownRig(agent, resource) &&
  (resource.fields ?? ["unknown"]).every(field => AGENT_FILED_FIELDS.some(allowed => allowed === field));

const oneself: AgentRule = (agent, resource) => ownRig(agent, resource) && resource.agent === agent.agent;

const ownTownOfAgent: AgentRule = (agent, { town }) => town === agent.town;

const RULES = {
  /** To see which towns one may see: the answer is filtered by the principal. */
  "towns.list": { user: always, agent: never },
  "whoami.read": { user: always, agent: () => true },
  "sign-in-link.create": { user: user => user.via === "bearer", agent: never },
  "town.read": { user: ownTown, agent: never },
  "town.configure": { user: ownTown, agent: never },
  "town.stop": { user: ownTown, agent: never },
  "town.sync": { user: ownTown, agent: never },
  "rig.list": { user: ownTown, agent: never },
  "rig.add": { user: ownTown, agent: never },
  "rig.configure": { user: ownTown, agent: never },
  "bead.list": { user: ownTown, agent: ownRig },
  "bead.read": { user: ownTown, agent: ownRig },
  "bead.create": { user: ownTown, agent: ownRigsFields },
  "bead.update": { user: ownTown, agent: ownBeadsFields },
  "bead.comment": { user: ownTown, agent: ownBead },
  "bead.close": { user: ownTown, agent: never },
  "bead.delete": { user: ownTown, agent: never },
  "bead.reopen": { user: ownTown, agent: never },
  "bead.restore": { user: ownTown, agent: never },
  /** An agent takes back what it wrote on its own bead. */
  "bead.undo": { user: ownTown, agent: ownBeadsWords },
  "bead.link": { user: ownTown, agent: never },
  "work.sling": { user: ownTown, agent: never },
  /** Taking back and holding: the deeds of people. */
  "work.hold": { user: ownTown, agent: never },
  "convoy.list": { user: ownTown, agent: never },
  "convoy.create": { user: ownTown, agent: never },
  "convoy.start": { user: ownTown, agent: never },
  "convoy.members": { user: ownTown, agent: never },
  "convoy.update": { user: ownTown, agent: never },
  "merge-request.list": { user: ownTown, agent: ownRig },
  "merge-request.read": { user: ownTown, agent: ownRig },
  /** A verdict: of the agent whose token is for this very merge request. */
  "merge-request.review": { user: ownTown, agent: ownBead },
  /** Retry and reject: the deeds of people. */
  "merge-request.decide": { user: ownTown, agent: never },
  "agent.list": { user: ownTown, agent: never },
  "agent.read": { user: ownTown, agent: oneself },
  "agent.stop": { user: ownTown, agent: never },
  /** Deciding about an agent that the patrol found. */
  "agent.triage": { user: ownTown, agent: never },
  "agent.reset": { user: ownTown, agent: never },
  /** Starting, stopping and changing the mayor that runs as an agent. */
  "mayor.control": { user: ownTown, agent: never },
  /** Words for an agent: of people, and of the roles that look after agents. */
  "agent.nudge": { user: ownTown, agent: ownRig },
  "mail.read": { user: ownTown, agent: ownTownOfAgent },
  "mail.send": { user: ownTown, agent: ownTownOfAgent },
  "escalation.list": { user: ownTown, agent: never },
  "escalation.raise": { user: ownTown, agent: ownTownOfAgent },
  "escalation.settle": { user: ownTown, agent: never },
  "agent.input": { user: ownTown, agent: never },
  "recording.read": { user: ownTown, agent: never },
  "feed.read": { user: ownTown, agent: never },
  /** The principal's own instructions: there is no way to name another's. */
  "prime.read": { user: ownTown, agent: ownTownOfAgent },
  /** An agent about its own work; nobody speaks for it. */
  "agent.report": { user: never, agent: oneself },
  "formula.list": { user: ownTown, agent: ownTownOfAgent },
  "molecule.read": { user: ownTown, agent: ownRig },
  "molecule.advance": { user: ownTown, agent: ownBead },
  "gate.read": { user: ownTown, agent: never },
  "gate.decide": { user: ownTown, agent: never },
  /** Something is shown on the dashboards that are open. */
  "ui.act": { user: ownTown, agent: never },
  "socket.open": { user: ownTown, agent: never },
  "terminal.read": { user: ownTown, agent: never },
  "terminal.write": { user: ownTown, agent: never },
} as const satisfies Readonly<Record<string, { readonly user: UserRule; readonly agent: AgentRule }>>;

export type Action = keyof typeof RULES;

/** Roles of agents that may do it, where not all may. */
const ROLES: Partial<Record<Action, readonly AgentPrincipal["role"][]>> = {
  "merge-request.review": ["refinery"],
  "agent.nudge": ["witness", "refinery"],
};

/** What a mayor's functions need, in its whole town; it may do nothing else, also not what other agents may. */
const MAYOR_ACTIONS: ReadonlySet<Action> = new Set<Action>([
  "whoami.read",
  "prime.read",
  "rig.list",
  "bead.list",
  "bead.read",
  "bead.create",
  "bead.update",
  "bead.close",
  "work.sling",
  "convoy.list",
  "convoy.create",
  "convoy.start",
  "convoy.members",
  "merge-request.list",
  "merge-request.review",
  "agent.list",
  "agent.reset",
  "agent.triage",
  "agent.nudge",
  "mail.read",
  "mail.send",
  "escalation.list",
  "escalation.raise",
  "escalation.settle",
  "ui.act",
]);

/** Fields that are for people to set: how isolated agents run and by which program, and what the town keeps of a bead. */
const PEOPLES_FIELDS: Partial<Record<Action, readonly string[]>> = {
  "work.sling": ["driver", "isolation"],
  "convoy.create": ["driver", "isolation"],
  "convoy.start": ["driver", "isolation"],
  "bead.create": ["id", "assignee", "status", "metadata", "ephemeral", "pinned"],
  "bead.update": ["metadata"],
  /** Words that break into a turn. */
  "agent.nudge": ["immediate"],
};

function mayorMay(mayor: AgentPrincipal, action: Action, resource: Resource): boolean {
  const { town, fields = [] } = resource;
  // Of agents in full, itself: the words that wait for it.
  if (action === "agent.read" && oneself(mayor, resource)) return true;
  if (!MAYOR_ACTIONS.has(action) || (action !== "whoami.read" && town !== mayor.town)) return false;
  const denied = PEOPLES_FIELDS[action] ?? [];
  return !fields.some(field => denied.includes(field));
}

/** All actions, for the test that walks them. */
// SAFETY: Object.keys of a literal gives exactly its keys.
export const ACTIONS = Object.keys(RULES) as readonly Action[];

/** True when a rule allows it. */
export function isAllowed(principal: Principal, action: Action, resource: Resource): boolean {
  if (!Object.hasOwn(RULES, action)) return false;
  switch (principal.kind) {
    case "user":
      return RULES[action].user(principal, resource);
    case "agent":
      return principal.role === "mayor"
        ? mayorMay(principal, action, resource)
        : (ROLES[action]?.includes(principal.role) ?? true) && RULES[action].agent(principal, resource);
    case "anonymous":
      return false;
  }
}

/**
 * Whether the caller belongs to the town at all; asked before anything of the town is looked up.
 * @throws {AppError} unauthenticated, forbidden
 */
export function authorizeTown(principal: Principal, town: string): void {
  const belongs =
    principal.kind === "agent"
      ? principal.town === town
      : principal.kind === "user" && ownTown(principal, { town });
  if (!belongs) refuse(principal, "enter", { town });
}

/**
 * Passes when a rule allows it on something: what is never an agent's is refused before anything is looked up for it.
 * @throws {AppError} forbidden
 */
export function authorizeAction(principal: Principal, action: Action, town: string | undefined): void {
  if (principal.kind !== "agent") return;
  const ever =
    principal.role === "mayor"
      ? MAYOR_ACTIONS.has(action) || action === "agent.read"
      : RULES[action].agent !== never && (ROLES[action]?.includes(principal.role) ?? true);
  if (!ever) refuse(principal, action, { ...(town === undefined ? {} : { town }) });
}

/**
 * Passes when a rule allows it.
 * @throws {AppError} unauthenticated for nobody, forbidden for somebody
 */
export function authorize(principal: Principal, action: Action, resource: Resource): void {
  if (!isAllowed(principal, action, resource)) refuse(principal, action, resource);
}

function refuse(principal: Principal, action: string, resource: Resource): never {
  if (principal.kind === "anonymous") {
    throw new AppError("unauthenticated", "You are not signed in.", {
      hint: 'Run "gt url" on the machine of the town for a new sign-in link.',
    });
  }
  if (principal.kind === "agent") {
    const about = resource.bead ?? resource.rig ?? resource.town ?? "this";
    if (principal.role === "mayor") {
      throw new AppError("forbidden", `The mayor of ${principal.town} may not do ${action} on ${about}.`, {
        hint: "It may do what its functions do, in its own town; the rest is for people: ask them with `gt escalate`.",
        data: { action },
      });
    }
    throw new AppError("forbidden", `An agent of ${principal.rig} may not do ${action} on ${about}.`, {
      hint: "An agent reads the beads of its rig, and writes notes and comments on the bead that it works on.",
      data: { action },
    });
  }
  throw new AppError("forbidden", `${principal.name} may not do ${action} here.`, { data: { action } });
}
