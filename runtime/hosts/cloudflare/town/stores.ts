/** The bead stores of a town in object storage, joined to one ledger, and their exchange with git remotes over http. */
import type { Logger } from "../../../../actors/kernel/logger.ts";
import type { StorePorts } from "../../../../store/bead-store.ts";
import { type GitBeadStore, openStore } from "../../../../store/bead-store.ts";
import { Branch } from "../../../../store/branch/branch.ts";
import { Ledger } from "../../../../store/ledger.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { HttpConnector } from "../../../../store/sync/http-connection.ts";
import { type CredentialPort, syncBranch } from "../../../../store/sync/index.ts";
import { DEFAULT_REF } from "../../../../store/work/store-options.ts";
import type { StoreSync } from "../../../gateway/contract/sync.ts";
import { fetchHttpClient } from "../../shared/fetch-http-client.ts";
import { syncStores } from "../../shared/sync-stores.ts";
import type { EdgeTownPaths } from "./paths.ts";
import { ensureRepository, remoteOf } from "./repository.ts";

/** Prefix of the town's own beads. */
const HQ_PREFIX = "hq";
const SUFFIX = ".git";
const HQ = "hq";

export interface EdgeStores {
  readonly ledger: Ledger;
  /** Makes a store for a rig, with the beads that its remote has. Made already from the same URL, it answers the same. */
  addRig(
    rig: string,
    url: string,
    prefix: string,
  ): Promise<{ path: string; default_branch: string; head: string }>;
  /** Exchanges beads with the remotes, one store after another: a remote that fails keeps no other from it. */
  sync(): Promise<readonly StoreSync[]>;
}

export interface EdgeStoresOptions {
  readonly paths: EdgeTownPaths;
  readonly ports: StorePorts;
  readonly credentials: CredentialPort;
  /** Of the town's own beads. */
  readonly remote: string | undefined;
  readonly log: Logger;
}

/** Opens the stores of a town. A rig whose store cannot be opened is left out, and named in the log. */
export async function openEdgeStores(options: EdgeStoresOptions): Promise<EdgeStores> {
  const { paths, ports, credentials, remote, log } = options;
  const { fs } = ports;
  const sync = { http: fetchHttpClient, credentials };
  await ensureRepository(fs, paths.hq, remote);
  const hq = await open(paths.hq, HQ_PREFIX);
  const ledger = new Ledger(hq);
  const stores = new Map<string, GitBeadStore>([[HQ, hq]]);
  for (const name of await fs.list(paths.rigs)) {
    const rig = name.slice(0, -SUFFIX.length);
    try {
      await enter(rig, await open(paths.repo(rig)));
    } catch (error) {
      log.error("store of a rig cannot be opened", { rig, error });
    }
  }
  return { ledger, addRig, sync: () => syncStores(stores, sync, log) };

  function open(gitDir: string, prefix?: string): Promise<GitBeadStore> {
    return openStore({
      gitDir,
      ports,
      ...(prefix === undefined ? {} : { prefix, create: true }),
      report: error => log.warn("bead store", { store: gitDir, error }),
    });
  }

  async function enter(rig: string, store: GitBeadStore): Promise<void> {
    try {
      ledger.add(store);
    } catch (error) {
      await store.close();
      throw error;
    }
    stores.set(rig, store);
  }

  async function addRig(rig: string, url: string, prefix: string) {
    const path = paths.repo(rig);
    const known = await remoteOf(fs, path);
    if (known !== undefined && known !== url && stores.has(rig)) {
      throw new AppError("already_exists", `The rig ${rig} has another repository: ${known}.`, {
        hint: "Choose another name.",
      });
    }
    if (!stores.has(rig) && ledger.prefixes.includes(prefix)) {
      throw new AppError(
        "already_exists",
        `The prefix ${prefix} belongs to another bead store of this town.`,
        {
          hint: "Give the rig another prefix.",
          data: { prefix },
        },
      );
    }
    const connector = new HttpConnector({ ...sync, gitDir: path }, { url, headers: {} });
    const { refs } = await connector.discover("git-upload-pack", undefined);
    if (!stores.has(rig)) {
      await ensureRepository(fs, path, url);
      if (refs.has(DEFAULT_REF)) {
        await syncBranch(await Branch.open(ports, path, DEFAULT_REF), sync, { push: false });
      }
      const store = await open(path, prefix);
      if (!store.prefixes.includes(prefix)) {
        const [own] = store.prefixes;
        await store.close();
        throw new AppError("conflict", `The repository brings beads with the prefix ${own}, not ${prefix}.`, {
          hint: `Add the rig with the prefix ${own}.`,
          data: { prefix: own },
        });
      }
      await enter(rig, store);
    }
    return { path, ...defaultBranch(refs) };
  }
}

/** The branch that stands where the remote's HEAD does. */
function defaultBranch(refs: ReadonlyMap<string, string>): { default_branch: string; head: string } {
  const head = refs.get("HEAD");
  const names = [...refs].filter(([name, oid]) => name.startsWith("refs/heads/") && oid === head);
  const branches = names.map(([name]) => name.slice("refs/heads/".length)).filter(name => name !== "beads");
  const chosen = ["main", "master"].find(name => branches.includes(name)) ?? branches[0];
  if (head === undefined || chosen === undefined) {
    throw new AppError("unprocessable", "The repository has no commits yet.", {
      hint: "Push a first commit, e.g. a README, and add the rig again.",
    });
  }
  return { default_branch: chosen, head };
}
