/** A bucket and the SQLite of an object, in this process: for what a real one can not be made to do on demand. */
import type { Database } from "bun:sqlite";
import type { Bucket, BucketObject, ObjectStorage } from "../../runtime/hosts/cloudflare/platform.ts";

export interface MemoryBucket extends Bucket {
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** Called before each write; what it throws is the failure, and nothing is written. */
  fault: ((key: string) => void) | undefined;
  /** Requests so far, by kind. */
  readonly requests: { get: number; put: number; list: number; delete: number };
}

export function memoryBucket(): MemoryBucket {
  const objects = new Map<string, Uint8Array>();
  const about = new Map<string, BucketObject>();
  const requests = { get: 0, put: 0, list: 0, delete: 0 };
  let next = 0;
  return {
    objects,
    requests,
    fault: undefined,
    async get(key, options) {
      requests.get++;
      const found = about.get(key);
      if (found === undefined) return null;
      const { offset = 0, length = found.size } = options?.range ?? {};
      const bytes = objects.get(key)!.slice(offset, offset + length);
      return { ...found, arrayBuffer: async () => bytes.buffer };
    },
    async put(key, value, options) {
      requests.put++;
      this.fault?.(key);
      const { etagMatches, etagDoesNotMatch } = options?.onlyIf ?? {};
      const known = about.get(key);
      if (etagDoesNotMatch === "*" && known !== undefined) return null;
      if (etagMatches !== undefined && known?.etag !== etagMatches) return null;
      const object = { key, size: value.length, etag: `etag-${++next}`, uploaded: new Date() };
      objects.set(key, value.slice());
      about.set(key, object);
      return object;
    },
    async delete(keys) {
      requests.delete++;
      for (const key of [keys].flat()) {
        objects.delete(key);
        about.delete(key);
      }
    },
    async list({ prefix, cursor }) {
      requests.list++;
      // Small pages, as a large bucket has many.
      const all = [...about.values()].filter(each => each.key.startsWith(prefix));
      const start = Number(cursor ?? 0);
      const page = all.slice(start, start + 7);
      const truncated = start + 7 < all.length;
      return { objects: page, truncated, ...(truncated ? { cursor: String(start + 7) } : {}) };
    },
  };
}

/** @param database is closed by the test */
export function memoryStorage(database: Database): ObjectStorage {
  return {
    sql: {
      exec(sql, ...values) {
        const rows = database.query(sql).all(...(values as never[])) as Record<string, unknown>[];
        return { toArray: () => rows.map(asPlatform) };
      },
    },
    transactionSync: body => database.transaction(body)(),
    setAlarm: async () => undefined,
    deleteAlarm: async () => undefined,
    sync: async () => undefined,
  };
}

/** The platform gives bytes as a buffer. */
function asPlatform(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? value.slice().buffer : value,
    ]),
  );
}
