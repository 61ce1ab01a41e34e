/** What the index needs of SQLite: synchronous statements and transactions. */

export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/** An open database. Statements are prepared once per text. */
export interface SqlDatabase {
  /**
   * Names the time since this machine started, for a database whose commits are left to the operating system to write
   * out: they outlive this process, but after a loss of power any part of them may be missing. Undefined for one that
   * keeps itself whole then, too.
   */
  readonly machineRun?: string;
  run(sql: string, ...values: readonly SqlValue[]): void;
  all(sql: string, ...values: readonly SqlValue[]): SqlRow[];
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined;
  /** Runs the body in a write transaction; rolls back when it throws. Does not nest. */
  transaction<T>(body: () => T): T;
  close(): void;
}

/**
 * Opens databases. Errors: {AppError} corrupt (no database, damaged), lock_timeout (another process holds it, retryable),
 * storage_full, storage_io, forbidden (no permission to write).
 */
export interface SqlPort {
  /** Opens or makes the database at a path; one in memory without a path. `bulk` gives up crash safety for speed. */
  open(
    path: string | undefined,
    options?: { readonly readonly?: boolean; readonly bulk?: boolean },
  ): SqlDatabase;
  /** Removes a database with its side files; nothing happens when there is none. */
  remove(path: string): void;
}

/** A text column. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A number column. */
export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : Number(value ?? 0);
}
