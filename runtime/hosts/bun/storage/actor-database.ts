/** The SQLite file of one actor. A commit is one transaction, synced before it answers. */
import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Changes } from "../../../../actors/kernel/host.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { sqlite } from "./sqlite-error.ts";

/** Version of the tables; a file of a newer one is refused. */
const FORMAT = 1;
/** After every possible character of a key. */
const LAST = "\u{10ffff}";

export class ActorDatabase {
  readonly #path: string;
  readonly #db: Database;

  /** Opens the file, and makes it when there is none. @throws {AppError} storage_io, storage_full, corrupt, not_supported */
  constructor(path: string) {
    this.#path = path;
    this.#db = sqlite(path, () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      return new Database(path, { create: true, strict: true });
    });
    try {
      this.#prepare();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get(key: string): string | undefined {
    return sqlite(this.#path, () => {
      const row = this.#db.query<{ value: string }, [string]>("SELECT value FROM kv WHERE key = ?").get(key);
      return row?.value;
    });
  }

  /** In key order. */
  list(prefix: string): [string, string][] {
    return sqlite(this.#path, () =>
      this.#db
        .query<{ key: string; value: string }, [string, string]>(
          "SELECT key, value FROM kv WHERE key >= ? AND key < ? ORDER BY key",
        )
        .all(prefix, prefix + LAST)
        .map(({ key, value }) => [key, value]),
    );
  }

  /** Epoch milliseconds; null when none is armed. */
  alarm(): number | null {
    return sqlite(this.#path, () => {
      const row = this.#db.query<{ at: number | null }, []>("SELECT at FROM alarm").get();
      return row?.at ?? null;
    });
  }

  commit(changes: Omit<Changes, "beads">): void {
    sqlite(this.#path, () => {
      const remove = this.#db.query("DELETE FROM kv WHERE key = ?");
      const put = this.#db.query(
        "INSERT INTO kv (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      );
      this.#db.transaction(() => {
        for (const key of changes.delete) remove.run(key);
        for (const [key, text] of changes.put) put.run(key, text);
        if (changes.alarm === undefined) return;
        this.#db.query("UPDATE alarm SET at = ?").run(changes.alarm);
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
          "CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        );
        this.#db.run(
          "CREATE TABLE IF NOT EXISTS alarm (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER)",
        );
        this.#db.run("INSERT OR IGNORE INTO alarm (one, at) VALUES (1, NULL)");
        this.#db.run(`PRAGMA user_version = ${FORMAT}`);
      })();
    });
  }
}
