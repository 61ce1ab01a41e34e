import { expect, test } from "bun:test";
import { noopLogger } from "../../../../actors/kernel/logger.ts";
import { FakeClock } from "../../../../actors/kernel/testing/fake-clock.ts";
import type { BeadStore, BeadTx, StoreChange } from "../../../../store/api.ts";
import { watchForeignChanges } from "../../shared/foreign-changes.ts";

/** A store that tells of its commits before it answers, as the real one may. */
function setup() {
  const clock = new FakeClock(0);
  const told: string[][] = [];
  let failures = 0;
  let listener: ((change: StoreChange) => void) | undefined;
  const announce = (commit: string, ...ids: string[]) =>
    listener?.({ prefix: "sa", commit, events: [], ids });
  const ledger = {
    prefixes: ["sa"],
    watch(next: (change: StoreChange) => void) {
      listener = next;
      return () => {
        listener = undefined;
      };
    },
    async commit() {
      announce("own", "sa-1");
      return { commits: { sa: "own" }, events: [] };
    },
  };
  const changes = watchForeignChanges({
    // SAFETY: nothing else of a store is used here.
    ledger: ledger as unknown as BeadStore,
    async tell(ids) {
      if (failures-- > 0) throw new Error("not now");
      told.push([...ids]);
    },
    clock,
    log: noopLogger,
  });
  const advance = async (ms: number): Promise<void> => {
    const until = clock.now() + ms;
    while (clock.step(until)) await new Promise(resolve => setTimeout(resolve, 0));
  };
  return {
    changes,
    told,
    announce,
    advance,
    fail: (times: number) => (failures = times),
    watched: () => listener,
  };
}

test("the town hears of others' commits, gathered, and not of its own", async () => {
  const { changes, told, announce, advance } = setup();
  expect(changes.store.prefixes).toEqual(["sa"]);
  await changes.store.commit({} as BeadTx);
  await advance(100);
  expect(told).toEqual([]);
  announce("c1", "sa-2", "sa-3");
  announce("c2", "sa-3");
  await advance(100);
  expect(told).toEqual([["sa-2", "sa-3"]]);
});

test("a town that does not take it is told again", async () => {
  const { told, announce, advance, fail } = setup();
  fail(2);
  announce("c1", "sa-2");
  await advance(10_000);
  expect(told).toEqual([["sa-2"]]);
});

test("nothing is told after the stop", async () => {
  const { changes, told, announce, advance, watched } = setup();
  announce("c1", "sa-2");
  changes.stop();
  await advance(1_000);
  expect(told).toEqual([]);
  expect(watched()).toBeUndefined();
});
