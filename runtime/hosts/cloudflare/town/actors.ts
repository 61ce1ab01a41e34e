/** Which actor is which object, and what each of them is composed of. */
import { createActors } from "../../../../actors/index.ts";
import type { ActorClass } from "../../../../actors/kernel/actor.ts";
import { systemClock } from "../../../../actors/kernel/clock.ts";
import type { ActorRef } from "../../../../actors/kernel/host.ts";
import type { BeadStore } from "../../../../store/api.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { watchForeignChanges } from "../../shared/foreign-changes.ts";
import { createSyncPort } from "../../shared/sync-stores.ts";
import { DeskActor } from "../gateway/sign-in.ts";
import { consoleLog } from "../log.ts";
import type { ActorParts } from "../objects/actor-object.ts";
import { type ActorMap, remoteActors } from "../objects/remote-actors.ts";
import type { Bucket, ObjectNamespace, ObjectState } from "../platform.ts";
import { repoPort, repoPortOfTown } from "../ports/repo.ts";
import { noSandboxes } from "../ports/unsupported.ts";
import { objectStorePorts } from "../store/ports.ts";
import { VERSION } from "../version.ts";
import { edgeTownPaths } from "./paths.ts";
import { credentialsOf, readSettings } from "./settings.ts";
import { type EdgeStores, openEdgeStores } from "./stores.ts";

/** Who the host is, where an actor asks. */
const HOST_NAME = "gastown";
const TELL_TIMEOUT_MS = 60_000;

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
    if (kind === "town") return { ...townParts(name, env, ctx, actors), ref, actorClass, actors, log };
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

/** The town's object holds the beads: those of its own and those of its rigs. */
function townParts(
  town: string,
  env: EdgeEnv,
  ctx: ObjectState,
  actors: ActorMap,
): Pick<ActorParts, "ports" | "beads"> {
  const paths = edgeTownPaths(town);
  const log = consoleLog({ town });
  const call = remoteActors(actors);
  let opened: Promise<{ readonly stores: EdgeStores; readonly beads: BeadStore }> | undefined;
  const open = () => {
    opened ??= begin().catch(error => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const stores = async () => (await open()).stores;
  return {
    ports: {
      sandbox: noSandboxes,
      repo: repoPort(stores),
      sync: createSyncPort(async () => (await stores()).sync()),
    },
    beads: async () => (await open()).beads,
  };

  async function begin() {
    const settings = readSettings(env);
    const own = await openEdgeStores({
      paths,
      ports: objectStorePorts(env.BEADS, paths.root.slice(1), ctx.storage),
      credentials: credentialsOf(settings),
      remote: settings.TOWNS[town]?.remote,
      log,
    });
    const { store } = watchForeignChanges({
      ledger: own.ledger,
      tell: ids => {
        const meta = { chain: [], deadline: Date.now() + TELL_TIMEOUT_MS };
        return call({ kind: "town", name: town }, "beadsChanged", { by: HOST_NAME, ids }, meta);
      },
      clock: systemClock,
      log,
    });
    return { stores: own, beads: store };
  }
}
