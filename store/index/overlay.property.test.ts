/** What a unit of work remembers of who is blocked: asked after every write or only at the end, the answers are the same. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import fc from "fast-check";
import { newConfig } from "../model/config.ts";
import type { Bead } from "../schema/bead.ts";
import { BeadIndex } from "./bead-index.ts";
import { Overlay } from "./overlay.ts";
import type { SqlDatabase } from "./sql.ts";
import { INDEXES, TABLES } from "./tables.ts";

const IDS = ["gt-a", "gt-b", "gt-c", "gt-d", "gt-e"];
const config = newConfig("gt");
const AT = "2026-01-01T00:00:00Z";

interface Write {
  readonly id: string;
  /** With up to two edges; undefined for one that is deleted. */
  readonly bead: Bead | undefined;
  /** Where it is there already, its edges stay as they are. */
  readonly again: boolean;
}

const write: fc.Arbitrary<Write> = fc
  .record({
    id: fc.constantFrom(...IDS),
    gone: fc.boolean(),
    again: fc.boolean(),
    title: fc.constantFrom("one", "other"),
    status: fc.constantFrom("open", "open", "hooked", "in_progress", "closed", "deferred"),
    edges: fc.uniqueArray(
      fc.record({
        to: fc.constantFrom(...IDS),
        type: fc.constantFrom("blocks", "blocks", "parent-child", "waits-for", "related"),
      }),
      { maxLength: 2, selector: ({ to }) => to },
    ),
  })
  .map(({ id, gone, again, title, status, edges }) => ({
    id,
    again,
    bead: gone && title === "other" ? undefined : make(id, title, status, edges),
  }));

function make(
  id: string,
  title: string,
  status: string,
  edges: readonly { readonly to: string; readonly type: string }[],
): Bead {
  return {
    id,
    title,
    status,
    priority: 2,
    issue_type: "task",
    created_at: AT,
    updated_at: AT,
    // Upwards only: the store refuses circles.
    dependencies: edges
      .filter(({ to }) => to > id)
      .map(({ to, type }) => ({ issue_id: id, depends_on_id: to, type, created_at: AT, created_by: "ada" })),
  };
}

function empty(): BeadIndex {
  const database = new Database(":memory:");
  for (const statement of [...TABLES, ...INDEXES]) database.run(statement);
  const sql: Pick<SqlDatabase, "all" | "get"> = {
    all: (text, ...values) =>
      database.query<Record<string, unknown>, (typeof values)[number][]>(text).all(...values),
    get: (text, ...values) =>
      database.query<Record<string, unknown>, (typeof values)[number][]>(text).get(...values) ?? undefined,
  };
  // SAFETY: an overlay only reads.
  return new BeadIndex(sql as SqlDatabase, config);
}

function answers(overlay: Overlay): unknown {
  return {
    ready: overlay.ready({}, 0).map(({ id }) => id),
    blocked: IDS.map(id => overlay.isBlocked(id)),
    children: IDS.map(id => overlay.children(id).sort()),
    needed: IDS.map(id => overlay.neededBy(id).sort()),
  };
}

test("asking in between changes no answer, over an empty base and over another unit of work", () => {
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 8 }),
      fc.array(write, { minLength: 1, maxLength: 10 }),
      (below, writes) => {
        const index = empty();
        const base = new Overlay(index, () => config);
        for (const { id, bead } of below) base.write(id, { bead, version: "1" });
        const asked = new Overlay(base, () => config);
        const written = new Map<string, Bead | undefined>();
        for (const { id, bead, again } of writes) {
          const known = asked.bead(id);
          const next = again && bead && known ? { ...bead, dependencies: known.dependencies ?? [] } : bead;
          asked.write(id, { bead: next, version: "" });
          written.set(id, next);
          const fresh = new Overlay(base, () => config);
          for (const [other, state] of written) fresh.write(other, { bead: state, version: "" });
          expect(answers(asked)).toEqual(answers(fresh));
        }
      },
    ),
    { numRuns: 300 },
  );
});
