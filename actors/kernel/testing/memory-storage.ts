/** Storage of actors in memory, that outlives a crash of the simulated host and can be told to fail. */
import type { AppError } from "../../../store/schema/errors.ts";
import { type ActorRef, type Changes, refKey } from "../host.ts";
import type { ActorStorage, ActorStorages } from "../storage.ts";

interface Stored {
  readonly ref: ActorRef;
  readonly rows: Map<string, string>;
  alarm: number | null;
}

export class MemoryStorages implements ActorStorages {
  readonly #actors = new Map<string, Stored>();
  /** Called before each commit; an error that it answers is what the commit fails with. */
  fault: ((ref: ActorRef) => AppError | undefined) | undefined;
  /** Called after each commit, before its actor hears of it. */
  committed: ((ref: ActorRef, changes: Omit<Changes, "beads">) => void) | undefined;
  /** Commits so far, of all actors. */
  commits = 0;

  open(ref: ActorRef): ActorStorage {
    const stored = this.#stored(ref);
    return {
      get: async key => stored.rows.get(key),
      list: async prefix =>
        [...stored.rows].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
      commit: async changes => {
        const { put, delete: remove, alarm } = changes;
        const error = this.fault?.(ref);
        if (error !== undefined) throw error;
        for (const key of remove) stored.rows.delete(key);
        for (const [key, text] of put) stored.rows.set(key, text);
        if (alarm !== undefined) stored.alarm = alarm;
        this.commits += 1;
        this.committed?.(ref, changes);
      },
    };
  }

  async alarms(): Promise<readonly { ref: ActorRef; at: number }[]> {
    return [...this.#actors.values()].flatMap(({ ref, alarm }) =>
      alarm === null ? [] : [{ ref, at: alarm }],
    );
  }

  /** What an actor has stored, parsed; the kernel's own rows begin with `$`. */
  dump(ref: ActorRef): Record<string, unknown> {
    const rows = this.#stored(ref).rows;
    return Object.fromEntries([...rows].map(([key, text]): [string, unknown] => [key, JSON.parse(text)]));
  }

  #stored(ref: ActorRef): Stored {
    const key = refKey(ref);
    const known = this.#actors.get(key);
    if (known !== undefined) return known;
    const stored: Stored = { ref, rows: new Map(), alarm: null };
    this.#actors.set(key, stored);
    return stored;
  }
}
