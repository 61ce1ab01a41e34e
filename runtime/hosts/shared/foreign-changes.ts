/**
 * Tells the town of beads that somebody else changed: `bd` in a repository, a sync, a person with git. What the town's own
 * turns commit is known to it already. Nothing is lost with a call that fails: the town looks at the state, not at the news.
 */
import type { Clock } from "../../../actors/kernel/clock.ts";
import type { Logger } from "../../../actors/kernel/logger.ts";
import type { BeadStore, StoreChange } from "../../../store/api.ts";

/** News that come together are told together. */
const GATHER_MS = 50;
const RETRY_MS = 2_000;
const MAX_IDS = 10_000;
const KNOWN_COMMITS = 1_000;

export interface ForeignChanges {
  /** The same store, whose commits are known to be the town's own. For the town alone. */
  readonly store: BeadStore;
  stop(): void;
}

export interface ForeignChangesOptions {
  readonly ledger: BeadStore;
  readonly tell: (ids: readonly string[]) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Watches until it is stopped. */
export function watchForeignChanges({ ledger, tell, clock, log }: ForeignChangesOptions): ForeignChanges {
  const own = new Set<string>();
  const pending: StoreChange[] = [];
  let cancel: (() => void) | undefined;
  let stopped = false;

  const soon = (ms: number): void => {
    if (stopped || cancel !== undefined) return;
    cancel = clock.after(ms, () => {
      cancel = undefined;
      void flush();
    });
  };
  const flush = async (): Promise<void> => {
    const changes = pending.splice(0);
    const foreign = changes.filter(({ commit }) => !own.has(commit));
    const ids = [...new Set(foreign.flatMap(change => change.ids))];
    try {
      for (let i = 0; i < ids.length; i += MAX_IDS) await tell(ids.slice(i, i + MAX_IDS));
    } catch (error) {
      if (stopped) return;
      log.warn("town was not told of changed beads", { count: ids.length, error });
      pending.unshift(...foreign);
      soon(RETRY_MS);
    }
  };
  const off = ledger.watch(change => {
    pending.push(change);
    // A commit of the town itself is told before its caller knows its id: looked at a moment later.
    soon(GATHER_MS);
  });

  const remember = (commits: Readonly<Record<string, string>>): void => {
    for (const commit of Object.values(commits)) own.add(commit);
    for (const oldest of own) {
      if (own.size <= KNOWN_COMMITS) return;
      own.delete(oldest);
    }
  };
  return {
    store: new Proxy(ledger, {
      get(target, key) {
        if (key === "commit") {
          return async (tx: Parameters<BeadStore["commit"]>[0]) => {
            const committed = await target.commit(tx);
            remember(committed.commits);
            return committed;
          };
        }
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
    stop() {
      stopped = true;
      cancel?.();
      off();
    },
  };
}
