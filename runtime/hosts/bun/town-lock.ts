/**
 * One process per town. The lock is a file that names its owner by process id, start time and boot; one whose owner is
 * gone is taken over. A SQLite lock, which ends with its process, guards the moment of looking and taking.
 */
import { Database } from "bun:sqlite";
import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import { readIfThere, writeWhole } from "./files.ts";
import { bootId, isAlive, processStart } from "./process/identity.ts";
import { sqlite } from "./storage/sqlite-error.ts";

const ownerSchema = z.object({
  pid: z.int(),
  pid_start: z.string(),
  boot: z.string(),
  started_at: z.iso.datetime(),
  /** Where the gateway answers, once it does. */
  url: z.string().optional(),
});
/** Who holds a town. */
export type TownOwner = z.infer<typeof ownerSchema>;

export interface TownLock {
  /** Tells others where the gateway answers. */
  announce(url: string): void;
  release(): void;
}

/** The living owner of a town, undefined when nobody runs it. */
export function townOwner(lockPath: string): TownOwner | undefined {
  const text = readIfThere(lockPath);
  if (text === undefined) return undefined;
  const owner = ownerSchema.safeParse(parseJson(text));
  if (!owner.success || owner.data.boot !== bootId()) return undefined;
  return isAlive(owner.data.pid, owner.data.pid_start) ? owner.data : undefined;
}

/** @throws {AppError} conflict, naming the process and its URL, when the town is run already; storage_io, storage_full */
export function lockTown(lockPath: string, town: string, now: Date): TownLock {
  mkdirSync(dirname(lockPath), { recursive: true, mode: 0o700 });
  let mine: TownOwner = {
    pid: process.pid,
    pid_start: processStart(process.pid) ?? "",
    boot: bootId(),
    started_at: now.toISOString(),
  };
  exclusively(`${lockPath}.guard`, () => {
    const owner = townOwner(lockPath);
    if (owner !== undefined) throw inUse(town, owner);
    writeWhole(lockPath, JSON.stringify(mine));
  });
  const isMine = (): boolean => {
    const owner = townOwner(lockPath);
    return owner?.pid === mine.pid && owner.pid_start === mine.pid_start;
  };
  return {
    announce(url) {
      mine = { ...mine, url };
      if (isMine()) writeWhole(lockPath, JSON.stringify(mine));
    },
    release() {
      exclusively(`${lockPath}.guard`, () => {
        if (isMine()) rmSync(lockPath, { force: true });
      });
    },
  };
}

function inUse(town: string, owner: TownOwner): AppError {
  const where = owner.url === undefined ? "" : `, at ${owner.url}`;
  return new AppError("conflict", `The town ${town} is run already, by process ${owner.pid}${where}.`, {
    hint:
      owner.url === undefined ? "Stop it with `gt stop`." : `Open ${owner.url}, or stop it with \`gt stop\`.`,
    data: { pid: owner.pid, ...(owner.url === undefined ? {} : { url: owner.url }) },
  });
}

function exclusively(path: string, body: () => void): void {
  const db = sqlite(path, () => new Database(path, { create: true }));
  try {
    sqlite(path, () => {
      db.run("PRAGMA busy_timeout = 5000");
      db.run("BEGIN EXCLUSIVE");
    });
    body();
  } finally {
    db.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Torn by a crash: nobody's.
  }
}
