/** The main job from the public command: eight beads go in, eight tested and merged commits come out. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { inPlayground, processesUnder, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";

describeWith("isolation", "gastown demo", () => {
  test(
    "lands three beads and then five that depend on each other, tells the story in git, and leaves nothing running",
    () =>
      inPlayground("demo", async place => {
        const town = join(place.dir, "town");

        const first = await place.run(["demo", "--dir", town, "--exit", "--json"]);
        expect(first.stderr).not.toContain("    at ");
        expect(first.code).toBe(0);
        const report = JSON.parse(first.stdout);
        expect(report).toMatchObject({ merged: 8, failed: 0, convoys_landed: 2, isolation: "process" });
        expect(report.beads).toEqual({ closed: 8 });
        expect(report).toMatchObject({ conflicts: 1, gate_failures: 1 });
        expect(report.seconds).toBeGreaterThan(0);

        const rig = join(town, "rigs/sample.git");
        const story = await place.git(rig, "log", "--format=%an %s%n%b", "beads");
        for (const word of ["created", "hooked", "in_progress", "in_review", "closed"])
          expect(story).toContain(word);
        await place.git(rig, "fsck", "--strict");
        await place.git(join(town, "hq.git"), "fsck", "--strict");

        const remote = (await place.git(rig, "remote", "get-url", "origin")).trim();
        const merges = (await place.git(remote, "log", "--merges", "--format=%H", "main")).trim().split("\n");
        expect(merges).toHaveLength(8);

        // What waits for other work is merged after it.
        const titles = (await place.git(remote, "log", "--merges", "--format=%s", "--reverse", "main")).split(
          "\n",
        );
        const at = (name: string) => titles.findIndex(title => title.includes(`Add ${name}:`));
        for (const name of ["top", "rare", "share"]) {
          expect(at("count")).toBeLessThan(at(name));
          expect(at(name)).toBeLessThan(at("report"));
        }

        const checkout = join(place.dir, "checkout");
        await place.git(place.dir, "clone", "-q", "-b", "main", remote, checkout);
        const tests = Bun.spawn([process.execPath, "test"], {
          cwd: checkout,
          stdout: "pipe",
          stderr: "pipe",
        });
        expect(await tests.exited).toBe(0);

        const again = await place.run(["demo", "--dir", town, "--exit", "--json"]);
        expect(again.code).toBe(0);
        expect(JSON.parse(again.stdout)).toMatchObject({ merged: 8, failed: 0, convoys_landed: 2 });
        // A sandbox that was not released in time ends by itself after its linger of 30 s.
        await until("all processes to end", () => processesUnder(place.dir).length === 0);
      }),
    180_000,
  );
});
