/** Packs of whole objects with their version 2 index, made in memory: what one commit adds to the repository. */
import { concat, toHex, utf8 } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { EntryTable } from "./entry-table.ts";
import { type ObjectType, objectId } from "./objects.ts";
import type { GitCodec } from "./ports.ts";

const TYPE_BITS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
/** A delta that names its base by the distance to it. */
const OFS_DELTA = 6;

/** A pack and its index, ready to be written. */
export interface BuiltPack {
  /** 40 hex digits: the checksum of the pack, by which its files are named. */
  readonly name: string;
  readonly pack: Uint8Array;
  readonly index: Uint8Array;
  readonly count: number;
}

/** Where an object lies in a pack, for its index. */
export interface PackEntry {
  readonly oid: string;
  readonly offset: number;
  readonly crc: number;
}

/** Collects objects and makes one pack of them. Adding an object twice keeps one. */
export class PackBuilder {
  readonly #codec: GitCodec;
  readonly #objects = new Map<string, { readonly type: ObjectType; readonly data: Uint8Array }>();

  constructor(codec: GitCodec) {
    this.#codec = codec;
  }

  /** Adds an object and answers its id. */
  add(type: ObjectType, data: Uint8Array): string {
    const oid = objectId(this.#codec, type, data);
    this.addKnown(oid, type, data);
    return oid;
  }

  /** Adds an object whose id is known already. */
  addKnown(oid: string, type: ObjectType, data: Uint8Array): void {
    if (!this.#objects.has(oid)) this.#objects.set(oid, { type, data });
  }

  /** An object that was added. */
  get(oid: string): { readonly type: ObjectType; readonly data: Uint8Array } | undefined {
    return this.#objects.get(oid);
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Compresses everything into a pack with its index. */
  async build(): Promise<BuiltPack> {
    const parts: Uint8Array[] = [packHeader(this.#objects.size)];
    const entries: PackEntry[] = [];
    let offset = 12;
    for (const [oid, { type, data }] of this.#objects) {
      const deflated = this.#codec.deflate(data);
      const body = deflated instanceof Promise ? await deflated : deflated;
      const entry = concat([entryHeader(type, data.length), body]);
      entries.push({ oid, offset, crc: this.#codec.crc32?.(entry) ?? crc32(entry) });
      parts.push(entry);
      offset += entry.length;
    }
    return sealPack(this.#codec, parts, entries);
  }
}

/** Closes a pack (header and entries in `parts`) with its checksum, and makes its index. */
export function sealPack(
  codec: GitCodec,
  parts: readonly Uint8Array[],
  entries: readonly PackEntry[],
): BuiltPack {
  const body = concat(parts);
  const checksum = codec.sha1(body);
  return {
    name: toHex(checksum),
    pack: concat([body, checksum]),
    index: buildIndex(codec, tableOf(entries), checksum),
    count: entries.length,
  };
}

function tableOf(entries: readonly PackEntry[]): EntryTable {
  const table = new EntryTable();
  for (const { oid, offset, crc } of entries) table.add(oid, offset, crc);
  return table;
}

/** The first 12 bytes of a pack. */
export function packHeader(count: number): Uint8Array {
  const header = new Uint8Array(12);
  header.set(utf8("PACK"), 0);
  const view = new DataView(header.buffer);
  view.setUint32(4, 2);
  view.setUint32(8, count);
  return header;
}

/** Header of a whole object of this length. */
export function entryHeader(type: ObjectType, length: number): Uint8Array {
  return Uint8Array.from(sizedHeader(TYPE_BITS[type], length));
}

/** Header of a delta, `length` bytes long when inflated, whose base begins `distance` bytes before it. */
export function deltaHeader(length: number, distance: number): Uint8Array {
  const back = [distance & 0x7f];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest--;
    back.unshift(0x80 | (rest & 0x7f));
  }
  return Uint8Array.from([...sizedHeader(OFS_DELTA, length), ...back]);
}

function sizedHeader(type: number, length: number): number[] {
  const bytes: number[] = [];
  let byte = (type << 4) | (length & 15);
  let rest = Math.floor(length / 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
  return bytes;
}

/** The reverse index of a pack, version 1: its objects in order of offset, each as its place in the index. */
export function buildReverseIndex(codec: GitCodec, entries: EntryTable, checksum: Uint8Array): Uint8Array {
  const { count } = entries;
  const bytes = new Uint8Array(12 + count * 4 + 40);
  const view = new DataView(bytes.buffer);
  bytes.set(utf8("RIDX"), 0);
  view.setUint32(4, 1);
  view.setUint32(8, 1); // SHA-1
  // Numbers are in order of offset already.
  for (const [place, number] of entries.sorted().entries()) view.setUint32(12 + number * 4, place);
  const end = 12 + count * 4;
  bytes.set(checksum, end);
  bytes.set(codec.sha1(bytes.subarray(0, end + 20)), end + 20);
  return bytes;
}

/** The version 2 index of a pack. */
export function buildIndex(codec: GitCodec, entries: EntryTable, checksum: Uint8Array): Uint8Array {
  const { count } = entries;
  const sorted = entries.sorted();
  let far = 0;
  for (let number = 0; number < count; number++) if (entries.offset(number) > 0x7fffffff) far++;
  const bytes = new Uint8Array(8 + 1024 + count * 28 + far * 8 + 40);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xff744f63);
  view.setUint32(4, 2);
  const oids = 1032;
  const crcs = oids + count * 20;
  const offsets = crcs + count * 4;
  let large = offsets + count * 4;
  let larges = 0;
  for (const [place, number] of sorted.entries()) {
    const offset = entries.offset(number);
    bytes.set(entries.oidBytes(number), oids + place * 20);
    view.setUint32(crcs + place * 4, entries.crc(number));
    if (offset <= 0x7fffffff) {
      view.setUint32(offsets + place * 4, offset);
      continue;
    }
    view.setUint32(offsets + place * 4, 0x80000000 + larges++);
    view.setBigUint64(large, BigInt(offset));
    large += 8;
  }
  let next = 0;
  for (let byte = 0; byte < 256; byte++) {
    while (next < count && (bytes[oids + next * 20] ?? 0) <= byte) next++;
    view.setUint32(8 + byte * 4, next);
  }
  bytes.set(checksum, large);
  bytes.set(codec.sha1(bytes.subarray(0, large + 20)), large + 20);
  return bytes;
}
