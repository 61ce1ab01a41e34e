/** Real stores on several machines that work, go offline and come back: they end with the same branch, and lose nothing. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { bareRemote, git, machine } from "./support/repositories.ts";

const MACHINES = 3;
const RUNS = 4;
const which = fc.integer({ min: 0, max: MACHINES - 1 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("create" as const), which, n: fc.nat(99) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("update" as const), which, n: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("link" as const), which, n: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("close" as const), which, n: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), which, n: fc.nat(99) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("sync" as const), which, n: fc.nat(99) }) },
);

test("machines converge to one branch on which every bead or its tombstone is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async script => {
      const remote = bareRemote();
      const first = await machine(remote, { actor: "m0" });
      await first.create("root");
      await first.sync();
      const all = [first];
      for (let i = 1; i < MACHINES; i++) all.push(await machine(remote, { actor: `m${i}`, empty: true }));
      const made = new Map<string, string>();
      for (const [at, { kind, which: i, n }] of script.entries()) {
        const one = all[i] ?? first;
        const beads = await one.store.query({ sort: "id" });
        const bead = beads[n % Math.max(beads.length, 1)];
        const other = beads[(n * 7) % Math.max(beads.length, 1)];
        if (kind === "create" || bead === undefined) {
          made.set(await one.create(`bead ${at}`, { labels: [`l${n % 3}`] }), `bead ${at}`);
        } else if (kind === "update") {
          await one.update(bead.id, {
            priority: n % 5,
            description: `text ${at}`,
            metadata: { [`k${n % 3}`]: at },
          });
        } else if (kind === "close") {
          await one.store.transact({ actor: "x" }, tx => tx.close(bead.id, "done"));
        } else if (kind === "delete") {
          await one.store.transact({ actor: "x" }, tx => tx.delete(bead.id));
        } else if (kind === "link" && other !== undefined && other.id < bead.id) {
          await one.store.transact({ actor: "x" }, tx => void tx.addDependency(bead.id, other.id, "related"));
        } else {
          await one.sync();
        }
      }
      for (let round = 0; round < 2; round++) for (const one of all) await one.sync();
      const heads = await Promise.all(all.map(one => one.head()));
      expect(new Set(heads).size).toBe(1);
      const files = git(first.dir, "ls-tree", "-r", "--name-only", "beads").split("\n");
      for (const id of made.keys()) expect(files.some(file => file.endsWith(`/${id}.json`))).toBe(true);
      for (const one of all) {
        git(one.dir, "fsck", "--strict");
        expect(await one.titles()).toEqual(await first.titles());
      }
    }),
    { numRuns: RUNS },
  );
}, 180_000);
