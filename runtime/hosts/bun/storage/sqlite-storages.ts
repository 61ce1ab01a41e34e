/**
 * Storage of the actors of a town, in one SQLite file: `<folder>/actors.sqlite`. Commits of different actors that come
 * within one turn of the event loop are one transaction, so that hundreds of busy agents cost one sync of the disk and
 * not hundreds; each is answered when that transaction is durable.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ActorRef, Changes } from "../../../../actors/kernel/host.ts";
import type { ActorStorage, ActorStorages } from "../../../../actors/kernel/storage.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { type ActorCommit, ActorDatabase } from "./actor-database.ts";
import { adoptActorFiles } from "./adopt-files.ts";

const FILE = "actors.sqlite";

export interface SqliteStoragesOptions {
  /** Made when it is not there. */
  readonly folder: string;
}

interface Waiting extends ActorCommit {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class SqliteStorages implements ActorStorages {
  readonly #database: ActorDatabase;
  #waiting: Waiting[] = [];
  #flush: ReturnType<typeof setImmediate> | undefined;
  #closed = false;

  /** @throws {AppError} storage_io, storage_full, corrupt, not_supported */
  constructor({ folder }: SqliteStoragesOptions) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#database = new ActorDatabase(join(folder, FILE));
    adoptActorFiles(folder, this.#database);
  }

  open({ kind, name }: ActorRef): ActorStorage {
    return {
      get: async key => this.#database.get(kind, name, key),
      list: async prefix => this.#database.list(kind, name, prefix),
      commit: changes => this.#commit(kind, name, changes),
    };
  }

  async alarms(): Promise<readonly { readonly ref: ActorRef; readonly at: number }[]> {
    return this.#database.alarms().map(({ kind, name, at }) => ({ ref: { kind, name }, at }));
  }

  /** What waits is written first. */
  close(): void {
    if (this.#closed) return;
    this.#write();
    this.#closed = true;
    this.#database.close();
  }

  #commit(kind: string, name: string, changes: Omit<Changes, "beads">): Promise<void> {
    if (this.#closed) {
      return Promise.reject(new AppError("unavailable", "The storage is closed.", { retryable: true }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind, name, changes, resolve, reject });
      this.#flush ??= setImmediate(() => this.#write());
    });
  }

  #write(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    try {
      this.#database.commit(group);
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      // One may be to blame: each has its own chance, and its own answer.
      else for (const one of group) this.#writeAlone(one);
    }
  }

  #writeAlone(one: Waiting): void {
    try {
      this.#database.commit([one]);
      one.resolve();
    } catch (error) {
      one.reject(error);
    }
  }
}
