/**
 * A pack of more objects than memory should hold: each is compressed into a file as it comes, and what is kept of it is
 * where it lies. Nothing can be read from the repository before the pack was adopted by its object store.
 */
import { AppError } from "../schema/errors.ts";
import { concat, toHex } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { MAX_OBJECT_BYTES, type ObjectType, objectId } from "./objects.ts";
import { buildIndex, buildReverseIndex, entryHeader, type PackEntry, packHeader } from "./pack-build.ts";
import type { GitCodec, Sha1Hasher, StoreFs } from "./ports.ts";

/** Compressed bytes that are written at once. */
const PIECE_BYTES = 1_048_576;

/** A finished pack under a temporary name. */
export interface StreamedPack {
  readonly path: string;
  /** As of `BuiltPack`. */
  readonly name: string;
  readonly index: Uint8Array;
  /** The reverse index: it marks the pack as one that is left as it is when small ones are rolled up. */
  readonly reverse: Uint8Array;
}

/** See the file comment. */
export class PackStream {
  readonly #fs: StoreFs;
  readonly #codec: GitCodec;
  readonly #body: string;
  readonly #pack: string;
  readonly #entries = new Map<string, PackEntry & { readonly length: number }>();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #end = 12;

  /** @param base path of the temporary files, without their suffixes; git removes stale ones that begin with `tmp_` */
  constructor(fs: StoreFs, codec: GitCodec, base: string) {
    this.#fs = fs;
    this.#codec = codec;
    this.#body = `${base}_body`;
    this.#pack = `${base}_pack`;
  }

  /** Adds an object and answers its id. @throws {AppError} storage_full, storage_io */
  async add(type: ObjectType, data: Uint8Array): Promise<string> {
    const oid = objectId(this.#codec, type, data);
    if (this.#entries.has(oid)) return oid;
    const entry = concat([entryHeader(type, data.length), await this.#codec.deflate(data)]);
    const crc = this.#codec.crc32?.(entry) ?? crc32(entry);
    this.#entries.set(oid, { oid, offset: this.#end, crc, length: entry.length });
    this.#end += entry.length;
    this.#pending.push(entry);
    this.#pendingBytes += entry.length;
    if (this.#pendingBytes >= PIECE_BYTES) await this.#flush();
    return oid;
  }

  /** Content of an object that was added. @throws {AppError} internal when it was not */
  async read(oid: string): Promise<Uint8Array> {
    await this.#flush();
    const place = this.#entries.get(oid);
    const entry =
      place === undefined ? undefined : await this.#fs.readRange(this.#body, place.offset - 12, place.length);
    if (entry === undefined)
      throw new AppError("internal", `${oid} is not in the pack that is being written.`);
    const header = entry.findIndex(byte => byte < 0x80) + 1;
    return this.#codec.inflate(entry.subarray(header), MAX_OBJECT_BYTES);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Writes the pack, durably, under a temporary name. @throws {AppError} storage_full, storage_io */
  async finish(): Promise<StreamedPack> {
    await this.#flush();
    const hash = this.#codec.sha1Hasher?.() ?? collectingHasher(this.#codec);
    const append = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes);
      await this.#fs.append(this.#pack, bytes);
    };
    // The header says how many objects follow, which is known only now.
    await append(packHeader(this.#entries.size));
    for (let at = 0; at < this.#end - 12; at += PIECE_BYTES) {
      const piece = await this.#fs.readRange(this.#body, at, Math.min(PIECE_BYTES, this.#end - 12 - at));
      await append(piece ?? new Uint8Array());
    }
    const checksum = hash.digest();
    await this.#fs.append(this.#pack, checksum);
    await this.#fs.sync?.(this.#pack);
    await this.#fs.remove(this.#body);
    const entries = [...this.#entries.values()];
    return {
      path: this.#pack,
      name: toHex(checksum),
      index: buildIndex(this.#codec, entries, checksum),
      reverse: buildReverseIndex(this.#codec, entries, checksum),
    };
  }

  /** Removes the temporary files that are left. */
  async drop(): Promise<void> {
    await this.#fs.remove(this.#body);
    await this.#fs.remove(this.#pack);
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const bytes = concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#fs.append(this.#body, bytes);
  }
}

/** For codecs that hash only what they are given at once. */
function collectingHasher(codec: GitCodec): Sha1Hasher {
  const parts: Uint8Array[] = [];
  return { update: part => void parts.push(part), digest: () => codec.sha1(...parts) };
}
