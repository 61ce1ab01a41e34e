/**
 * The files of bare repositories in object storage: each path is a key, so that a copy of the bucket is a repository that
 * git reads. One Durable Object writes to it, so what a listing said stays true until that object writes again; should
 * another instance of it write all the same, the condition of each write to a ref finds out.
 *
 * Locks, temporary files and marks for other processes live in memory and end with the object, as they should; our own
 * notes about the index lie beside the index.
 */
import type { FileInfo, StoreFs } from "../../../../store/branch/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { Bucket, BucketObject, SqlStorage } from "../platform.ts";
import { ByteCache } from "./byte-cache.ts";
import { createFileTable, type FileTable } from "./file-table.ts";

/** Content kept in memory. */
const CACHE_BYTES = 24 * 1_048_576;
/** Larger files are read in the ranges that are asked for. */
const WHOLE_BYTES = 4 * 1_048_576;

interface Known {
  readonly size: number;
  readonly etag: string;
  readonly mtimeMs: number;
}

/** @param root key under which everything lies, without slashes at the ends; paths begin with it, after a `/` */
export function createBucketFs(bucket: Bucket, root: string, sql: SqlStorage): StoreFs {
  const files = new BucketFiles(bucket, root);
  const memory = createMemoryTable();
  const notes = createFileTable(sql);
  const tableOf = (path: string): FileTable | undefined => {
    if (/\/(tmp_[^/]*|[^/]*\.(lock|keep))$|\/gastown\/holders\//.test(path)) return memory;
    return path.includes("/gastown/") ? notes : undefined;
  };
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const table = tableOf(path);
    return table === undefined ? files.read(path) : table.read(path)?.content;
  };
  const remove = async (path: string): Promise<boolean> =>
    tableOf(path)?.remove(path) ?? (await files.remove(path));

  return {
    read,
    remove,
    async readRange(path, offset, length) {
      if (tableOf(path) === undefined) return files.readRange(path, offset, length);
      return (await read(path))?.subarray(offset, offset + length);
    },
    async info(path): Promise<FileInfo | undefined> {
      const file = tableOf(path)?.read(path);
      if (file !== undefined) {
        const { content, mtimeMs, inode } = file;
        return { kind: "file", size: content.length, mtimeMs, inode };
      }
      const known = await files.known(path);
      if (known !== undefined) {
        return { kind: "file", size: known.size, mtimeMs: known.mtimeMs, inode: known.etag };
      }
      const folder = { kind: "directory", size: 0, mtimeMs: 0, inode: path } as const;
      return (await list(path)).length === 0 ? undefined : folder;
    },
    list,
    // Folders are parts of names here.
    makeDir: async () => undefined,
    syncDir: async () => undefined,
    async create(path, content) {
      return tableOf(path)?.create(path, content) ?? (await files.create(path, content));
    },
    async append(path, content) {
      const before = (await read(path)) ?? new Uint8Array();
      const whole = new Uint8Array(before.length + content.length);
      whole.set(before);
      whole.set(content, before.length);
      const table = tableOf(path);
      if (table === undefined) await files.write(path, whole);
      else table.write(path, whole);
    },
    async link(from, to) {
      if (tableOf(from) !== memory || tableOf(to) !== memory) {
        throw new AppError("not_supported", "Object storage has no hard links.");
      }
      return memory.link(from, to);
    },
    async rename(from, to) {
      const content = await read(from);
      if (content === undefined) throw new AppError("not_found", `${from} does not exist.`);
      const table = tableOf(to);
      if (table === undefined) await files.write(to, content);
      else table.write(to, content);
      await remove(from);
    },
  };

  async function list(path: string): Promise<readonly string[]> {
    const names = new Set<string>();
    const folder = `${path}/`;
    for (const all of [memory.paths(), notes.paths(), await files.paths()]) {
      for (const each of all) {
        if (each.startsWith(folder)) names.add(each.slice(folder.length).split("/", 1)[0] ?? "");
      }
    }
    return [...names];
  }
}

/** What is in the bucket, with what is known of it. */
class BucketFiles {
  readonly #bucket: Bucket;
  readonly #root: string;
  readonly #cache = new ByteCache(CACHE_BYTES);
  #listing: Promise<Map<string, Known>> | undefined;

  constructor(bucket: Bucket, root: string) {
    this.#bucket = bucket;
    this.#root = root;
  }

  async known(path: string): Promise<Known | undefined> {
    return (await this.#list()).get(path);
  }

  async paths(): Promise<Iterable<string>> {
    return (await this.#list()).keys();
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const known = await this.known(path);
    if (known === undefined) return undefined;
    const cached = this.#cache.get(path);
    if (cached !== undefined) return cached;
    const found = await asked(path, () => this.#bucket.get(keyOf(path)));
    if (found === null) return undefined;
    const content = new Uint8Array(await asked(path, () => found.arrayBuffer()));
    this.#cache.set(path, content);
    return content;
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    const known = await this.known(path);
    if (known === undefined) return undefined;
    if (known.size <= WHOLE_BYTES || this.#cache.get(path) !== undefined) {
      return (await this.read(path))?.subarray(offset, offset + length);
    }
    const wanted = Math.min(length, known.size - offset);
    if (wanted <= 0) return new Uint8Array();
    const range = { offset, length: wanted };
    const found = await asked(path, () => this.#bucket.get(keyOf(path), { range }));
    return found === null ? undefined : new Uint8Array(await asked(path, () => found.arrayBuffer()));
  }

  /** False when the name is taken. */
  async create(path: string, content: Uint8Array): Promise<boolean> {
    if ((await this.known(path)) !== undefined) return false;
    const onlyIf = { etagDoesNotMatch: "*" };
    const put = await asked(path, () => this.#bucket.put(keyOf(path), content, { onlyIf }));
    if (put === null) {
      this.#forget();
      return false;
    }
    await this.#note(path, put, content);
    return true;
  }

  /** @throws {AppError} conflict when somebody else has written it since it was read */
  async write(path: string, content: Uint8Array): Promise<void> {
    const known = await this.known(path);
    // What has its hash for a name is the same whoever writes it.
    const onlyIf = path.includes("/objects/")
      ? undefined
      : known === undefined
        ? { etagDoesNotMatch: "*" }
        : { etagMatches: known.etag };
    const options = onlyIf === undefined ? {} : { onlyIf };
    const put = await asked(path, () => this.#bucket.put(keyOf(path), content, options));
    if (put === null) {
      this.#forget();
      throw new AppError("conflict", `${path} was changed by somebody else.`, { retryable: true });
    }
    await this.#note(path, put, content);
  }

  async remove(path: string): Promise<boolean> {
    if ((await this.known(path)) === undefined) return false;
    await asked(path, () => this.#bucket.delete(keyOf(path)));
    (await this.#list()).delete(path);
    this.#cache.delete(path);
    return true;
  }

  async #note(path: string, { etag, size, uploaded }: BucketObject, content: Uint8Array): Promise<void> {
    (await this.#list()).set(path, { etag, size, mtimeMs: uploaded.getTime() });
    if (content.length <= WHOLE_BYTES) this.#cache.set(path, content.slice());
    else this.#cache.delete(path);
  }

  #forget(): void {
    this.#listing = undefined;
    this.#cache.clear();
  }

  #list(): Promise<Map<string, Known>> {
    this.#listing ??= this.#listAll().catch(error => {
      this.#listing = undefined;
      throw error;
    });
    return this.#listing;
  }

  async #listAll(): Promise<Map<string, Known>> {
    const all = new Map<string, Known>();
    const prefix = `${this.#root}/`;
    for (let cursor: string | undefined; ; ) {
      const options = { prefix, ...(cursor === undefined ? {} : { cursor }) };
      const page = await asked(prefix, () => this.#bucket.list(options));
      for (const { key, size, etag, uploaded } of page.objects) {
        all.set(`/${key}`, { size, etag, mtimeMs: uploaded.getTime() });
      }
      if (!page.truncated || page.cursor === undefined) return all;
      cursor = page.cursor;
    }
  }
}

function keyOf(path: string): string {
  return path.slice(1);
}

async function asked<T>(path: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("storage_io", `${path} in object storage: ${message}`, {
      hint: "Try again; see the status of the platform.",
      retryable: true,
      cause,
    });
  }
}

/** Files that end with this instance; two names of one file are the same object. */
function createMemoryTable() {
  const files = new Map<string, { content: Uint8Array; mtimeMs: number; inode: string }>();
  let next = 0;
  const fresh = (content: Uint8Array) => ({
    content: content.slice(),
    mtimeMs: Date.now(),
    inode: `memory-${++next}`,
  });
  return {
    read: (path: string) => files.get(path),
    create(path: string, content: Uint8Array): boolean {
      if (files.has(path)) return false;
      files.set(path, fresh(content));
      return true;
    },
    write: (path: string, content: Uint8Array) => void files.set(path, fresh(content)),
    remove: (path: string) => files.delete(path),
    paths: () => files.keys(),
    link(from: string, to: string): boolean {
      const file = files.get(from);
      if (file === undefined || files.has(to)) return false;
      files.set(to, file);
      return true;
    },
  } satisfies FileTable & { link(from: string, to: string): boolean };
}
