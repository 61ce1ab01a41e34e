/** The actors of a town as Durable Objects, with beads in R2; their sandboxes are the suite's. */
import { createActors } from "../../../actors/index.ts";
import type { ActorClass } from "../../../actors/kernel/actor.ts";
import { noopLogger } from "../../../actors/kernel/logger.ts";
import { actorObject } from "../../../runtime/hosts/cloudflare/objects/actor-object.ts";
import type { Bucket } from "../../../runtime/hosts/cloudflare/platform.ts";
import { repoPort, repoPortOfTown } from "../../../runtime/hosts/cloudflare/ports/repo.ts";
import { townBeads } from "../../../runtime/hosts/cloudflare/town/beads.ts";
import { edgeTownPaths } from "../../../runtime/hosts/cloudflare/town/paths.ts";
import { scopedParts, type TestEnv } from "./scoped.ts";
import { evictIfIdle, serveCalls } from "./serve.ts";

const CLASSES = createActors({ paths: edgeTownPaths, version: "0.0.0" });
const KINDS = CLASSES.map(({ kind }) => kind);

function object(kind: string) {
  const actorClass = CLASSES.find(each => each.kind === kind) as ActorClass;
  return class extends actorObject<TestEnv>((objectName, env, ctx) => {
    const parts = scopedParts(objectName, env, actorClass, KINDS, ["sandbox"]);
    const { name } = parts.ref;
    if (kind !== "town") {
      const town = { kind: "town", name: name.split("/", 1)[0] ?? "" };
      return { ...parts, ports: { ...parts.ports, repo: repoPortOfTown(parts.actors, town) } };
    }
    const beads = townBeads({
      town: name,
      // Each host under test has a folder of its own in the bucket.
      paths: edgeTownPaths(`${parts.scope.id}-${name}`),
      bucket: env.BEADS as Bucket,
      storage: ctx.storage,
      settings: () => ({ TOWNS: {}, GIT_CREDENTIALS: {} }),
      actors: parts.actors,
      log: noopLogger,
    });
    return { ...parts, beads: beads.open, ports: { ...parts.ports, repo: repoPort(beads.stores) } };
  }) {
    evict(): Promise<void> {
      return evictIfIdle(this.ctx, this);
    }
  };
}

export class TownObject extends object("town") {}
export class AgentObject extends object("agent") {}
export class ContainerObject extends object("container") {}
export class RigObject extends object("rig") {}
export class UserObject extends object("user") {}

export default { fetch: serveCalls(KINDS) };
