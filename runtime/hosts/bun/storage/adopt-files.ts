/**
 * Takes over the state of actors from the files of earlier versions, which had one for each: `<folder>/<kind>/<name>.sqlite`
 * with `+` for the slashes of the name. The files are removed once everything is in the new one.
 */
import { Database } from "bun:sqlite";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ActorCommit, ActorDatabase } from "./actor-database.ts";
import { sqlite } from "./sqlite-error.ts";

const SUFFIX = ".sqlite";

/** Does nothing where there are none. What is half done is done again at the next start. @throws {AppError} storage_io, storage_full, corrupt */
export function adoptActorFiles(folder: string, database: ActorDatabase): void {
  const kinds = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  if (kinds.length === 0) return;
  for (const { name: kind } of kinds) {
    const files = readdirSync(join(folder, kind)).filter(file => file.endsWith(SUFFIX));
    database.commit(files.map(file => readActor(folder, kind, file)));
  }
  database.syncNow();
  for (const { name } of kinds) rmSync(join(folder, name), { recursive: true });
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(folder, `alarms.sqlite${suffix}`), { force: true });
}

function readActor(folder: string, kind: string, file: string): ActorCommit {
  const path = join(folder, kind, file);
  return sqlite(path, () => {
    const db = new Database(path, { strict: true });
    try {
      const rows = db.query<{ key: string; value: string }, []>("SELECT key, value FROM kv").all();
      const alarm = db.query<{ at: number | null }, []>("SELECT at FROM alarm").get()?.at ?? null;
      return {
        kind,
        name: file.slice(0, -SUFFIX.length).replaceAll("+", "/"),
        changes: { put: new Map(rows.map(({ key, value }) => [key, value])), delete: new Set(), alarm },
      };
    } finally {
      db.close();
    }
  });
}
