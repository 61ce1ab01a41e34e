import { Database } from "bun:sqlite";
import { afterEach, describe, expect, test } from "bun:test";
import { INDEXES, TABLES } from "../../../../store/index/tables.ts";
import { withTablePrefix } from "./table-names.ts";

const databases: Database[] = [];
afterEach(() => {
  for (const database of databases.splice(0)) database.close();
});

describe("the names of tables", () => {
  test("two indexes lie in one database without seeing each other", () => {
    const database = new Database(":memory:");
    databases.push(database);
    for (const prefix of ["i1_", "i2_"]) {
      for (const statement of [...TABLES, ...INDEXES]) database.run(withTablePrefix(statement, prefix));
    }
    const names = database
      .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
      .all();
    expect(names.filter(({ name }) => !/^i[12]_/.test(name))).toEqual([]);
    database.run(withTablePrefix("INSERT INTO meta(key, value) VALUES('a', 'first')", "i1_"));
    const read = withTablePrefix("SELECT value FROM meta WHERE key = ?", "i2_");
    expect(database.query<unknown, string[]>(read).all("a")).toEqual([]);
  });

  test("columns of the same name, aliases and conditions stay", () => {
    const rewritten: [string, string][] = [
      ["SELECT id FROM alias WHERE alias = ?", "SELECT id FROM i1_alias AS alias WHERE alias = ?"],
      ["SELECT 1 FROM bead p WHERE p.id = bead.parent", "SELECT 1 FROM i1_bead p WHERE p.id = bead.parent"],
      [
        "SELECT e.src FROM edge e JOIN bead t ON t.id = e.dst",
        "SELECT e.src FROM i1_edge e JOIN i1_bead t ON t.id = e.dst",
      ],
      ["SELECT label FROM label", "SELECT label FROM i1_label AS label"],
      ["SELECT x FROM (SELECT id FROM label)", "SELECT x FROM (SELECT id FROM i1_label AS label)"],
      ["INSERT INTO label(label, id) VALUES(?, ?)", "INSERT INTO i1_label(label, id) VALUES(?, ?)"],
      ["UPDATE bead SET blocked = ?", "UPDATE i1_bead AS bead SET blocked = ?"],
      ["DELETE FROM label WHERE id = ?", "DELETE FROM i1_label AS label WHERE id = ?"],
      [
        "SELECT rowid FROM bead_text WHERE bead_text MATCH ?",
        "SELECT rowid FROM i1_bead_text WHERE i1_bead_text MATCH ?",
      ],
      ["SELECT json_extract(json, '$.label') FROM below", "SELECT json_extract(json, '$.label') FROM below"],
    ];
    for (const [before, after] of rewritten) expect(withTablePrefix(before, "i1_")).toBe(after);
  });
});
