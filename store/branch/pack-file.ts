/** Reads objects out of one pack, with whole and delta entries. */
import { AppError } from "../schema/errors.ts";
import { toHex } from "./bytes.ts";
import { applyDelta } from "./delta.ts";
import { type GitObject, MAX_OBJECT_BYTES, type ObjectType, objectTooLarge } from "./objects.ts";
import { PackIndex } from "./pack-index.ts";
import type { GitCodec, StoreFs } from "./ports.ts";

const TYPES: readonly (ObjectType | undefined)[] = [undefined, "commit", "tree", "blob", "tag"];
/** Read at once; holds nearly every object of a bead store whole. */
const READ_BYTES = 4096;
/** Decoded delta bases kept per pack; reading in pack order finds them here. */
const BASES_KEPT = 256;

/** An opened pack. Its files may be deleted at any time by a repack: every answer may be `undefined` then. */
export class PackFile {
  readonly name: string;
  readonly index: PackIndex;
  readonly #fs: StoreFs;
  readonly #codec: GitCodec;
  readonly #path: string;
  readonly #bases = new Map<number, GitObject>();

  private constructor(fs: StoreFs, codec: GitCodec, path: string, name: string, index: PackIndex) {
    this.#fs = fs;
    this.#codec = codec;
    this.#path = path;
    this.name = name;
    this.index = index;
  }

  /** Opens `<folder>/<name>.idx`; undefined when it is gone. @throws {AppError} corrupt */
  static async open(
    fs: StoreFs,
    codec: GitCodec,
    folder: string,
    name: string,
  ): Promise<PackFile | undefined> {
    const index = await PackIndex.open(fs, `${folder}/${name}.idx`);
    return index === undefined ? undefined : new PackFile(fs, codec, `${folder}/${name}.pack`, name, index);
  }

  /** Where the object lies; undefined when it is not here. */
  find(oid: string): number | undefined | Promise<number | undefined> {
    return this.index.find(oid);
  }

  /** The object at an offset of the pack; `lookUp` finds bases that are named by id. @throws {AppError} corrupt */
  async readAt(
    offset: number,
    lookUp: (oid: string) => Promise<GitObject | undefined>,
  ): Promise<GitObject | undefined> {
    const known = this.#bases.get(offset);
    if (known !== undefined) return known;
    let bytes = await this.#fs.readRange(this.#path, offset, READ_BYTES);
    if (bytes === undefined) return undefined;
    const header = readEntryHeader(bytes, offset);
    if (header.size > MAX_OBJECT_BYTES) throw objectTooLarge(header.size);
    const bound = compressedBound(header.size);
    if (header.length + bound > bytes.length && bytes.length === READ_BYTES) {
      bytes = await this.#fs.readRange(this.#path, offset, header.length + bound);
      if (bytes === undefined) return undefined;
    }
    const data = await this.#inflate(bytes.subarray(header.length), header.size, offset);
    const type = objectTypeOf(header.type);
    if (type !== undefined) return this.#keep(offset, { type, data });
    const base =
      header.baseOid === undefined
        ? await this.readAt(header.baseOffset ?? 0, lookUp)
        : await lookUp(header.baseOid);
    if (base === undefined) return undefined;
    return this.#keep(offset, { type: base.type, data: applyDelta(base.data, data) });
  }

  #keep(offset: number, object: GitObject): GitObject {
    if (object.data.length > 65_536) return object;
    if (this.#bases.size >= BASES_KEPT) {
      const oldest = this.#bases.keys().next();
      if (!oldest.done) this.#bases.delete(oldest.value);
    }
    this.#bases.set(offset, object);
    return object;
  }

  async #inflate(compressed: Uint8Array, size: number, offset: number): Promise<Uint8Array> {
    try {
      const result = this.#codec.inflate(compressed, size);
      const data = result instanceof Promise ? await result : result;
      if (data.length === size) return data;
    } catch (cause) {
      throw this.#damaged(offset, cause);
    }
    throw this.#damaged(offset);
  }

  #damaged(offset: number, cause?: unknown): AppError {
    return new AppError("corrupt", `${this.#path} is damaged at offset ${offset}.`, {
      hint: "Run `git fsck` in the repository.",
      cause,
    });
  }
}

/** The head of an entry. */
export interface EntryHeader {
  /** As in the pack; see `objectTypeOf`. */
  readonly type: number;
  /** Bytes of the object, or of its delta. */
  readonly size: number;
  /** Bytes of the head itself. */
  readonly length: number;
  /** Where the base of a delta begins, for those that name it so. */
  readonly baseOffset: number | undefined;
  readonly baseOid: string | undefined;
}

/** Type of an entry's object; undefined for a delta, whose base has it. */
export function objectTypeOf(type: number): ObjectType | undefined {
  return TYPES[type];
}

/** Reads the head at the start of `bytes`, which begin at `offset` of the pack. */
export function readEntryHeader(bytes: Uint8Array, offset: number): EntryHeader {
  let at = 0;
  let byte = bytes[at++] ?? 0;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  let scale = 16;
  while (byte & 0x80) {
    byte = bytes[at++] ?? 0;
    size += (byte & 0x7f) * scale;
    scale *= 128;
  }
  if (type === 7)
    return { type, size, length: at + 20, baseOffset: undefined, baseOid: toHex(bytes, at, at + 20) };
  if (type !== 6) return { type, size, length: at, baseOffset: undefined, baseOid: undefined };
  byte = bytes[at++] ?? 0;
  let distance = byte & 0x7f;
  while (byte & 0x80) {
    byte = bytes[at++] ?? 0;
    distance = (distance + 1) * 128 + (byte & 0x7f);
  }
  return { type, size, length: at, baseOffset: offset - distance, baseOid: undefined };
}

/** The most bytes that zlib makes of `size` bytes, with room for any encoder's block headers. */
function compressedBound(size: number): number {
  return size + Math.ceil(size / 1000) + 64;
}
