/** Which index answers what the town asks at each look: walking through all open beads for a handful costs it every time. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import type { BeadFilter } from "../api.ts";
import { newConfig } from "../model/config.ts";
import { BeadIndex } from "./bead-index.ts";
import type { SqlDatabase } from "./sql.ts";
import { INDEXES, TABLES } from "./tables.ts";

/** How SQLite finds the beads of a filter. */
function planOf(filter: BeadFilter): string {
  const database = new Database(":memory:");
  for (const statement of [...TABLES, ...INDEXES]) database.run(statement);
  const plans: string[] = [];
  const sql: Pick<SqlDatabase, "all"> = {
    all(text, ...values) {
      const rows = database
        .query<{ detail: string }, (typeof values)[number][]>(`EXPLAIN QUERY PLAN ${text}`)
        .all(...values);
      plans.push(...rows.map(({ detail }) => detail));
      return [];
    },
  };
  // SAFETY: a query uses nothing else of the database.
  new BeadIndex(sql as SqlDatabase, newConfig("gt")).query(filter, 0);
  return plans.join("\n");
}

test.each([
  { type: ["gate"], status: ["open"] },
  { type: ["rig"], category: ["active", "wip", "frozen"] },
  { type: ["message"], category: ["active"], sort: "oldest" },
  { type: ["town"], sort: "id" },
] satisfies BeadFilter[])("all beads of a type are found by their type: %j", filter => {
  expect(planOf(filter)).toContain("USING INDEX bead_type (type=?");
});

test("a page of open beads is read in order, and no further than it goes", () => {
  const plan = planOf({ status: ["open"], limit: 50 });
  expect(plan).toContain("bead_status");
  expect(plan).not.toContain("TEMP B-TREE");
});
