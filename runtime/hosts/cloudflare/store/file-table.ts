/** Small files in the SQLite of a Durable Object. */
import type { SqlStorage } from "../platform.ts";
import { sqlite } from "./sqlite-error.ts";

/** Whole files by path. */
export interface FileTable {
  read(
    path: string,
  ): { readonly content: Uint8Array; readonly mtimeMs: number; readonly inode: string } | undefined;
  /** False when the name is taken. */
  create(path: string, content: Uint8Array): boolean;
  write(path: string, content: Uint8Array): void;
  /** False when there was none. */
  remove(path: string): boolean;
  paths(): Iterable<string>;
}

/** The table is made when there is none. Errors: {AppError} storage_io, storage_full */
export function createFileTable(sql: SqlStorage): FileTable {
  sqlite(() =>
    sql.exec(
      "CREATE TABLE IF NOT EXISTS note_file (path TEXT PRIMARY KEY, content BLOB NOT NULL, mtime INTEGER NOT NULL) WITHOUT ROWID",
    ),
  );
  const read = (path: string) => {
    const statement = "SELECT content, mtime FROM note_file WHERE path = ?";
    const [row] = sqlite(() => sql.exec(statement, path).toArray());
    if (row === undefined || !(row.content instanceof ArrayBuffer)) return undefined;
    return { content: new Uint8Array(row.content), mtimeMs: Number(row.mtime), inode: `note:${path}` };
  };
  const write = (path: string, content: Uint8Array): void => {
    sqlite(() =>
      sql.exec(
        "INSERT OR REPLACE INTO note_file (path, content, mtime) VALUES (?, ?, ?)",
        path,
        content.slice().buffer,
        Date.now(),
      ),
    );
  };
  return {
    read,
    write,
    create(path, content) {
      if (read(path) !== undefined) return false;
      write(path, content);
      return true;
    },
    remove(path) {
      if (read(path) === undefined) return false;
      sqlite(() => sql.exec("DELETE FROM note_file WHERE path = ?", path));
      return true;
    },
    paths: () =>
      sqlite(() => sql.exec("SELECT path FROM note_file").toArray()).map(({ path }) => String(path)),
  };
}
