/** Storage of the actors of a town: one SQLite file each, the longest unused ones closed, and the index of alarms. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type ActorRef, refKey } from "../../../../actors/kernel/host.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import type { ActorStorage, ActorStorages } from "../../../../actors/kernel/storage.ts";
import { ActorDatabase } from "./actor-database.ts";
import { actorFile, listActorFiles } from "./actor-files.ts";
import { type Alarm, AlarmIndex } from "./alarm-index.ts";

const MAX_OPEN = 64;

export interface SqliteStoragesOptions {
  /** Made when it is not there. */
  readonly folder: string;
  /** Identifies the boot of the machine. */
  readonly boot: string;
  /** Files kept open. Default 64. */
  readonly maxOpen?: number;
  readonly log?: Logger;
}

export class SqliteStorages implements ActorStorages {
  readonly #options: SqliteStoragesOptions;
  readonly #alarms: AlarmIndex;
  /** The first one is the longest unused. */
  readonly #open = new Map<string, ActorDatabase>();
  #closed = false;

  /** @throws {AppError} storage_io, storage_full */
  constructor(options: SqliteStoragesOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#alarms = new AlarmIndex({
      path: join(options.folder, "alarms.sqlite"),
      boot: options.boot,
      scan: () => this.#scan(),
    });
  }

  open(ref: ActorRef): ActorStorage {
    const path = actorFile(this.#options.folder, ref);
    // An actor that has never stored anything has no file, and asking it makes none.
    let exists = existsSync(path);
    return {
      get: async key => (exists ? this.#database(ref, path).get(key) : undefined),
      list: async prefix => (exists ? this.#database(ref, path).list(prefix) : []),
      commit: async changes => {
        const { alarm } = changes;
        const database = this.#database(ref, path);
        if (alarm !== undefined) this.#alarms.before(ref, alarm);
        database.commit(changes);
        exists = true;
        if (alarm !== undefined) this.#alarms.after(ref, alarm);
      },
    };
  }

  async alarms(): Promise<readonly Alarm[]> {
    return this.#alarms.all();
  }

  /** Number of files that are open now. */
  get openFiles(): number {
    return this.#open.size;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
    this.#alarms.close();
  }

  #database(ref: ActorRef, path: string): ActorDatabase {
    const key = refKey(ref);
    const known = this.#open.get(key);
    this.#open.delete(key);
    const database = known ?? new ActorDatabase(path);
    this.#open.set(key, database);
    for (const [oldest, idle] of this.#open) {
      if (this.#open.size <= (this.#options.maxOpen ?? MAX_OPEN)) break;
      idle.close();
      this.#open.delete(oldest);
    }
    return database;
  }

  /** A damaged file must not keep all the others from being woken. */
  #scan(): Alarm[] {
    return listActorFiles(this.#options.folder).flatMap(ref => {
      try {
        const at = this.#alarmOf(ref);
        return at === null ? [] : [{ ref, at }];
      } catch (error) {
        this.#options.log?.error("file of an actor cannot be read", { actor: refKey(ref), error });
        return [];
      }
    });
  }

  #alarmOf(ref: ActorRef): number | null {
    const database = new ActorDatabase(actorFile(this.#options.folder, ref));
    try {
      return database.alarm();
    } finally {
      database.close();
    }
  }
}
