/** The host dies: at every single commit of a town's life, and again and again. Nothing is lost, and nothing done twice. */
import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../actors/kernel/testing/seeded-random.ts";
import { AppError } from "../../store/schema/errors.ts";
import { SLUNG_LABEL } from "../../store/schema/satellite.ts";
import { Reaper } from "./faults.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { TestTown } from "./test-town.ts";

interface Life {
  readonly points: number;
}

/** A town's life with deaths; fails when an invariant is broken. */
async function live(titles: readonly string[], kill: (point: number) => boolean, seed = 1): Promise<Life> {
  const town = await TestTown.start({ seed });
  await town.addRig();
  const ids = await town.file(titles);
  const reaper = new Reaper(town, kill);
  await reaper.insist(() => town.call("sling", { beads: ids }));
  await reaper.insist(async () => {
    const known = await town.call("convoys");
    return known.length > 0 ? known : town.call("createConvoy", { title: "All", beads: ids });
  });
  await reaper.settle();
  checkEnd(town, ids);
  for (const id of ids) expect((await town.get(id)).status).toBe("closed");
  expect(await town.call("convoys")).toMatchObject([{ state: "landed", merged: ids.length }]);
  const agents = await town.call("agents");
  expect(agents.map(agent => agent.state)).toEqual(agents.map(() => "idle"));
  for (const role of ["polecat", "refinery"]) {
    const done = agents.filter(agent => agent.role === role).reduce((sum, agent) => sum + agent.completed, 0);
    expect(done).toBeLessThanOrEqual(ids.length);
  }
  return { points: reaper.point };
}

const TITLES = ["plain", "gate(1)"];
const SHARDS = 6;

describe("kill -9 of the host", () => {
  test.each(Array.from({ length: SHARDS }, (_, shard) => shard))(
    "at every commit of a town's life, share %d",
    async shard => {
      const { points } = await live(TITLES, () => false);
      expect(points).toBeGreaterThan(100);
      for (let k = shard + 1; k <= points; k += SHARDS) {
        try {
          await live(TITLES, point => point === k);
        } catch (cause) {
          throw new Error(`killed at commit ${k} of ${points}`, { cause });
        }
      }
    },
    60_000,
  );

  test.each(Array.from({ length: 10 }, (_, i) => i + 1))(
    "again and again at random, seed %d",
    async seed => {
      const random = seededRandom(seed);
      await live(["plain", "gate(1)", "loseonce", "conflict(1)"], () => random() < 0.03, seed);
    },
    60_000,
  );
});

describe("a disk that is full now and then", () => {
  test.each([1, 2, 3, 4, 5])("seed %d", async seed => {
    const random = seededRandom(seed);
    const town = await TestTown.start({ seed });
    await town.addRig();
    const ids = await town.file(["plain", "gate(1)", "plain too"]);
    await town.call("sling", { beads: ids });
    const full = () =>
      random() < 0.05 ? new AppError("storage_full", "No space left on device.") : undefined;
    town.host.storage.fault = full;
    await town.host.advance(600_000);
    town.host.storage.fault = undefined;
    await town.settle(48);
    checkEnd(town, ids);
    checkAlways(town);
  });

  test("when a bead that waits for a time is slung: it starts when that has come", async () => {
    const town = await TestTown.start();
    await town.addRig();
    const defer_until = new Date(town.host.clock.now() + 3_600_000).toISOString();
    const description = "```sh\ntrue\n```";
    const { id } = await town.call("createBead", { title: "plain", rig: "sample", description, defer_until });
    town.host.storage.fault = () => new AppError("storage_full", "No space left on device.");
    await expect(town.call("sling", { beads: [id] })).rejects.toMatchObject({ code: "storage_full" });
    town.host.storage.fault = undefined;
    expect((await town.get(id)).labels).toContain(SLUNG_LABEL);
    await town.call("view");
    await town.host.advance(3_700_000);
    expect((await town.get(id)).status).toBe("closed");
  });

  test.each([3, 8, 30, 60, 120])(
    "a disk that stays full for five minutes from commit %d on keeps nobody busy",
    async from => {
      const town = await TestTown.start();
      await town.addRig();
      const ids = await town.file(["plain", "gate(1)"]);
      let tries = 0;
      town.host.storage.fault = () => {
        tries += 1;
        return tries < from ? undefined : new AppError("storage_full", "No space left on device.");
      };
      await town.call("sling", { beads: ids }).catch(() => undefined);
      await town.host.advance(300_000);
      expect(tries).toBeLessThan(20_000);
      town.host.storage.fault = undefined;
      await town.call("sling", { beads: ids });
      await town.settle(48);
      checkEnd(town, ids);
    },
  );
});
