/** Who is calling: found once per request by `authenticate`, judged by `authorize`. */
import type { AgentRole } from "../../../agent-sandbox/protocol/spec.ts";

/** A person: the owner of this installation, or a user who owns towns. */
export interface UserPrincipal {
  readonly kind: "user";
  readonly id: string;
  /** Under which their deeds are recorded. */
  readonly name: string;
  /** Names of the towns that are theirs; "all" for the owner of the installation. */
  readonly towns: "all" | readonly string[];
  /** How they proved it; a cookie needs the checks against cross-site requests, a bearer token does not. */
  readonly via: "bearer" | "cookie";
  /** Epoch milliseconds after which a socket of this principal is closed. */
  readonly expires: number | undefined;
}

/** One run of an agent: its token names the town, the rig, the agent, and the bead and attempt that it works on. */
export interface AgentPrincipal {
  readonly kind: "agent";
  readonly town: string;
  readonly rig: string;
  /** Name within the rig, e.g. "toast". */
  readonly agent: string;
  readonly role: AgentRole;
  readonly bead: string | undefined;
  /** The fencing number of the bead when this run was started. */
  readonly attempt: number | undefined;
  readonly expires: number | undefined;
}

/** Nobody: no credentials were given. */
export interface AnonymousPrincipal {
  readonly kind: "anonymous";
}

export type Principal = UserPrincipal | AgentPrincipal | AnonymousPrincipal;

export const ANONYMOUS: AnonymousPrincipal = { kind: "anonymous" };

/** The name under which the principal's deeds are recorded: a user's name, or `<rig>/<agent>`. */
export function principalName(principal: Principal): string {
  switch (principal.kind) {
    case "user":
      return principal.name;
    case "agent":
      return `${principal.rig}/${principal.agent}`;
    case "anonymous":
      return "anonymous";
  }
}
