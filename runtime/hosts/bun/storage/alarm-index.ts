/**
 * All alarms in one small file, so that an actor that nobody calls is woken after a restart. It is derived from the
 * files of the actors and may be deleted: it is believed only when it was written in this boot of the machine, or closed
 * in order; its writes are not synced. An entry may be earlier than the actor's own alarm, never later.
 */
import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { type ActorRef, refKey } from "../../../../actors/kernel/host.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { sqlite } from "./sqlite-error.ts";

export interface Alarm {
  readonly ref: ActorRef;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly at: number;
}

export interface AlarmIndexOptions {
  readonly path: string;
  /** Identifies the boot of the machine. */
  readonly boot: string;
  /** Reads all alarms from the files of the actors. */
  readonly scan: () => readonly Alarm[];
}

export class AlarmIndex {
  readonly #options: AlarmIndexOptions;
  readonly #db: Database;
  readonly #known = new Map<string, number>();

  /** @throws {AppError} storage_io, storage_full */
  constructor(options: AlarmIndexOptions) {
    this.#options = options;
    this.#db = openOrMake(options.path);
    const boot = this.#db.query<{ boot: string }, []>("SELECT boot FROM state").get()?.boot;
    if (boot !== CLOSED && boot !== options.boot) this.#rebuild();
    this.#mark(options.boot);
    for (const { ref, at } of this.all()) this.#known.set(refKey(ref), at);
  }

  all(): Alarm[] {
    return sqlite(this.#options.path, () =>
      this.#db
        .query<Row, []>("SELECT kind, name, at FROM alarm ORDER BY at")
        .all()
        .map(({ kind, name, at }) => ({ ref: { kind, name }, at })),
    );
  }

  /** Before the commit of an actor: an earlier alarm is entered first, so that it is not missed. */
  before(ref: ActorRef, at: number | null): void {
    const known = this.#known.get(refKey(ref));
    if (at !== null && (known === undefined || at < known)) this.#set(ref, at);
  }

  /** After the commit: a later alarm, or none, takes the place of the old one. */
  after(ref: ActorRef, at: number | null): void {
    const known = this.#known.get(refKey(ref));
    if (at !== (known ?? null)) this.#set(ref, at);
  }

  close(): void {
    this.#mark(CLOSED);
    this.#db.close();
  }

  #set(ref: ActorRef, at: number | null): void {
    sqlite(this.#options.path, () => {
      if (at === null) {
        this.#db.query("DELETE FROM alarm WHERE kind = ? AND name = ?").run(ref.kind, ref.name);
        this.#known.delete(refKey(ref));
      } else {
        this.#db
          .query("INSERT OR REPLACE INTO alarm (kind, name, at) VALUES (?, ?, ?)")
          .run(ref.kind, ref.name, at);
        this.#known.set(refKey(ref), at);
      }
    });
  }

  #mark(boot: string): void {
    sqlite(this.#options.path, () =>
      this.#db.query("INSERT OR REPLACE INTO state (one, boot) VALUES (1, ?)").run(boot),
    );
  }

  #rebuild(): void {
    const alarms = this.#options.scan();
    sqlite(this.#options.path, () =>
      this.#db.transaction(() => {
        this.#db.run("DELETE FROM alarm");
        const insert = this.#db.query("INSERT OR REPLACE INTO alarm (kind, name, at) VALUES (?, ?, ?)");
        for (const { ref, at } of alarms) insert.run(ref.kind, ref.name, at);
      })(),
    );
  }
}

/** In place of a boot: the index was closed in order. */
const CLOSED = "closed";

/** A file that is no index any more is made anew. */
function openOrMake(path: string): Database {
  try {
    return open(path);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "corrupt") throw error;
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
    return open(path);
  }
}

function open(path: string): Database {
  return sqlite(path, () => {
    const db = new Database(path, { create: true, strict: true });
    try {
      db.run("PRAGMA journal_mode = WAL");
      db.run("PRAGMA synchronous = NORMAL");
      db.run(
        "CREATE TABLE IF NOT EXISTS alarm (kind TEXT, name TEXT, at INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID",
      );
      db.run(
        "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL)",
      );
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}
