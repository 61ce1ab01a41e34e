/** `kill -9` of the main process at ten random moments of the demo: it still lands all of them, once each. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { inPlayground } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";

/** Printed when the test fails, so that the same moments can be tried again: `GASTOWN_TEST_SEED=...`. */
const seed = Number(process.env.GASTOWN_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

describeWith("isolation", "gastown demo, killed", () => {
  test(
    `lands 8 of 8 after ten kills (GASTOWN_TEST_SEED=${seed})`,
    () =>
      inPlayground("kill", async place => {
        const town = join(place.dir, "town");
        const random = generator(seed);
        let kills = 0;
        for (; kills < 10; kills += 1) {
          const run = place.start(["demo", "--dir", town, "--exit", "--json"]);
          // The delay is the randomness under test, not a way to wait for something.
          const ended = await Promise.race([
            run.exited.then(() => true),
            Bun.sleep(200 + random() * 1_800).then(() => false),
          ]);
          if (ended) break;
          run.kill("SIGKILL");
          await run.exited;
        }
        const last = await place.run(["demo", "--dir", town, "--exit", "--json"]);
        expect(last.stderr).not.toContain("    at ");
        expect(JSON.parse(last.stdout)).toMatchObject({ merged: 8, failed: 0, convoys_landed: 2 });
        expect(last.code).toBe(0);

        const rig = join(town, "rigs/sample.git");
        const remote = (await place.git(rig, "remote", "get-url", "origin")).trim();
        const merges = (await place.git(remote, "log", "--merges", "--format=%s", "main")).trim().split("\n");
        expect(merges).toHaveLength(8);
        expect(new Set(merges).size).toBe(8);
        await place.git(rig, "fsck", "--strict");
        const worktrees = await place.git(rig, "worktree", "list", "--porcelain");
        expect(worktrees).not.toContain("prunable");
      }),
    300_000,
  );
});

/** A small seeded generator (mulberry32). */
function generator(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
