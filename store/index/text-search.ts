/** Full-text search: beads are entered into the text index when somebody searches, not when they change. */
import { searchText } from "../model/filter.ts";
import { beadOfRow } from "./row.ts";
import { numberOf, type SqlDatabase } from "./sql.ts";

/** Enters what changed since the last search. */
export function updateText(sql: SqlDatabase): void {
  if (sql.get("SELECT n FROM text_todo LIMIT 1") === undefined) return;
  sql.transaction(() => {
    for (const { n } of sql.all("SELECT n FROM text_todo")) {
      const rowid = numberOf(n);
      sql.run("DELETE FROM bead_text WHERE rowid = ?", rowid);
      const row = sql.get("SELECT json FROM bead WHERE n = ?", rowid);
      if (row === undefined) continue;
      const bead = beadOfRow(row);
      sql.run(
        "INSERT INTO bead_text(rowid, title, body) VALUES(?, ?, ?)",
        rowid,
        bead.title,
        searchText(bead),
      );
    }
    sql.run("DELETE FROM text_todo");
  });
}
