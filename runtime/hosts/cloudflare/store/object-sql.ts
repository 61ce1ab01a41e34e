/** The databases of the indexes of beads, all in the one SQLite of a Durable Object. */
import type { SqlDatabase, SqlPort, SqlRow, SqlValue } from "../../../../store/index/sql.ts";
import type { ObjectStorage, SqlStorage } from "../platform.ts";
import { sqlite } from "./sqlite-error.ts";
import { withTablePrefix } from "./table-names.ts";

/** The platform takes so many values with a statement; beyond that they are written into its text. */
const MAX_VALUES = 100;
/** Begins the path of a database that goes when it is closed. */
const PASSING = "passing/";

/** Databases by path. */
export function objectSql(storage: ObjectStorage): SqlPort {
  const { sql } = storage;
  sqlite(() =>
    sql.exec("CREATE TABLE IF NOT EXISTS index_database (n INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL)"),
  );
  const numberOf = (path: string): unknown =>
    sqlite(() => sql.exec("SELECT n FROM index_database WHERE path = ?", path).toArray())[0]?.n;
  const remove = (path: string): void => {
    const number = numberOf(path);
    if (number !== undefined) sqlite(() => storage.transactionSync(() => drop(sql, number)));
  };
  // Left by an instance that ended in between.
  const left = sql.exec("SELECT path FROM index_database WHERE path GLOB ?", `${PASSING}*`).toArray();
  for (const { path } of left) remove(String(path));
  return {
    open(path) {
      const own = path ?? PASSING + crypto.randomUUID();
      sqlite(() => sql.exec("INSERT OR IGNORE INTO index_database (path) VALUES (?)", own));
      return openDatabase(storage, prefixOf(numberOf(own)), () => {
        if (path === undefined) remove(own);
      });
    },
    remove,
  };
}

/** Drops the tables of a database and forgets its number. */
function drop(sql: SqlStorage, number: unknown): void {
  const names = sql
    .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?", `${prefixOf(number)}*`)
    .toArray()
    .map(({ name }) => String(name));
  // The shadow tables of a text index go with it.
  const text = names.filter(name => name.endsWith("bead_text"));
  for (const name of text) sql.exec(`DROP TABLE "${name}"`);
  for (const name of names) {
    if (!text.some(each => name.startsWith(each))) sql.exec(`DROP TABLE "${name}"`);
  }
  sql.exec("DELETE FROM index_database WHERE n = ?", number);
}

function prefixOf(number: unknown): string {
  return `i${String(number)}_`;
}

function openDatabase(storage: ObjectStorage, prefix: string, closed: () => void): SqlDatabase {
  const texts = new Map<string, string>();
  const exec = (statement: string, values: readonly SqlValue[]): SqlRow[] => {
    const prepared = texts.get(statement) ?? withTablePrefix(statement, prefix);
    texts.set(statement, prepared);
    if (values.length <= MAX_VALUES) {
      return sqlite(() => storage.sql.exec(prepared, ...values.map(plain)).toArray());
    }
    return sqlite(() => storage.sql.exec(withLiterals(prepared, values)).toArray());
  };
  return {
    run: (statement, ...values) => void exec(statement, values),
    all: (statement, ...values) => exec(statement, values),
    get: (statement, ...values) => exec(statement, values)[0],
    transaction: body => storage.transactionSync(body),
    close: closed,
  };
}

/** Integers beyond 2^53 do not occur in the index. */
function plain(value: SqlValue): string | number | ArrayBuffer | null {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Uint8Array ? value.slice().buffer : value;
}

/** The statement with its values in the text; question marks in quoted texts are none of ours. */
function withLiterals(statement: string, values: readonly SqlValue[]): string {
  let next = 0;
  return statement.replace(/'(?:[^']|'')*'|\?/g, part => (part === "?" ? literal(values[next++]) : part));
}

function literal(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const hex = `X'${[...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("")}'`;
  if (typeof value !== "string") return hex;
  // A NUL would end the text of the statement.
  return value.includes("\0") ? `CAST(${hex} AS TEXT)` : `'${value.replaceAll("'", "''")}'`;
}
