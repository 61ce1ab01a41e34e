/**
 * What the branch needs of its host: files, hashing and compression, a clock, and, where there are some, processes and
 * the git program. The store imports no platform API, so that it also runs in workerd.
 */

/** What a path holds. Symbolic links are not followed. */
export interface FileInfo {
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  /** Equal for two names of one file, different otherwise. */
  readonly inode: string;
}

/**
 * A file system. Paths are absolute, with `/`. An absent path is a normal answer of the reading calls.
 * Every call throws {AppError} storage_full (no space, quota), storage_io (anything else of the disk), forbidden (no permission).
 */
export interface StoreFs {
  /** Whole content; undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Up to `length` bytes from `offset`, fewer at the end; undefined when there is no such file. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  /** Undefined when there is nothing. */
  info(path: string): Promise<FileInfo | undefined>;
  /** Names in a folder, unordered; empty when there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Makes the folder and its parents; nothing happens when it is there. */
  makeDir(path: string): Promise<void>;
  /** Makes a new file with this content; false, and nothing done, when the name is taken. With `sync` it is on disk before the answer. */
  create(
    path: string,
    content: Uint8Array,
    options?: { readonly sync?: boolean; readonly mode?: number },
  ): Promise<boolean>;
  /** Adds to the end, making the file when absent. */
  append(path: string, content: Uint8Array): Promise<void>;
  /** Brings what was appended to disk; where this is absent, `append` does. */
  sync?(path: string): Promise<void>;
  /** A second name for a file; false when `to` is taken. @throws {AppError} not_supported where there are no hard links */
  link(from: string, to: string): Promise<boolean>;
  /**
   * Moves a file over whatever has the new name.
   * @throws {AppError} not_found when `from` is absent; conflict where the storage itself compares, and somebody else has
   * changed `to` since it was read
   */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; false when there was none. */
  remove(path: string): Promise<boolean>;
  /** Makes the names in a folder durable. */
  syncDir(path: string): Promise<void>;
}

/** A SHA-1 of what comes in parts. */
export interface Sha1Hasher {
  update(part: Uint8Array): void;
  /** 20 bytes; ends the hasher. */
  digest(): Uint8Array;
}

/** Hashing and compression. `webCodec` is the portable one; hosts with native code bring a faster one. */
export interface GitCodec {
  /** SHA-1 of the concatenation, 20 bytes. */
  sha1(...parts: readonly Uint8Array[]): Uint8Array;
  /** Hashes in parts; where this is absent, all parts are held until the end. */
  sha1Hasher?(): Sha1Hasher;
  /** zlib format. */
  deflate(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /**
   * zlib format; bytes behind the end of the stream are ignored.
   * @param maxBytes more than this is not unpacked
   * @throws on damaged data, and on more than `maxBytes`
   */
  inflate(data: Uint8Array, maxBytes: number): Uint8Array | Promise<Uint8Array>;
  /** CRC-32, unsigned; computed in plain code when absent. */
  crc32?(data: Uint8Array): number;
}

/** The git program, where there is one. */
export interface GitProgram {
  /** Runs `git --git-dir=<gitDir> <args>`; never a shell. Rejects only when it can not be started. */
  run(
    gitDir: string,
    args: readonly string[],
    input?: Uint8Array | string,
  ): Promise<{ readonly code: number; readonly stdout: Uint8Array; readonly stderr: string }>;
}

/** Who holds a lock file, and whether it is still alive. */
export interface ProcessPort {
  /** Identifies this process for others on the machine; letters, digits, `.`, `_` and `-`. */
  readonly identity: string;
  /** Undefined when it can not be told, for example from another machine. */
  isAlive(identity: string): boolean | undefined;
}

/** Timers, so that tests can hold the time. */
export interface TimerPort {
  /** Calls back once after `ms`; does not keep the process alive. Returns the canceller. */
  after(ms: number, callback: () => void): () => void;
  /** Resolves after `ms`. */
  sleep(ms: number): Promise<void>;
}

/** All that the branch takes from its host. */
export interface BranchPorts {
  readonly fs: StoreFs;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly codec?: GitCodec | undefined;
  readonly git?: GitProgram | undefined;
  readonly process?: ProcessPort | undefined;
  readonly timers?: TimerPort | undefined;
  /** Gives back memory that is not used any more: called now and then by work on very many beads. */
  readonly tidy?: (() => void) | undefined;
}
