/** The actors of a deployment: what a host needs to run them. */
import { AgentActor } from "./agent/actor.ts";
import { ContainerActor } from "./container/actor.ts";
import type { ActorDeps } from "./deps.ts";
import type { ActorClass } from "./kernel/actor.ts";
import { RigActor } from "./rig/actor.ts";
import { TownActor } from "./town/actor.ts";
import type { Rules } from "./town/reconcile/world.ts";
import { UserActor } from "./user/actor.ts";

export type { ActorDeps } from "./deps.ts";

/**
 * Every kind of actor, given what it needs; other `rules` than the town's own are for tests that see whether one is missed. Only a town has beads: `{kind: "town", name}` gets the ledger of its stores.
 *
 * @example
 * const actors = createActors({ paths: townPaths, version });
 * new ActorSystem({ actors, ports: { sandbox, repo }, beads: ref => (ref.kind === "town" ? ledger : undefined), ... });
 */
export function createActors(deps: ActorDeps, rules?: Rules): readonly ActorClass[] {
  class Town extends TownActor {
    constructor(turn: ConstructorParameters<ActorClass>[0]) {
      super(turn, deps, rules);
    }
  }
  class Container extends ContainerActor {
    constructor(turn: ConstructorParameters<ActorClass>[0]) {
      super(turn, deps);
    }
  }
  return [Town, AgentActor, Container, RigActor, UserActor];
}
