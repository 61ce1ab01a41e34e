/** Which actor is which object, and what each of them is composed of. */
import { createActors } from "../../../../actors/index.ts";
import type { ActorClass } from "../../../../actors/kernel/actor.ts";
import type { ActorRef } from "../../../../actors/kernel/host.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { createSyncPort } from "../../shared/sync-stores.ts";
import { DeskActor } from "../gateway/sign-in.ts";
import { consoleLog } from "../log.ts";
import type { ActorParts } from "../objects/actor-object.ts";
import type { ActorMap } from "../objects/remote-actors.ts";
import type { Bucket, ObjectNamespace, ObjectState } from "../platform.ts";
import { notifyPort } from "../ports/notify.ts";
import { repoPort, repoPortOfTown } from "../ports/repo.ts";
import { noForge, noSandboxes } from "../ports/unsupported.ts";
import { VERSION } from "../version.ts";
import { townBeads } from "./beads.ts";
import { edgeTownPaths } from "./paths.ts";
import { readSettings } from "./settings.ts";

/** Bindings of `wrangler.jsonc`; variables and secrets are read by `readSettings`. */
export interface EdgeEnv {
  readonly TOWN: ObjectNamespace;
  readonly AGENT: ObjectNamespace;
  readonly CONTAINER: ObjectNamespace;
  readonly RIG: ObjectNamespace;
  readonly USER: ObjectNamespace;
  readonly DESK: ObjectNamespace;
  /** The repositories with the bead branches, under `<town>/`. */
  readonly BEADS: Bucket;
}

const CLASSES: ReadonlyMap<string, ActorClass> = new Map(
  [...createActors({ paths: edgeTownPaths, version: VERSION }), DeskActor].map(each => [each.kind, each]),
);

/** All actors of a deployment. */
export function edgeActors({ TOWN, AGENT, CONTAINER, RIG, USER, DESK }: EdgeEnv): ActorMap {
  return {
    namespaces: { town: TOWN, agent: AGENT, container: CONTAINER, rig: RIG, user: USER, desk: DESK },
    objectName: ({ name }) => name,
  };
}

/** What an actor of a kind is composed of. */
export function edgeParts(kind: string): (name: string, env: EdgeEnv, ctx: ObjectState) => ActorParts {
  const actorClass = CLASSES.get(kind);
  if (actorClass === undefined) throw new AppError("internal", `There is no actor of kind ${kind}.`);
  return (name, env, ctx) => {
    const ref: ActorRef = { kind, name };
    const actors = edgeActors(env);
    const log = consoleLog({ actor: `${kind}:${name}` });
    if (kind === "town") {
      const beads = townBeads({
        town: name,
        paths: edgeTownPaths(name),
        bucket: env.BEADS,
        storage: ctx.storage,
        settings: () => readSettings(env),
        actors,
        log,
      });
      return {
        ref,
        actorClass,
        actors,
        log,
        beads: beads.open,
        ports: {
          sandbox: noSandboxes,
          forge: noForge,
          repo: repoPort(beads.stores),
          sync: createSyncPort(beads.sync),
          notify: notifyPort(() => readSettings(env).WEBHOOK, log),
        },
      };
    }
    const town: ActorRef = { kind: "town", name: name.split("/", 1)[0] ?? "" };
    return {
      ref,
      actorClass,
      actors,
      log,
      ports: { sandbox: noSandboxes, repo: repoPortOfTown(actors, town) },
    };
  };
}
