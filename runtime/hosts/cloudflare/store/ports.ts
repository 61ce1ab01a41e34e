/** What the store takes from this host. */
import type { StorePorts } from "../../../../store/bead-store.ts";
import type { Bucket, ObjectStorage } from "../platform.ts";
import { createBucketFs } from "./bucket-fs.ts";
import { objectSql } from "./object-sql.ts";

/** Files under `root` in the bucket, the index in the object. */
export function objectStorePorts(bucket: Bucket, root: string, storage: ObjectStorage): StorePorts {
  return {
    fs: createBucketFs(bucket, root, storage.sql),
    sql: objectSql(storage),
    now: Date.now,
    random: Math.random,
    timers: {
      // What is called back later here is a look for commits of other processes, of which there are none, and work of
      // the git program. A timer that waits would keep the object from being evicted, and be paid for.
      after: () => () => undefined,
      sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
    },
  };
}
