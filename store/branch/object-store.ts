/**
 * The objects of a repository: reads loose ones and packs (also those of alternates), writes packs.
 * Other processes repack and prune at any time: a pack that is gone makes us look at the folder again and retry.
 */
import { AppError } from "../schema/errors.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import { persist } from "./file-lock.ts";
import { parseLoose } from "./loose.ts";
import { LruMap } from "./lru.ts";
import { type GitObject, type ObjectType, parseTree, type TreeEntry } from "./objects.ts";
import type { BuiltPack } from "./pack-build.ts";
import { PackFile } from "./pack-file.ts";
import { PackStream, type StreamedPack } from "./pack-stream.ts";
import type { GitCodec, StoreFs } from "./ports.ts";
import { joinPath } from "./repository.ts";

/** Trees kept in memory, in bytes: the shards of 100,000 beads with room to spare. */
const TREE_CACHE_BYTES = 16 * 1_048_576;

/** Looks for one object, at most, while others repack. */
const MAX_LOOKS = 20;

/** A pack that is being streamed grows again and again: one that did not for so long was left behind. */
const STALE_BULK_MS = 3_600_000;

/** Content of the file that protects the pack of a commit in flight. */
export const KEEP_MARK = "gastown: a commit is being made\n";

/** What `writePack` needs beside the pack. */
export interface PackWriteOptions {
  /** Protects the pack from a concurrent `git gc --prune=now` until `release` is called. */
  readonly keep?: boolean;
}

/** A pack on disk. */
export interface WrittenPack {
  readonly name: string;
  /** Lifts the protection of `keep`, once a ref holds the objects. Never throws. */
  release(): Promise<void>;
}

/** Reads and writes the objects of one repository. */
export class ObjectStore {
  readonly #fs: StoreFs;
  readonly #codec: GitCodec;
  readonly #random: () => number;
  readonly #folder: string;
  #folders: readonly string[] | undefined;
  /** Counts the packs that were gone when they were asked for. */
  #vanished = 0;
  readonly #packs = new Map<string, PackFile | null>();
  readonly #trees = new LruMap<string, Uint8Array>(TREE_CACHE_BYTES, tree => tree.length + 120);

  constructor(fs: StoreFs, codec: GitCodec, commonDir: string, random: () => number) {
    this.#fs = fs;
    this.#codec = codec;
    this.#random = random;
    this.#folder = `${commonDir}/objects`;
  }

  /** Folder of the packs that we write. */
  get packFolder(): string {
    return `${this.#folder}/pack`;
  }

  /**
   * The object, undefined when the repository has none with this id. It may move from pack to pack while we look: only
   * a look at packs that all stayed where they were proves that it is not there.
   * @throws {AppError} corrupt, storage_io
   */
  async find(oid: string): Promise<GitObject | undefined> {
    const known = (await this.#inPacks(oid)) ?? (await this.#loose(oid));
    if (known !== undefined) return known;
    for (let attempt = 0; attempt < MAX_LOOKS; attempt++) {
      const vanished = this.#vanished;
      const changed = await this.#scan();
      const object = (await this.#inPacks(oid)) ?? (await this.#loose(oid));
      if (object !== undefined) return object;
      if (!changed && vanished === this.#vanished) return undefined;
    }
    return undefined;
  }

  /** @throws {AppError} corrupt when the object is missing, or is of another type */
  async read(oid: string, type: ObjectType): Promise<Uint8Array> {
    const object = await this.find(oid);
    if (object?.type === type) return object.data;
    const found = object === undefined ? "is missing" : `is a ${object.type}`;
    throw new AppError("corrupt", `The ${type} ${oid} ${found} in ${this.#folder}.`, {
      hint: "Run `git fsck`; a fetch from the remote may bring missing objects back.",
      data: { oid },
    });
  }

  /** Ids that begin with these hex digits (four at least), at most ten. */
  async startingWith(prefix: string): Promise<string[]> {
    const found = new Set<string>();
    for (const pack of await this.packs())
      for (const oid of await pack.index.startingWith(prefix, 10)) found.add(oid);
    for (const folder of this.#folders ?? []) {
      for (const name of await this.#fs.list(`${folder}/${prefix.slice(0, 2)}`)) {
        if (name.startsWith(prefix.slice(2)) && name.length === 38) found.add(prefix.slice(0, 2) + name);
      }
    }
    return [...found].slice(0, 10);
  }

  /** Bytes of a tree, from memory when it was used lately. @throws {AppError} corrupt */
  async readTreeBytes(oid: string): Promise<Uint8Array> {
    const known = this.#trees.get(oid);
    if (known !== undefined) return known;
    const data = await this.read(oid, "tree");
    this.#trees.set(oid, data);
    return data;
  }

  /** Entries of a tree. @throws {AppError} corrupt */
  async readTree(oid: string): Promise<TreeEntry[]> {
    return parseTree(await this.readTreeBytes(oid));
  }

  /** Remembers a tree that is being written. */
  rememberTree(oid: string, data: Uint8Array): void {
    this.#trees.set(oid, data);
  }

  /**
   * Writes a pack durably: both files synced under temporary names, renamed, and the folder synced.
   * A pack with the same name holds the same objects, and is left.
   * @throws {AppError} storage_full, storage_io: nothing but temporary files, which `git gc` removes, may stay
   */
  async writePack(built: BuiltPack, options: PackWriteOptions = {}): Promise<WrittenPack> {
    const name = `pack-${built.name}`;
    const base = `${this.packFolder}/${name}`;
    await this.#fs.makeDir(this.packFolder);
    for (let attempt = 0; ; attempt++) {
      // Git's own names for such files: `git gc` removes old ones, and nobody takes them for packs.
      const nonce = Math.floor(this.#random() * 2 ** 48).toString(36);
      const temporary = {
        pack: `${this.packFolder}/tmp_pack_${nonce}`,
        index: `${this.packFolder}/tmp_idx_${nonce}`,
      };
      try {
        await this.#place(temporary, base, built, options.keep ?? false);
        break;
      } catch (error) {
        await Promise.allSettled([
          this.#fs.remove(temporary.pack),
          this.#fs.remove(temporary.index),
          this.#fs.remove(`${base}.keep`),
        ]);
        // A concurrent `git prune` may have removed our temporary file as stale; then it is written again.
        if (!(error instanceof AppError && error.code === "not_found") || attempt >= 5) throw error;
      }
    }
    const opened = await PackFile.open(this.#fs, this.#codec, this.packFolder, name);
    if (opened !== undefined) this.#packs.set(`${this.packFolder}/${name}`, opened);
    return {
      name,
      release: async () => {
        if (options.keep) await persist(() => this.#fs.remove(`${base}.keep`));
      },
    };
  }

  /**
   * Takes in a pack that was streamed to a temporary file; its content is on disk already.
   * @throws {AppError} storage_full, storage_io
   */
  async adoptPack(streamed: StreamedPack): Promise<WrittenPack> {
    const fs = this.#fs;
    const name = `pack-${streamed.name}`;
    const base = `${this.packFolder}/${name}`;
    await fs.create(`${streamed.path}_idx`, streamed.index, { sync: true, mode: 0o444 });
    await fs.create(`${base}.keep`, utf8(KEEP_MARK), { mode: 0o644 });
    await fs.create(`${base}.rev`, streamed.reverse, { mode: 0o444 });
    await fs.rename(streamed.path, `${base}.pack`);
    await fs.rename(`${streamed.path}_idx`, `${base}.idx`);
    await fs.syncDir(this.packFolder);
    this.#packs.set(base, null);
    return { name, release: () => persist(() => fs.remove(`${base}.keep`)) };
  }

  /** A pack of many objects, to be adopted when it is finished. @param now epoch milliseconds */
  async streamPack(now: number): Promise<PackStream> {
    await this.#fs.makeDir(this.packFolder);
    // What a killed process left is as large as its import; git would remove it in two weeks.
    for (const name of await this.#fs.list(this.packFolder)) {
      if (!name.startsWith("tmp_bulk_")) continue;
      const info = await this.#fs.info(`${this.packFolder}/${name}`);
      if (info !== undefined && now - info.mtimeMs > STALE_BULK_MS)
        await this.#fs.remove(`${this.packFolder}/${name}`);
    }
    const nonce = Math.floor(this.#random() * 2 ** 48).toString(36);
    return new PackStream(this.#fs, this.#codec, `${this.packFolder}/tmp_bulk_${nonce}`);
  }

  /** Forgets which packs and alternates there are, after a fetch or a repack by others. */
  forgetPacks(): void {
    this.#packs.clear();
    this.#folders = undefined;
  }

  /** Removes packs whose objects are in other packs now. Readers that have one open look for the others. */
  async removePacks(names: readonly string[]): Promise<void> {
    for (const name of names) {
      // The index goes first: whoever finds it must find the pack.
      for (const suffix of [".idx", ".rev", ".pack"])
        await this.#fs.remove(`${this.packFolder}/${name}${suffix}`);
      this.#packs.delete(`${this.packFolder}/${name}`);
    }
  }

  /** Packs that are there now, over all object folders, newest knowledge. */
  async packs(): Promise<readonly PackFile[]> {
    await this.#scan();
    const opened: PackFile[] = [];
    for (const path of this.#packs.keys()) {
      const pack = await this.#open(path);
      if (pack !== undefined) opened.push(pack);
    }
    return opened;
  }

  async #place(
    temporary: { readonly pack: string; readonly index: string },
    base: string,
    built: BuiltPack,
    keep: boolean,
  ): Promise<void> {
    const fs = this.#fs;
    await Promise.all([
      fs.create(temporary.pack, built.pack, { sync: true, mode: 0o444 }),
      fs.create(temporary.index, built.index, { sync: true, mode: 0o444 }),
      keep ? fs.create(`${base}.keep`, utf8(KEEP_MARK), { mode: 0o644 }) : undefined,
    ]);
    await fs.rename(temporary.pack, `${base}.pack`);
    await fs.rename(temporary.index, `${base}.idx`);
    await fs.syncDir(this.packFolder);
  }

  async #inPacks(oid: string): Promise<GitObject | undefined> {
    if (this.#folders === undefined) await this.#scan();
    for (const path of [...this.#packs.keys()].reverse()) {
      const pack = this.#packs.get(path) ?? (await this.#open(path));
      const found = pack?.find(oid);
      const offset = found instanceof Promise ? await found : found;
      if (pack === undefined || offset === undefined) continue;
      const object = await pack.readAt(offset, base => this.find(base));
      if (object !== undefined) return object;
      this.#vanished++;
    }
    return undefined;
  }

  async #open(path: string): Promise<PackFile | undefined> {
    const known = this.#packs.get(path);
    if (known !== null) return known;
    const slash = path.lastIndexOf("/");
    const pack = await PackFile.open(this.#fs, this.#codec, path.slice(0, slash), path.slice(slash + 1));
    if (pack === undefined) {
      this.#vanished++;
      this.#packs.delete(path);
    } else {
      this.#packs.set(path, pack);
    }
    return pack;
  }

  /** Looks which packs there are. True when there are others than before. */
  async #scan(): Promise<boolean> {
    this.#folders ??= await this.#objectFolders();
    const found = new Set<string>();
    for (const folder of this.#folders) {
      for (const name of await this.#fs.list(`${folder}/pack`)) {
        if (name.startsWith("pack-") && name.endsWith(".idx"))
          found.add(`${folder}/pack/${name.slice(0, -4)}`);
      }
    }
    let changed = false;
    for (const path of this.#packs.keys()) if (!found.has(path)) changed = this.#packs.delete(path);
    for (const path of found) {
      if (this.#packs.has(path)) continue;
      this.#packs.set(path, null);
      changed = true;
    }
    return changed;
  }

  async #objectFolders(): Promise<readonly string[]> {
    const folders = [this.#folder];
    for (const folder of folders) {
      const file = await this.#fs.read(`${folder}/info/alternates`);
      if (file === undefined) continue;
      for (const line of fromUtf8(file).split("\n")) {
        const path = line.trim();
        if (path === "" || path.startsWith("#")) continue;
        const full = joinPath(folder, path);
        if (!folders.includes(full)) folders.push(full);
      }
    }
    return folders;
  }

  async #loose(oid: string): Promise<GitObject | undefined> {
    for (const folder of this.#folders ?? [this.#folder]) {
      const bytes = await this.#fs.read(`${folder}/${oid.slice(0, 2)}/${oid.slice(2)}`);
      if (bytes !== undefined) return parseLoose(this.#codec, bytes, oid);
    }
    return undefined;
  }
}
