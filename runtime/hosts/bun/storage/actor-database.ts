/**
 * The SQLite file of all actors of a town. A commit is whole when `commit` returns and durable when `synced` has: SQLite
 * would sync its log within the commit, and the whole process would wait for the disk; here other actors go on meanwhile.
 */
import { Database } from "bun:sqlite";
import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
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
  /** The write-ahead log, which holds what was committed last. */
  #log: number | undefined;
  /** Syncs under way: the log stays open for them. */
  #syncs = 0;
  #closed = false;

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

  /** All of them or none; durable once `synced` has resolved. */
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

  /**
   * Resolves when everything committed so far is durable. After a failure nobody can say what the disk has: the file must be
   * opened anew. @throws {AppError} storage_io
   */
  async synced(): Promise<void> {
    const log = this.#openLog();
    this.#syncs += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        fdatasync(log, error => (error ? reject(notSynced(this.#path, error)) : resolve()));
      });
    } finally {
      this.#syncs -= 1;
      if (this.#closed) this.#closeLog();
    }
  }

  /** As `synced`, and waits. @throws {AppError} storage_io */
  syncNow(): void {
    const log = this.#openLog();
    try {
      fdatasyncSync(log);
    } catch (cause) {
      throw notSynced(this.#path, cause);
    }
  }

  /** Everything committed is durable when it returns. @throws {AppError} storage_io */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#log !== undefined) this.syncNow();
    } finally {
      this.#db.close();
      this.#closeLog();
    }
  }

  #openLog(): number {
    try {
      this.#log ??= openSync(`${this.#path}-wal`, "r");
      return this.#log;
    } catch (cause) {
      throw notSynced(this.#path, cause);
    }
  }

  #closeLog(): void {
    if (this.#log === undefined || this.#syncs > 0) return;
    closeSync(this.#log);
    this.#log = undefined;
  }

  #prepare(): void {
    sqlite(this.#path, () => {
      this.#db.run("PRAGMA journal_mode = WAL");
      // The log is synced before it is copied back; each commit of it is synced by `synced`.
      this.#db.run("PRAGMA synchronous = NORMAL");
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

function notSynced(path: string, cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AppError("storage_io", `${path} cannot be written to the disk: ${message}.`, {
    hint: "Check the disk, then start the town again.",
    cause,
  });
}
