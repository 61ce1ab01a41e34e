/** The fixtures of the conformance suite as Durable Objects. */
import type { ActorClass } from "../../../actors/kernel/actor.ts";
import { actorObject } from "../../../runtime/hosts/cloudflare/objects/actor-object.ts";
import { conformanceActors, Doer, Keeper, Waker } from "../fixtures.ts";
import { scopedParts, type TestEnv } from "./scoped.ts";
import { evictIfIdle, serveCalls } from "./serve.ts";

const KINDS = conformanceActors.map(({ kind }) => kind);

function fixture(actorClass: ActorClass) {
  return class extends actorObject<TestEnv>((name, env) =>
    scopedParts(name, env, actorClass, KINDS, ["probe"]),
  ) {
    readonly #instance = crypto.randomUUID();

    async instance(): Promise<string> {
      return this.#instance;
    }

    evict(): Promise<void> {
      return evictIfIdle(this.ctx, this);
    }
  };
}

export class KeeperObject extends fixture(Keeper) {}
export class DoerObject extends fixture(Doer) {}
export class WakerObject extends fixture(Waker) {}

export default { fetch: serveCalls(KINDS) };
