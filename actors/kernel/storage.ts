/** What a host in one process stores its actors in. */
import type { ActorRef, Changes } from "./host.ts";

/** Storage of one actor. */
export interface ActorStorage {
  get(key: string): Promise<string | undefined>;
  /** In key order. */
  list(prefix: string): Promise<[string, string][]>;
  /** Atomic, the alarm included; resolves when durable. @throws {AppError} storage_full, storage_io */
  commit(changes: Omit<Changes, "beads">): Promise<void>;
}

/** Storage of all actors. */
export interface ActorStorages {
  open(ref: ActorRef): ActorStorage;
  /** All alarms as last committed, to be armed again after a restart. */
  alarms(): Promise<readonly { readonly ref: ActorRef; readonly at: number }[]>;
}
