/**
 * Storage of the actors of a town, in one SQLite file: `<folder>/actors.sqlite`. Commits of different actors that come
 * within one turn of the event loop, or while the disk is being synced, are one transaction, so that hundreds of busy agents
 * cost one sync and not hundreds; each is answered when that transaction is durable.
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
  /** The next write, or true while it is under way. */
  #flush: ReturnType<typeof setImmediate> | true | undefined;
  /** Written, and not known to be durable yet. */
  #unsynced: readonly Waiting[] = [];
  /** Why nothing more is taken: what the disk holds is not known. */
  #broken: unknown;
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

  /** What waits is written first, and everything is durable when it returns. @throws {AppError} storage_io */
  close(): void {
    if (this.#closed) return;
    if (this.#flush !== true) clearImmediate(this.#flush);
    const written = [...this.#unsynced, ...this.#write()];
    this.#unsynced = [];
    this.#closed = true;
    try {
      this.#database.close();
    } catch (error) {
      for (const { reject } of written) reject(error);
      throw error;
    }
    for (const { resolve } of written) resolve();
  }

  #commit(kind: string, name: string, changes: Omit<Changes, "beads">): Promise<void> {
    if (this.#closed) {
      return Promise.reject(new AppError("unavailable", "The storage is closed.", { retryable: true }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind, name, changes, resolve, reject });
      this.#flush ??= setImmediate(() => void this.#flushAll());
    });
  }

  /** Writes what waits, and what came to wait until that was durable, and so on. */
  async #flushAll(): Promise<void> {
    this.#flush = true;
    while (this.#waiting.length > 0 && !this.#closed) {
      this.#unsynced = this.#write();
      if (this.#unsynced.length > 0) await this.#syncAll();
    }
    this.#flush = undefined;
  }

  /** Answers those that were written. */
  async #syncAll(): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.#database.synced();
    } catch (error) {
      failure = { error };
      this.#broken = error;
    }
    // A close in between has answered them.
    const group = this.#unsynced;
    this.#unsynced = [];
    for (const { resolve, reject } of group) {
      if (failure === undefined) resolve();
      else reject(failure.error);
    }
  }

  /** Those that are written now; what cannot be is refused at once. */
  #write(): Waiting[] {
    const group = this.#waiting;
    this.#waiting = [];
    // One may be to blame: each has its own chance, and its own answer.
    return this.#writeAll(group) ?? group.flatMap(one => this.#writeAll([one]) ?? []);
  }

  #writeAll(group: Waiting[]): Waiting[] | undefined {
    if (group.length === 0) return group;
    try {
      if (this.#broken !== undefined) throw this.#broken;
      this.#database.commit(group);
      return group;
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      return undefined;
    }
  }
}
