/** The index's own record of what it reflects. */
import { parseConfig, type StoreConfig, serializeConfig } from "../model/config.ts";
import type { Stamp } from "../schema/bead.ts";
import { type SqlDatabase, textOf } from "./sql.ts";

/** A value of the table `meta`. */
export function readMeta(sql: SqlDatabase, key: string): string | undefined {
  const row = sql.get("SELECT value FROM meta WHERE key = ?", key);
  return row === undefined ? undefined : textOf(row.value);
}

/** Sets a value of the table `meta`. */
export function writeMeta(sql: SqlDatabase, key: string, value: string): void {
  sql.run("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)", key, value);
}

/** The commit that a space reflects; undefined for none. */
export function readHead(sql: SqlDatabase, space: number): string | undefined {
  return readMeta(sql, `head:${space}`) || undefined;
}

/** Records the commit that a space reflects. */
export function writeHead(sql: SqlDatabase, space: number, commit: string | undefined): void {
  writeMeta(sql, `head:${space}`, commit ?? "");
  const { machineRun } = sql;
  if (machineRun !== undefined && readMeta(sql, "run") !== machineRun) writeMeta(sql, "run", machineRun);
}

/** True when the machine was started anew since the last change: what it had not written out by then is missing. */
export function mayBeTorn(sql: SqlDatabase): boolean {
  const written = readMeta(sql, "run");
  return written !== undefined && sql.machineRun !== undefined && written !== sql.machineRun;
}

/** Latest stamp seen on any bead. */
export function readHlc(sql: SqlDatabase): Stamp {
  const [ms, count] = (readMeta(sql, "hlc") ?? "0:0").split(":").map(Number);
  return [ms ?? 0, count ?? 0, ""];
}

/** Records the latest stamp seen. */
export function writeHlc(sql: SqlDatabase, stamp: Stamp): void {
  writeMeta(sql, "hlc", `${stamp[0]}:${stamp[1]}`);
}

/** Settings of the store as of the reflected commit; undefined when the branch has none. @throws {AppError} corrupt, not_supported */
export function readConfig(sql: SqlDatabase): StoreConfig | undefined {
  const text = readMeta(sql, "config");
  return text === undefined || text === "" ? undefined : parseConfig(text);
}

/** Records the settings of the store. */
export function writeConfig(sql: SqlDatabase, config: StoreConfig): void {
  writeMeta(sql, "config", serializeConfig(config));
}
