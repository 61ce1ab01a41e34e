/** The SQLite file of all actors of a town. What is committed together is synced together, before any of it is answered. */
import { Database } from "bun:sqlite";
import type { Changes } from "../../../../actors/kernel/host.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { sqlite } from "./sqlite-error.ts";

/** Version of the tables; a file of a newer one is refused. */
const FORMAT = 2;
/** After every possible character of a key. */
const LAST = "\u{10ffff}";

/** Rows and alarm that one actor changes. */
export interface ActorCommit {
  /** Kind and name of the actor. */
  readonly kind: string;
  readonly name: string;
  readonly changes: Omit<Changes, "beads">;
}

export interface AlarmRow {
  readonly kind: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export class ActorDatabase {
  readonly #path: string;
  readonly #db: Database;

  /** Opens the file, and makes it when there is none. @throws {AppError} storage_io, storage_full, corrupt, not_supported */
  constructor(path: string) {
    this.#path = path;
    this.#db = sqlite(path, () => new Database(path, { create: true, strict: true }));
    try {
      this.#prepare();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get(kind: string, name: string, key: string): string | undefined {
    return sqlite(this.#path, () => {
      const row = this.#db
        .query<{ value: string }, [string, string, string]>(
          "SELECT value FROM kv WHERE kind = ? AND name = ? AND key = ?",
        )
        .get(kind, name, key);
      return row?.value;
    });
  }

  /** In key order. */
  list(kind: string, name: string, prefix: string): [string, string][] {
    return sqlite(this.#path, () =>
      this.#db
        .query<{ key: string; value: string }, [string, string, string, string]>(
          "SELECT key, value FROM kv WHERE kind = ? AND name = ? AND key >= ? AND key < ? ORDER BY key",
        )
        .all(kind, name, prefix, prefix + LAST)
        .map(({ key, value }) => [key, value]),
    );
  }

  /** Earliest first. */
  alarms(): AlarmRow[] {
    return sqlite(this.#path, () =>
      this.#db.query<AlarmRow, []>("SELECT kind, name, at FROM alarm ORDER BY at").all(),
    );
  }

  /** All of them or none; durable when it returns. */
  commit(commits: readonly ActorCommit[]): void {
    sqlite(this.#path, () => {
      const remove = this.#db.query("DELETE FROM kv WHERE kind = ? AND name = ? AND key = ?");
      const put = this.#db.query(
        "INSERT INTO kv (kind, name, key, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      );
      const disarm = this.#db.query("DELETE FROM alarm WHERE kind = ? AND name = ?");
      const arm = this.#db.query(
        "INSERT INTO alarm (kind, name, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
      );
      this.#db.transaction(() => {
        for (const { kind, name, changes } of commits) {
          for (const key of changes.delete) remove.run(kind, name, key);
          for (const [key, text] of changes.put) put.run(kind, name, key, text);
          if (changes.alarm === null) disarm.run(kind, name);
          else if (changes.alarm !== undefined) arm.run(kind, name, changes.alarm);
        }
      })();
    });
  }

  close(): void {
    this.#db.close();
  }

  #prepare(): void {
    sqlite(this.#path, () => {
      this.#db.run("PRAGMA journal_mode = WAL");
      this.#db.run("PRAGMA synchronous = FULL");
      const version =
        this.#db.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
      if (version === FORMAT) return;
      if (version !== 0) {
        throw new AppError(
          "not_supported",
          `${this.#path} has format ${version}; this program knows ${FORMAT}.`,
          {
            hint: "Update gastown.",
          },
        );
      }
      this.#db.transaction(() => {
        this.#db.run(
          "CREATE TABLE kv (kind TEXT, name TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, name, key)) WITHOUT ROWID",
        );
        this.#db.run(
          "CREATE TABLE alarm (kind TEXT, name TEXT, at INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID",
        );
        this.#db.run("CREATE INDEX alarm_at ON alarm (at)");
        this.#db.run(`PRAGMA user_version = ${FORMAT}`);
      })();
    });
  }
}
