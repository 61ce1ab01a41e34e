/** The bead stores of a town, joined to one ledger: its own, and that of every rig that is there. */
import { readdirSync } from "node:fs";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import { type GitBeadStore, openStore } from "../../../../store/bead-store.ts";
import { Ledger } from "../../../../store/ledger.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { StoreSync } from "../../../gateway/contract/sync.ts";
import { syncStores } from "../../shared/sync-stores.ts";
import type { RigStores } from "../repos/port.ts";
import { bunStorePorts } from "../store/ports.ts";
import { bunSyncPorts } from "../store/remotes.ts";
import type { BunTownPaths } from "../town-paths.ts";

/** Prefix of the town's own beads. */
export const HQ_PREFIX = "hq";
const SUFFIX = ".git";
/** How soon a town sees what others wrote into its stores, in milliseconds; an idle town does little else. */
const POLL_MS = 1_000;

export interface TownStores extends RigStores {
  readonly ledger: Ledger;
  /** Exchanges the beads of all stores that have a remote. */
  sync(): Promise<readonly StoreSync[]>;
  close(): Promise<void>;
}

export interface TownStoresOptions {
  readonly paths: BunTownPaths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** Opens the stores of the town and of its rigs. A rig whose store cannot be opened is left out, and named in the log. */
export async function openTownStores({ paths, env, log }: TownStoresOptions): Promise<TownStores> {
  const ports = bunStorePorts(env);
  const open = (gitDir: string, prefix?: string): Promise<GitBeadStore> =>
    openStore({
      gitDir,
      ports,
      pollMs: POLL_MS,
      ...(prefix === undefined ? {} : { prefix, create: true }),
      report: error => log.warn("bead store", { store: gitDir, error }),
    });
  const hq = await open(paths.hq, HQ_PREFIX);
  const ledger = new Ledger(hq);
  const rigs = new Map<string, GitBeadStore>();

  const add = async (rig: string, gitDir: string): Promise<void> => {
    if (rigs.has(rig)) return;
    const store = await open(gitDir);
    try {
      ledger.add(store);
    } catch (error) {
      await store.close();
      throw error;
    }
    rigs.set(rig, store);
  };

  for (const rig of rigFolders(paths.rigs)) {
    try {
      await add(rig, paths.repo(rig));
    } catch (error) {
      log.error("store of a rig cannot be opened", { rig, error });
    }
  }

  return {
    ledger,
    checkPrefix(rig, prefix) {
      const own = rigs.get(rig)?.prefixes ?? [];
      if (own.includes(prefix) || !ledger.prefixes.includes(prefix)) return;
      throw new AppError(
        "already_exists",
        `The prefix ${prefix} belongs to another bead store of this town.`,
        {
          hint: "Give the rig another prefix.",
          data: { prefix },
        },
      );
    },
    async prepare(gitDir, prefix) {
      const store = await open(gitDir, prefix);
      const [own] = store.prefixes;
      await store.close();
      if (own === prefix) return;
      throw new AppError("conflict", `The repository brings beads with the prefix ${own}, not ${prefix}.`, {
        hint: `Add the rig with \`--prefix ${own}\`.`,
        data: { prefix: own },
      });
    },
    open: add,
    sync: () => syncStores([["hq", hq], ...rigs], bunSyncPorts(env), log),
    async close() {
      await Promise.all([hq, ...rigs.values()].map(store => store.close()));
    },
  };
}

function rigFolders(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith(SUFFIX))
    .map(name => name.slice(0, -SUFFIX.length));
}
