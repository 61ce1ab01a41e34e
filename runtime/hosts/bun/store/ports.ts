/** All ports of the bead store on Bun. */
import type { StorePorts } from "../../../../store/bead-store.ts";
import { nativeCodec } from "./codec.ts";
import { createStoreFs } from "./fs.ts";
import { findGit } from "./git.ts";
import { createProcessPort, machineRun } from "./process.ts";
import { bunSql } from "./sql.ts";
import { realTimers } from "./timers.ts";

/** Of an index of 100,000 beads, all is mapped. */
const MMAP_BYTES = 268_435_456;

/** How the process lives. */
export interface StorePortsOptions {
  /** It ends after a few reads: its memory stays small. Default false. */
  readonly shortLived?: boolean;
}

/** The machine's own ports. @param env where the git program is looked up, and what it inherits */
export function bunStorePorts(
  env: Readonly<Record<string, string | undefined>>,
  options: StorePortsOptions = {},
): StorePorts {
  return {
    fs: createStoreFs(),
    now: Date.now,
    random: Math.random,
    codec: nativeCodec,
    git: findGit(env),
    process: createProcessPort(),
    timers: realTimers,
    // A process that lives on has better times for it.
    ...(options.shortLived === true ? { tidy: () => Bun.gc(true) } : {}),
    sql: bunSql(options.shortLived === true ? 0 : MMAP_BYTES, machineRun()),
  };
}
