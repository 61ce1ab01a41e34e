/** Exchanges the beads of a town's stores with their git remotes. The port `sync` of every host. */
import { z } from "zod";
import { parseArgs } from "../../../actors/kernel/failures.ts";
import type { Port } from "../../../actors/kernel/host.ts";
import type { Logger } from "../../../actors/kernel/logger.ts";
import type { GitBeadStore } from "../../../store/bead-store.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { defaultRemote, type SyncPorts, syncBranch } from "../../../store/sync/index.ts";
import type { StoreSync } from "../../gateway/contract/sync.ts";

/** Exchanges one store after another: a remote that fails keeps no other from it. Stores without a remote are left out. */
export async function syncStores(
  stores: Iterable<readonly [name: string, store: GitBeadStore]>,
  ports: SyncPorts,
  log: Logger,
): Promise<StoreSync[]> {
  const reports: StoreSync[] = [];
  for (const [name, store] of stores) {
    try {
      if (defaultRemote(store.branch.repository.config) === undefined) continue;
      const { url, ref, commit, ahead, behind } = await syncBranch(store.branch, ports);
      await store.refresh();
      reports.push({
        store: name,
        ok: true,
        url,
        ref,
        ahead,
        behind,
        ...(commit === undefined ? {} : { commit }),
      });
    } catch (error) {
      const { code, message, hint } = AppError.from(error);
      log.warn("beads were not synced", { store: name, error });
      reports.push({
        store: name,
        ok: false,
        error: { code, message, ...(hint === undefined ? {} : { hint }) },
      });
    }
  }
  return reports;
}

const none = z.strictObject({});

/** The port: one exchange at a time; who asks meanwhile hears of the same one. */
export function createSyncPort(run: () => Promise<readonly StoreSync[]>): Port {
  let running: Promise<readonly StoreSync[]> | undefined;
  return {
    async call(name, method, args) {
      if (method !== "run")
        throw new AppError("method_not_allowed", `The port sync has no method ${method}.`);
      parseArgs(none, args, `sync:${name}`, method);
      running ??= run().finally(() => {
        running = undefined;
      });
      return { stores: await running };
    },
  };
}
