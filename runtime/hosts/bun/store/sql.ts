/** SQLite of Bun as the port of the index. */
import { Database, SQLiteError } from "bun:sqlite";
import { rmSync } from "node:fs";
import type { SqlDatabase, SqlPort, SqlRow, SqlValue } from "../../../../store/index/sql.ts";
import { AppError, type ErrorCode } from "../../../../store/schema/errors.ts";

/** A transaction of another process lasts milliseconds; longer waits end with lock_timeout. */
const BUSY_TIMEOUT_MS = 5_000;

/** Pages in the log before it is copied back: random updates of a large index rewrite the same pages many times. */
const CHECKPOINT_PAGES = 4_000;

/**
 * Databases in files; several processes share one through its write-ahead log.
 * @param mmapBytes how much of a file is mapped into memory: quicker for a process that lives on, and counted as its memory
 * @param machineRun see `SqlDatabase.machineRun`; where it is not known, databases are synced
 */
export function bunSql(mmapBytes: number, machineRun: string | undefined): SqlPort {
  return { open: (path, options) => open(path, options ?? {}, mmapBytes, machineRun), remove };
}

type OpenOptions = NonNullable<Parameters<SqlPort["open"]>[1]>;

function open(
  path: string | undefined,
  options: OpenOptions,
  mmapBytes: number,
  machineRun: string | undefined,
): SqlDatabase {
  return guard(path, () => {
    const database = new Database(path ?? ":memory:", {
      readwrite: options.readonly !== true,
      create: options.readonly !== true,
      readonly: options.readonly === true,
    });
    database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (options.bulk === true) {
      database.run("PRAGMA journal_mode = OFF");
      database.run("PRAGMA synchronous = OFF");
      database.run("PRAGMA cache_size = -8000");
    } else if (path !== undefined && options.readonly !== true) {
      // The log keeps the index whole when a process dies. Syncs would cost each short process as much as its work; an
      // index that may have lost something with the machine is known by its run, and built anew.
      database.run("PRAGMA journal_mode = WAL");
      database.run(`PRAGMA synchronous = ${machineRun === undefined ? "NORMAL" : "OFF"}`);
      database.run(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    }
    if (options.bulk !== true) {
      database.run(`PRAGMA mmap_size = ${mmapBytes}`);
      database.run("PRAGMA temp_store = MEMORY");
    }
    return wrap(database, path, machineRun);
  });
}

function remove(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${suffix}`, { force: true });
}

function wrap(database: Database, path: string | undefined, machineRun: string | undefined): SqlDatabase {
  const values = (list: readonly SqlValue[]) => [...list];
  return {
    ...(machineRun === undefined ? {} : { machineRun }),
    run: (sql, ...list) => guard(path, () => void database.query(sql).run(...values(list))),
    all: (sql, ...list) => guard(path, () => database.query<SqlRow, SqlValue[]>(sql).all(...values(list))),
    get: (sql, ...list) =>
      guard(path, () => database.query<SqlRow, SqlValue[]>(sql).get(...values(list)) ?? undefined),
    transaction: body => guard(path, () => database.transaction(body).immediate()),
    close: () => database.close(),
  };
}

const CODES: readonly (readonly [string, ErrorCode, string])[] = [
  ["SQLITE_BUSY", "lock_timeout", "Another process writes to it; try again."],
  ["SQLITE_LOCKED", "lock_timeout", "Another process writes to it; try again."],
  ["SQLITE_FULL", "storage_full", "Free some space on that disk, then try again."],
  ["SQLITE_READONLY", "forbidden", "Check the permissions of this file and its folder."],
  ["SQLITE_CANTOPEN", "forbidden", "Check the permissions of this file and its folder."],
  ["SQLITE_PERM", "forbidden", "Check the permissions of this file and its folder."],
  ["SQLITE_CORRUPT", "corrupt", "Delete it; it is built again from the branch."],
  ["SQLITE_NOTADB", "corrupt", "Delete it; it is built again from the branch."],
  ["SQLITE_ERROR", "corrupt", "Delete it; it is built again from the branch."],
  ["SQLITE_IOERR", "storage_io", "Check the disk and its mount."],
];

function guard<T>(path: string | undefined, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof SQLiteError)) throw error;
    const name = error.code ?? "SQLITE_ERROR";
    const [, code, hint] = CODES.find(([prefix]) => name.startsWith(prefix)) ?? [
      "",
      "storage_io" as const,
      "Check the disk.",
    ];
    throw new AppError(code, `${path ?? "the index in memory"}: ${error.message}`, {
      hint,
      data: { path, sqlite: name },
      retryable: code === "lock_timeout",
      cause: error,
    });
  }
}
