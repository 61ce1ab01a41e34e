/**
 * A pack of more objects than memory should hold: each is compressed into a file as it comes, and what is kept of it is
 * where it lies. Nothing can be read from the repository before the pack was adopted by its object store.
 */
import { AppError } from "../schema/errors.ts";
import { concat, toHex } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { EntryTable } from "./entry-table.ts";
import { MAX_OBJECT_BYTES, type ObjectType, objectId } from "./objects.ts";
import { buildIndex, buildReverseIndex, entryHeader, packHeader } from "./pack-build.ts";
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
  readonly #entries = new EntryTable();
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

  /** Adds an object and answers its number in this pack. @throws {AppError} storage_full, storage_io */
  async add(type: ObjectType, data: Uint8Array): Promise<number> {
    const oid = objectId(this.#codec, type, data);
    const known = this.#entries.find(oid);
    if (known !== undefined) return known;
    const deflated = this.#codec.deflate(data);
    const entry = concat([
      entryHeader(type, data.length),
      deflated instanceof Promise ? await deflated : deflated,
    ]);
    const number = this.#entries.add(oid, this.#end, this.#codec.crc32?.(entry) ?? crc32(entry));
    this.#end += entry.length;
    this.#pending.push(entry);
    this.#pendingBytes += entry.length;
    if (this.#pendingBytes >= PIECE_BYTES) await this.#flush();
    return number;
  }

  /** Id of the object with this number. */
  oid(number: number): string {
    return this.#entries.oid(number);
  }

  /** Content of the object with this number. @throws {AppError} internal when there is none */
  async read(number: number): Promise<Uint8Array> {
    await this.#flush();
    const start = this.#entries.offset(number);
    const end = number + 1 < this.#entries.count ? this.#entries.offset(number + 1) : this.#end;
    const entry =
      number < this.#entries.count
        ? await this.#fs.readRange(this.#body, start - 12, end - start)
        : undefined;
    if (entry === undefined)
      throw new AppError("internal", `Object ${number} is not in the pack that is being written.`);
    const header = entry.findIndex(byte => byte < 0x80) + 1;
    return this.#codec.inflate(entry.subarray(header), MAX_OBJECT_BYTES);
  }

  get size(): number {
    return this.#entries.count;
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
    await append(packHeader(this.#entries.count));
    for (let at = 0; at < this.#end - 12; at += PIECE_BYTES) {
      const piece = await this.#fs.readRange(this.#body, at, Math.min(PIECE_BYTES, this.#end - 12 - at));
      await append(piece ?? new Uint8Array());
    }
    const checksum = hash.digest();
    await this.#fs.append(this.#pack, checksum);
    await this.#fs.sync?.(this.#pack);
    await this.#fs.remove(this.#body);
    return {
      path: this.#pack,
      name: toHex(checksum),
      index: buildIndex(this.#codec, this.#entries, checksum),
      reverse: buildReverseIndex(this.#codec, this.#entries, checksum),
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
