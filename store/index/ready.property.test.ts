/**
 * Random histories against the rules of `bd ready`, written down once more in the plainest way: what the index keeps from
 * change to change is what one gets by looking at all beads anew, at any time, in every order.
 */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../bead-store.ts";
import type { Bead } from "../schema/bead.ts";
import { DEPENDENCY_TYPES } from "../schema/bead-words.ts";
import { hasCode } from "../schema/errors.ts";
import type { StoreTx } from "../work/bead-tx.ts";
import { readyIssues } from "./queries-issues.ts";

/** CI runs the small share. */
const ROUNDS = Math.max(1, Number(process.env.GASTOWN_TEST_ROUNDS ?? "1") || 1);
const HOUR_MS = 3_600_000;
const START = Date.parse("2026-03-01T00:00:00Z");
const NAMES = ["a", "b", "c", "d", "e", "f", "g"].map(name => `gt-x${name}`);
const NEVER_READY = ["merge-request", "gate", "molecule", "message", "agent", "role", "rig"];
const SORTS = ["priority", "oldest", "hybrid"] as const;

type Step = (tx: StoreTx) => unknown;
const id = fc.constantFrom(...NAMES);
const edgeType = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...DEPENDENCY_TYPES.slice(0, 4)) },
  { weight: 1, arbitrary: fc.constantFrom(...DEPENDENCY_TYPES, "of-our-own") },
);
const waits = fc.constantFrom(
  undefined,
  '{"gate":"all-children"}',
  '{"gate":"any-children"}',
  `{"gate":"any-children","spawner_id":"${NAMES[0]}"}`,
  "no JSON",
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        id,
        fc.constantFrom("task", "epic", "bug", ...NEVER_READY),
        fc.constantFrom(false, false, true),
        fc.integer({ min: 0, max: 4 }),
      )
      .map(
        ([own, issue_type, ephemeral, priority]): Step =>
          tx =>
            tx.create({ id: own, title: own, issue_type, priority, ...(ephemeral ? { ephemeral } : {}) }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        id,
        fc.constantFrom(
          "open",
          "open",
          "in_progress",
          "blocked",
          "deferred",
          "pinned",
          "closed",
          "failed",
          "parked",
        ),
      )
      .map(
        ([own, status]): Step =>
          tx =>
            tx.update(own, { status }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(id, fc.constantFrom(-5, 5, 40), fc.boolean(), fc.boolean()).map(
      ([own, hours, pinned, clear]): Step =>
        tx => {
          const until = new Date(Date.parse(tx.now) + hours * HOUR_MS).toISOString();
          return tx.update(own, { defer_until: clear ? null : until, pinned });
        },
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(id, id, edgeType, waits).map(
      ([own, target, type, metadata]): Step =>
        tx =>
          tx.addDependency(own, target, type, type === "waits-for" ? metadata : undefined),
    ),
  },
  // What no command allows, but a merge of two machines or a hand can make: rings, and parents that are not there.
  {
    weight: 1,
    arbitrary: fc.tuple(id, id, fc.constantFrom("parent-child", "blocks")).map(
      ([own, target, type]): Step =>
        tx => {
          const bead = tx.require(own);
          const others = (bead.dependencies ?? []).filter(edge => edge.depends_on_id !== target);
          const made = { issue_id: own, depends_on_id: target, type, created_at: tx.now };
          return tx.put({ ...bead, dependencies: [...others, made] }, "imported");
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(id, id).map(
      ([own, target]): Step =>
        tx =>
          tx.removeDependency(own, target),
    ),
  },
  {
    weight: 1,
    arbitrary: id.map(
      (own): Step =>
        tx =>
          tx.delete(own),
    ),
  },
);

/** The rules, over all beads at once. */
function rulesOver(beads: readonly Bead[], now: number) {
  const byId = new Map(beads.map(bead => [bead.id, bead]));
  const edges = (bead: Bead) => [
    ...new Map((bead.dependencies ?? []).map(edge => [edge.depends_on_id, edge])).values(),
  ];
  const parentOf = (bead: Bead) =>
    bead.dependencies?.find(edge => edge.type === "parent-child")?.depends_on_id;
  const childrenOf = (parent: string) => beads.filter(bead => parentOf(bead) === parent);
  const ended = (bead: Bead) => bead.status === "closed" || bead.status === "failed";
  const released = (bead: Bead) => bead.status === "closed" || bead.status === "pinned";
  const needsMore = (bead: Bead) =>
    edges(bead).some(edge => {
      if (edge.type === "blocks" || edge.type === "conditional-blocks") {
        const target = byId.get(edge.depends_on_id);
        return target !== undefined && !released(target);
      }
      if (edge.type !== "waits-for") return false;
      const told = metadataOf(edge.metadata);
      const spawner = told.spawner_id ?? edge.depends_on_id;
      const children = childrenOf(spawner);
      if (told.gate !== "any-children") return children.some(child => !ended(child));
      return byId.has(spawner) && !children.some(released);
    });
  const isBlocked = (bead: Bead, seen: ReadonlySet<string> = new Set()): boolean => {
    if (seen.has(bead.id)) return false;
    if (needsMore(bead)) return true;
    const parent = byId.get(parentOf(bead) ?? "");
    return parent !== undefined && isBlocked(parent, new Set([...seen, bead.id]));
  };
  const putOff = (bead: Bead | undefined) =>
    bead?.defer_until !== undefined && Date.parse(bead.defer_until) > now;
  const ready = beads.filter(
    bead =>
      bead.status === "open" &&
      bead.pinned !== true &&
      bead.ephemeral !== true &&
      !NEVER_READY.includes(bead.issue_type) &&
      !isBlocked(bead) &&
      !putOff(bead) &&
      !putOff(byId.get(parentOf(bead) ?? "")),
  );
  const created = (bead: Bead) => Date.parse(bead.created_at);
  const isOld = (bead: Bead) => (created(bead) < now - 48 * HOUR_MS ? 1 : 0);
  const keys: Readonly<Record<(typeof SORTS)[number], (bead: Bead) => readonly number[]>> = {
    priority: bead => [bead.priority, -created(bead)],
    oldest: bead => [created(bead)],
    hybrid: bead => [isOld(bead), isOld(bead) === 1 ? 0 : bead.priority, created(bead)],
  };
  const sorted = (sort: (typeof SORTS)[number]) =>
    [...ready]
      .sort((a, b) => {
        const [left, right] = [keys[sort](a), keys[sort](b)];
        const at = left.findIndex((value, i) => value !== right[i]);
        return at < 0 ? (a.id < b.id ? -1 : 1) : (left[at] ?? 0) - (right[at] ?? 0);
      })
      .map(bead => bead.id);
  return { sorted, blocked: beads.filter(bead => isBlocked(bead)).map(bead => bead.id) };
}

function metadataOf(text: string | undefined): { readonly gate?: string; readonly spawner_id?: string } {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
}

test("what is ready and what is blocked is what the rules say of all beads", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.array(step, { minLength: 1, maxLength: 8 }), fc.constantFrom(0, 1, 30)), {
        maxLength: 8,
      }),
      async history => {
        const dir = mkdtempSync(join(tmpdir(), "gastown-ready-"));
        Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
        let now = START;
        const ports = { ...bunStorePorts({ PATH: process.env.PATH }), now: () => now };
        const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
        try {
          await store.transactStore({ actor: "ada" }, tx =>
            tx.configure(config => ({ ...config, statuses: { parked: "frozen" } })),
          );
          for (const [steps, hours] of history) {
            await store.transactStore({ actor: "ada", force: true }, tx => {
              for (const each of steps) attempt(() => each(tx));
            });
            for (const later of [0, hours * HOUR_MS]) {
              now += later;
              const rules = rulesOver(await store.query({}), now);
              const blocked = await store.read(index => NAMES.filter(name => index.isBlocked(name)));
              expect(blocked).toEqual(rules.blocked.sort());
              for (const sort of SORTS) {
                const wanted = rules.sorted(sort);
                expect([sort, (await store.ready({ sort })).map(bead => bead.id)]).toEqual([sort, wanted]);
                const listed = await store.read(index => readyIssues(index, { sort }, now));
                expect([sort, listed.map(bead => bead.id)]).toEqual([sort, wanted]);
              }
            }
          }
          expect(await store.verifyIndex()).toEqual([]);
        } finally {
          await store.close();
          rmSync(dir, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 40 * ROUNDS },
  );
}, 120_000);

/** Refusals are part of the game; anything else is a defect. */
function attempt(body: () => unknown): void {
  try {
    body();
  } catch (error) {
    if (!hasCode(error, "not_found", "invalid_argument", "already_exists", "dependency_cycle")) throw error;
  }
}

test("parents that stand in a ring do not hold each other blocked", async () => {
  const dir = mkdtempSync(join(tmpdir(), "gastown-ring-"));
  Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
  const ports = bunStorePorts({ PATH: process.env.PATH });
  const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
  try {
    const origin = { actor: "ada" };
    await store.transactStore(origin, tx => {
      for (const name of ["gt-xa", "gt-xb", "gt-xc"]) tx.create({ id: name, title: name });
      tx.addDependency("gt-xa", "gt-xc", "blocks");
      for (const [own, parent] of [
        ["gt-xa", "gt-xb"],
        ["gt-xb", "gt-xa"],
      ] as const) {
        const bead = tx.require(own);
        const edge = { issue_id: own, depends_on_id: parent, type: "parent-child", created_at: tx.now };
        tx.put({ ...bead, dependencies: [...(bead.dependencies ?? []), edge] }, "imported");
      }
    });
    expect((await store.ready()).map(bead => bead.id)).toEqual(["gt-xc"]);
    await store.transact(origin, tx => tx.close("gt-xc"));
    expect((await store.ready({ sort: "id" })).map(bead => bead.id)).toEqual(["gt-xa", "gt-xb"]);
    expect(await store.verifyIndex()).toEqual([]);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
