/** All ports of the bead store on Bun. */
import type { StorePorts } from "../../../../store/bead-store.ts";
import { nativeCodec } from "./codec.ts";
import { createStoreFs } from "./fs.ts";
import { findGit } from "./git.ts";
import { createProcessPort } from "./process.ts";
import { bunSql } from "./sql.ts";
import { realTimers } from "./timers.ts";

/** The machine's own ports. @param env where the git program is looked up, and what it inherits */
export function bunStorePorts(env: Readonly<Record<string, string | undefined>>): StorePorts {
  return {
    fs: createStoreFs(),
    now: Date.now,
    random: Math.random,
    codec: nativeCodec,
    git: findGit(env),
    process: createProcessPort(),
    timers: realTimers,
    sql: bunSql,
  };
}
