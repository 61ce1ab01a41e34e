/** The beads of a town, in the object of the town: those of its own and those of its rigs. */
import { systemClock } from "../../../../actors/kernel/clock.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import type { BeadStore } from "../../../../store/api.ts";
import type { StoreSync } from "../../../gateway/contract/sync.ts";
import { watchForeignChanges } from "../../shared/foreign-changes.ts";
import { type ActorMap, remoteActors } from "../objects/remote-actors.ts";
import type { Bucket, ObjectStorage } from "../platform.ts";
import { objectStorePorts } from "../store/ports.ts";
import type { EdgeTownPaths } from "./paths.ts";
import { credentialsOf, type Settings } from "./settings.ts";
import { type EdgeStores, openEdgeStores } from "./stores.ts";

/** Who the host is, where an actor asks. */
const HOST_NAME = "gastown";
const TELL_TIMEOUT_MS = 60_000;

export interface TownBeadsOptions {
  readonly town: string;
  readonly paths: EdgeTownPaths;
  readonly bucket: Bucket;
  readonly storage: ObjectStorage;
  readonly settings: () => Pick<Settings, "TOWNS" | "GIT_CREDENTIALS">;
  readonly actors: ActorMap;
  readonly log: Logger;
}

export interface TownBeads {
  /** The ledger for the actor of the town. Opened by the first of these calls, and again by the next when that failed. */
  open(): Promise<BeadStore>;
  stores(): Promise<EdgeStores>;
  sync(): Promise<readonly StoreSync[]>;
}

/** For one instance of the town's object. */
export function townBeads(options: TownBeadsOptions): TownBeads {
  const { town, paths, bucket, storage, actors, log } = options;
  const call = remoteActors(actors);
  let opened: Promise<{ readonly stores: EdgeStores; readonly beads: BeadStore }> | undefined;
  const open = () => {
    opened ??= begin().catch(error => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    open: async () => (await open()).beads,
    stores: async () => (await open()).stores,
    sync: async () => (await open()).stores.sync(),
  };

  async function begin() {
    const settings = options.settings();
    const stores = await openEdgeStores({
      paths,
      ports: objectStorePorts(bucket, paths.root.slice(1), storage),
      credentials: credentialsOf(settings),
      remote: settings.TOWNS[town]?.remote,
      log,
    });
    const { store: beads } = watchForeignChanges({
      ledger: stores.ledger,
      tell: ids => {
        const meta = { chain: [], deadline: Date.now() + TELL_TIMEOUT_MS };
        return call({ kind: "town", name: town }, "beadsChanged", { by: HOST_NAME, ids }, meta);
      },
      clock: systemClock,
      log,
    });
    return { stores, beads };
  }
}
