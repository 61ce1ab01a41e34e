/** Actors in one process of Bun: real time, one SQLite file for all of them. */
import type { KernelOptions } from "../../../actors/kernel/activation.ts";
import type { ActorClass } from "../../../actors/kernel/actor.ts";
import { systemClock } from "../../../actors/kernel/clock.ts";
import type { ActorRef, Port } from "../../../actors/kernel/host.ts";
import type { Logger } from "../../../actors/kernel/logger.ts";
import { ActorSystem } from "../../../actors/kernel/system.ts";
import type { BeadStore } from "../../../store/api.ts";
import type { Directory } from "../../gateway/deps.ts";
import { SqliteStorages } from "./storage/sqlite-storages.ts";

export interface BunHostOptions {
  /** Folder of the actors' file. */
  readonly folder: string;
  readonly actors: readonly ActorClass[];
  readonly ports?: Readonly<Record<string, Port>>;
  readonly beads?: (ref: ActorRef) => BeadStore | undefined;
  readonly log?: Logger;
  readonly kernel?: Omit<KernelOptions, "log">;
}

export interface BunHost extends Directory {
  readonly system: ActorSystem;
  call(
    to: ActorRef,
    method: string,
    args?: unknown,
    options?: { readonly timeoutMs?: number },
  ): Promise<unknown>;
  /** Fires what is overdue, delivers what is undelivered. To be called once, when all ports can be called. */
  start(): Promise<void>;
  /** Lets running turns end, for `drainMs` at most, and closes the file; what is pending goes on at the next start. */
  close(drainMs?: number): Promise<void>;
}

/** Opens the storage. Only one process may have a folder open. @throws {AppError} storage_io, storage_full */
export function createBunHost(options: BunHostOptions): BunHost {
  const { folder, actors, ports, beads, log, kernel } = options;
  const storage = new SqliteStorages({ folder });
  const system = new ActorSystem({
    actors,
    storage,
    clock: systemClock,
    random: Math.random,
    ...(ports === undefined ? {} : { ports }),
    ...(beads === undefined ? {} : { beads }),
    ...(log === undefined ? {} : { log }),
    ...(kernel === undefined ? {} : { kernel }),
  });
  return {
    system,
    call: (to, method, args, callOptions) => system.call(to, method, args, callOptions),
    watch: (ref, listener) => system.watch(ref, listener),
    start: () => system.start(),
    async close(drainMs) {
      await system.stop(drainMs);
      storage.close();
    },
  };
}
