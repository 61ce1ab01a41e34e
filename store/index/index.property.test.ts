/** Random histories: what a unit of work sees is what its commit makes, and the index is what a fresh one would be. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import type { BeadFilter, BeadTx } from "../api.ts";
import { openStore } from "../bead-store.ts";
import { hasCode } from "../schema/errors.ts";

const ports = bunStorePorts({ PATH: process.env.PATH });
/** CI runs the small share. */
const ROUNDS = Math.max(1, Number(process.env.GASTOWN_TEST_ROUNDS ?? "1") || 1);
const NAMES = ["a", "b", "c", "d", "e", "f"];
const id = fc.constantFrom(...NAMES.map(name => `gt-x${name}`));

type Step = (tx: BeadTx) => unknown;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(id, fc.constantFrom("task", "epic", "molecule"), fc.boolean()).map(
    ([own, issue_type, ephemeral]): Step =>
      tx =>
        tx.create({
          id: own,
          title: `bead ${own}`,
          issue_type,
          ...(ephemeral ? { ephemeral } : {}),
          labels: [own],
          metadata: { own },
        }),
  ),
  fc.tuple(id, fc.constantFrom("open", "in_progress", "closed", "failed", "pinned", "deferred")).map(
    ([own, status]): Step =>
      tx =>
        tx.update(own, { status }),
  ),
  fc
    .tuple(
      id,
      fc.constantFrom("2999-01-01T00:00:00Z", "2000-01-01T00:00:00Z", null),
      fc.integer({ min: 0, max: 4 }),
    )
    .map(
      ([own, defer_until, priority]): Step =>
        tx =>
          tx.update(own, { defer_until, priority }),
    ),
  fc.tuple(id, fc.constantFrom("ada", null), fc.boolean()).map(
    ([own, assignee, ephemeral]): Step =>
      tx =>
        tx.update(own, { assignee, ephemeral }),
  ),
  fc
    .tuple(
      id,
      id,
      fc.constantFrom("blocks", "parent-child", "conditional-blocks", "waits-for", "related"),
      fc.boolean(),
    )
    .map(
      ([own, target, type, any]): Step =>
        tx =>
          tx.addDependency(own, target, type, any ? '{"gate":"any-children"}' : undefined),
    ),
  fc.tuple(id, id).map(
    ([own, target]): Step =>
      tx =>
        tx.removeDependency(own, target),
  ),
  id.map(
    (own): Step =>
      tx =>
        tx.delete(own),
  ),
  fc.tuple(id, fc.constantFrom("red", "blue")).map(
    ([own, label]): Step =>
      tx =>
        tx.get(own)?.labels?.includes(label) ? tx.removeLabel(own, label) : tx.addLabel(own, label),
  ),
);

const FILTERS: readonly BeadFilter[] = [
  {},
  { status: ["open"], sort: "id" },
  { category: ["wip", "done"] },
  { type: ["epic"] },
  { assignee: null },
  { assignee: "ada", sort: "updated" },
  { labels: ["red"] },
  { labelsAny: ["red", "gt-xa"] },
  { parent: "gt-xa" },
  { ancestor: "gt-xa" },
  { metadata: { own: "gt-xb" } },
  { dependsOn: "gt-xa", edgeType: "blocks" },
  { edgeType: "blocks" },
  { text: "bead xb" },
  { ephemeral: true },
  { limit: 2, offset: 1 },
  { prefix: "gt", priority: [0, 2], sort: "oldest" },
];

test("overlay, index and a fresh index agree", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { maxLength: 6 }),
      async history => {
        const dir = mkdtempSync(join(tmpdir(), "gastown-property-"));
        Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
        const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
        const shared = () =>
          Bun.spawnSync(["git", "ls-tree", "-r", "--name-only", "beads"], { cwd: dir })
            .stdout.toString()
            .split("\n");
        try {
          let files = shared();
          for (const steps of history) {
            const { value: seen } = await store.transact({ actor: "ada", force: true }, tx => {
              for (const each of steps) attempt(() => each(tx));
              return {
                ready: tx.ready().map(bead => bead.id),
                all: FILTERS.map(filter => tx.query(filter).map(bead => bead.id)),
                blockers: NAMES.map(name => tx.blockers(`gt-x${name}`).sort()),
              };
            });
            // What others may have leaves a tombstone, whatever becomes of it here.
            const now = shared();
            expect(now).toEqual(expect.arrayContaining(files));
            files = now;
            expect((await store.ready()).map(bead => bead.id)).toEqual(seen.ready);
            for (const [i, filter] of FILTERS.entries()) {
              expect((await store.query(filter)).map(bead => bead.id)).toEqual(seen.all[i] ?? []);
            }
            const tx = await store.begin({ actor: "ada" });
            expect(NAMES.map(name => tx.blockers(`gt-x${name}`).sort())).toEqual(seen.blockers);
            const blocked = (await store.blocked()).map(each => each.bead.id);
            for (const ready of seen.ready) expect(blocked).not.toContain(ready);
          }
          expect(await store.verifyIndex()).toEqual([]);
        } finally {
          await store.close();
          rmSync(dir, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 25 * ROUNDS },
  );
}, 60_000);

/** Refusals are part of the game; anything else is a defect. */
function attempt(body: () => unknown): void {
  try {
    body();
  } catch (error) {
    if (!hasCode(error, "not_found", "invalid_argument", "already_exists", "dependency_cycle")) throw error;
  }
}
