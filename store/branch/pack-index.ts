/** Reads version 2 pack indexes: small ones whole, large ones by the one bucket that is asked for. */
import { AppError } from "../schema/errors.ts";
import { fromHex, toHex } from "./bytes.ts";
import type { StoreFs } from "./ports.ts";

/** Indexes up to this many bytes are kept in memory whole. */
const WHOLE_INDEX_BYTES = 1_048_576;
/** After this many lookups in its file, a larger index is loaded, too, unless it is larger than the second limit. */
const LOOKUPS_IN_FILE = 64;
const MAX_LOADED_BYTES = 32 * 1_048_576;
const OIDS_AT = 8 + 1024;

/** An opened pack index. */
export class PackIndex {
  readonly #fs: StoreFs;
  readonly #path: string;
  #whole: Uint8Array | undefined;
  #lookups = 0;
  readonly #fanout: DataView;
  readonly count: number;

  private constructor(fs: StoreFs, path: string, head: Uint8Array, whole: Uint8Array | undefined) {
    this.#fs = fs;
    this.#path = path;
    this.#whole = whole;
    this.#fanout = new DataView(head.buffer, head.byteOffset + 8, 1024);
    this.count = this.#fanout.getUint32(255 * 4);
  }

  /** Undefined when the file is gone. @throws {AppError} corrupt, not_supported (version 1) */
  static async open(fs: StoreFs, path: string): Promise<PackIndex | undefined> {
    const head = await fs.readRange(path, 0, WHOLE_INDEX_BYTES);
    if (head === undefined) return undefined;
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (head.length < OIDS_AT || view.getUint32(0) !== 0xff744f63 || view.getUint32(4) !== 2) {
      throw new AppError("corrupt", `${path} is not a pack index of version 2.`, {
        hint: "Run `git index-pack` on its pack, or `git repack -a -d`.",
      });
    }
    const whole = head.length < WHOLE_INDEX_BYTES ? head : undefined;
    return new PackIndex(fs, path, whole ?? head.slice(0, OIDS_AT), whole);
  }

  /**
   * Offset of the object in the pack; undefined when it is not in it, or the file is gone. Answers at once when the index
   * is in memory: a lookup asks many packs, and most of them do not have the object.
   */
  find(oid: string): number | undefined | Promise<number | undefined> {
    const wanted = fromHex(oid);
    const first = wanted[0] ?? 0;
    const low = first === 0 ? 0 : this.#fanout.getUint32((first - 1) * 4);
    const high = this.#fanout.getUint32(first * 4);
    if (low >= high) return undefined;
    if (this.#whole === undefined) return this.#findInFile(wanted, low, high);
    const at = search(this.#whole, OIDS_AT + low * 20, high - low, wanted);
    if (at < 0) return undefined;
    const view = new DataView(this.#whole.buffer, this.#whole.byteOffset, this.#whole.byteLength);
    const offsets = OIDS_AT + this.count * 24;
    const offset = view.getUint32(offsets + (low + at) * 4);
    if (offset < 0x80000000) return offset;
    return Number(view.getBigUint64(offsets + this.count * 4 + (offset - 0x80000000) * 8));
  }

  async #findInFile(wanted: Uint8Array, low: number, high: number): Promise<number | undefined> {
    if (++this.#lookups === LOOKUPS_IN_FILE && this.count * 28 <= MAX_LOADED_BYTES) {
      this.#whole = await this.#fs.read(this.#path);
    }
    const bucket = await this.#fs.readRange(this.#path, OIDS_AT + low * 20, (high - low) * 20);
    if (bucket === undefined) return undefined;
    const at = search(bucket, 0, high - low, wanted);
    return at < 0 ? undefined : this.#offset(low + at);
  }

  /** Ids in the pack that begin with these hex digits (two at least), at most `limit`. */
  async startingWith(prefix: string, limit: number): Promise<string[]> {
    const first = Number.parseInt(prefix.slice(0, 2), 16);
    const low = first === 0 ? 0 : this.#fanout.getUint32((first - 1) * 4);
    const high = this.#fanout.getUint32(first * 4);
    const start = OIDS_AT + low * 20;
    const bucket =
      this.#whole?.subarray(start, OIDS_AT + high * 20) ??
      (await this.#fs.readRange(this.#path, start, (high - low) * 20)) ??
      new Uint8Array();
    const found: string[] = [];
    for (let at = 0; at + 20 <= bucket.length && found.length < limit; at += 20) {
      const oid = toHex(bucket, at, at + 20);
      if (oid.startsWith(prefix)) found.push(oid);
    }
    return found;
  }

  /** All objects with their offsets, in order of ids. Undefined when the file is gone. */
  async entries(): Promise<
    { readonly oid: string; readonly offset: number; readonly crc: number }[] | undefined
  > {
    const bytes = this.#whole ?? (await this.#fs.read(this.#path));
    if (bytes === undefined) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const crcs = OIDS_AT + this.count * 20;
    const offsets = crcs + this.count * 4;
    const large = offsets + this.count * 4;
    return Array.from({ length: this.count }, (_, i) => {
      const offset = view.getUint32(offsets + i * 4);
      return {
        oid: toHex(bytes, OIDS_AT + i * 20, OIDS_AT + i * 20 + 20),
        crc: view.getUint32(crcs + i * 4),
        offset: offset < 0x80000000 ? offset : Number(view.getBigUint64(large + (offset - 0x80000000) * 8)),
      };
    });
  }

  async #offset(position: number): Promise<number | undefined> {
    const offsets = OIDS_AT + this.count * 24;
    const near = await this.#fs.readRange(this.#path, offsets + position * 4, 4);
    if (near === undefined || near.length < 4) return undefined;
    const offset = new DataView(near.buffer, near.byteOffset).getUint32(0);
    if (offset < 0x80000000) return offset;
    const far = await this.#fs.readRange(this.#path, offsets + this.count * 4 + (offset - 0x80000000) * 8, 8);
    if (far === undefined || far.length < 8) return undefined;
    return Number(new DataView(far.buffer, far.byteOffset).getBigUint64(0));
  }
}

function search(bytes: Uint8Array, start: number, count: number, oid: Uint8Array): number {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareAt(bytes, start + middle * 20, oid);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function compareAt(bucket: Uint8Array, at: number, oid: Uint8Array): number {
  for (let i = 0; i < 20; i++) {
    const difference = (bucket[at + i] ?? 0) - (oid[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
