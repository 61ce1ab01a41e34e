/** Storage of one actor in the SQLite of its Durable Object. */
import type { ActorStorage } from "../../../../actors/kernel/storage.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { ObjectState, ObjectStorage, SqlStorage } from "../platform.ts";
import { sqlite } from "../store/sqlite-error.ts";

/** After every possible character of a key. */
const LAST = "\u{10ffff}";

/**
 * The name that the object was made by. The platform tells it to an instance that a call began, and not to one that an
 * alarm did, so it is stored with the first commit.
 * @throws {AppError} corrupt when it is not known
 */
export function objectName({ id, storage }: Pick<ObjectState, "id" | "storage">): string {
  if (id.name !== undefined) return id.name;
  prepare(storage.sql);
  const [row] = sqlite(() => storage.sql.exec("SELECT name FROM identity").toArray());
  if (row !== undefined) return String(row.name);
  throw new AppError("corrupt", "An object was woken that has never been called by a name.", {
    hint: "Reach objects by name only.",
  });
}

/** Storage of the actor with this name of the object. @throws {AppError} storage_io, storage_full */
export function createObjectStorage(storage: ObjectStorage, name: string): ActorStorage {
  const { sql } = storage;
  prepare(sql);
  return {
    async get(key) {
      const [row] = sqlite(() => sql.exec("SELECT value FROM kv WHERE key = ?", key).toArray());
      return row === undefined ? undefined : String(row.value);
    },
    async list(prefix) {
      const statement = "SELECT key, value FROM kv WHERE key >= ? AND key < ? ORDER BY key";
      const rows = sqlite(() => sql.exec(statement, prefix, prefix + LAST).toArray());
      return rows.map(({ key, value }) => [String(key), String(value)]);
    },
    async commit(changes) {
      // No await before all is written: the platform stores rows and alarm together or not at all.
      const armed = sqlite(() =>
        storage.transactionSync(() => {
          sql.exec("INSERT OR IGNORE INTO identity (one, name) VALUES (1, ?)", name);
          for (const key of changes.delete) sql.exec("DELETE FROM kv WHERE key = ?", key);
          for (const [key, text] of changes.put) {
            sql.exec(
              "INSERT INTO kv (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
              key,
              text,
            );
          }
          if (changes.alarm === undefined) return undefined;
          return changes.alarm === null ? storage.deleteAlarm() : storage.setAlarm(changes.alarm);
        }),
      );
      await armed;
      await storage.sync();
    },
  };
}

function prepare(sql: SqlStorage): void {
  sqlite(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    sql.exec(
      "CREATE TABLE IF NOT EXISTS identity (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL)",
    );
  });
}
