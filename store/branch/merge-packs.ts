/**
 * Makes one pack of several. Objects that are whole become deltas of the next newer version of the same file or folder,
 * where that is smaller; deltas are carried over with their bases.
 */
import { AppError } from "../schema/errors.ts";
import { concat, toHex } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { makeDelta } from "./delta-build.ts";
import { Lineages } from "./lineage.ts";
import { MAX_OBJECT_BYTES } from "./objects.ts";
import { type BuiltPack, deltaHeader, type PackEntry, packHeader, sealPack } from "./pack-build.ts";
import { type EntryHeader, objectTypeOf, readEntryHeader } from "./pack-file.ts";
import { PackIndex } from "./pack-index.ts";
import type { GitCodec, StoreFs } from "./ports.ts";

/** A chain of deltas is at most this long: each link costs a reader of old versions another look. */
const MAX_DEPTH = 32;
/** A delta must save a fifth, or the object stays whole. */
const WORTH = 0.8;
/** Objects between two breaths, so that others get their turn. */
const OBJECTS_PER_BREATH = 128;

/** What merging packs needs. */
export interface MergeParts {
  readonly fs: StoreFs;
  readonly codec: GitCodec;
  readonly folder: string;
  /** Lets other work go on. */
  readonly breathe: () => Promise<void>;
}

/** A pack that was merged: all its objects are in the new one. */
export interface MergedPacks {
  readonly pack: BuiltPack;
  readonly names: readonly string[];
}

/**
 * @param names packs, the newest first
 * @param options `compress`: make deltas of what is whole
 * @returns undefined when fewer than two of them could be read
 */
export async function mergePacks(
  parts: MergeParts,
  names: readonly string[],
  options: { readonly compress: boolean },
): Promise<MergedPacks | undefined> {
  const sources: Source[] = [];
  for (const name of names) {
    const source = await readSource(parts, name);
    if (source !== undefined) sources.push(source);
  }
  if (sources.length < 2) return undefined;
  const merger = new Merger(parts.codec, options.compress);
  let count = 0;
  for (const source of sources) {
    for (const entry of source.entries) {
      await merger.take(source, entry);
      if (++count % OBJECTS_PER_BREATH === 0) await parts.breathe();
    }
  }
  return { pack: merger.finish(), names: sources.map(source => source.name) };
}

interface SourceEntry extends PackEntry {
  readonly end: number;
  readonly header: EntryHeader;
  /** Links below this object in its pack. */
  height: number;
}

interface Source {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly entries: readonly SourceEntry[];
  readonly byOffset: ReadonlyMap<number, SourceEntry>;
  readonly byOid: ReadonlyMap<string, SourceEntry>;
}

interface Placed {
  readonly offset: number;
  readonly depth: number;
}

class Merger {
  readonly #codec: GitCodec;
  readonly #compress: boolean;
  readonly #lineages = new Lineages();
  readonly #pieces: Uint8Array[] = [];
  readonly #entries: PackEntry[] = [];
  readonly #placed = new Map<string, Placed>();
  #offset = 12;

  constructor(codec: GitCodec, compress: boolean) {
    this.#codec = codec;
    this.#compress = compress;
  }

  /** Takes an object over, after the bases that it needs. */
  async take(source: Source, entry: SourceEntry): Promise<void> {
    const chain = [entry];
    for (let at = baseOf(source, entry); at !== undefined; at = baseOf(source, at)) {
      if (this.#placed.has(at.oid) || chain.length > source.entries.length) break;
      chain.push(at);
    }
    for (const link of chain.reverse()) {
      if (!this.#placed.has(link.oid)) await this.#place(source, link);
    }
  }

  finish(): BuiltPack {
    return sealPack(this.#codec, [packHeader(this.#entries.length), ...this.#pieces], this.#entries);
  }

  async #place(source: Source, entry: SourceEntry): Promise<void> {
    const { bytes } = source;
    const base = baseOf(source, entry);
    const known = base === undefined ? undefined : this.#placed.get(base.oid);
    if (known !== undefined) {
      const header = deltaHeader(entry.header.size, this.#offset - known.offset);
      const body = bytes.subarray(entry.offset + entry.header.length, entry.end);
      this.#add(entry.oid, concat([header, body]), known.depth + 1);
      return;
    }
    const whole = bytes.subarray(entry.offset, entry.end);
    const type = objectTypeOf(entry.header.type);
    if (!this.#compress || (type !== "tree" && type !== "blob")) {
      this.#add(entry.oid, whole, 0);
      return;
    }
    const inflated = this.#codec.inflate(
      bytes.subarray(entry.offset + entry.header.length, entry.end),
      Math.min(entry.header.size, MAX_OBJECT_BYTES),
    );
    const data = inflated instanceof Promise ? await inflated : inflated;
    const line = this.#lineages.follow(type, entry.oid, data);
    const newer = line.base === undefined ? undefined : this.#placed.get(line.base.oid);
    if (line.base !== undefined && newer !== undefined && newer.depth + 1 + entry.height <= MAX_DEPTH) {
      const delta = makeDelta(type, line.base.data, data);
      const deflated = this.#codec.deflate(delta);
      const body = deflated instanceof Promise ? await deflated : deflated;
      const piece = concat([deltaHeader(delta.length, this.#offset - newer.offset), body]);
      if (piece.length < whole.length * WORTH) {
        this.#add(entry.oid, piece, newer.depth + 1);
        line.note();
        return;
      }
    }
    this.#add(entry.oid, whole, 0);
    line.note();
  }

  #add(oid: string, piece: Uint8Array, depth: number): void {
    const crc = this.#codec.crc32?.(piece) ?? crc32(piece);
    this.#entries.push({ oid, offset: this.#offset, crc });
    this.#pieces.push(piece);
    this.#placed.set(oid, { offset: this.#offset, depth });
    this.#offset += piece.length;
  }
}

function baseOf(source: Source, entry: SourceEntry): SourceEntry | undefined {
  const { header } = entry;
  if (header.baseOid !== undefined) return source.byOid.get(header.baseOid);
  return header.baseOffset === undefined ? undefined : source.byOffset.get(header.baseOffset);
}

/** A pack with its entries in order of offset; undefined when it is gone. A damaged one is left alone. */
async function readSource(parts: MergeParts, name: string): Promise<Source | undefined> {
  const base = `${parts.folder}/${name}`;
  try {
    const index = await PackIndex.open(parts.fs, `${base}.idx`);
    const found = await index?.entries();
    const bytes = await parts.fs.read(`${base}.pack`);
    if (found === undefined || bytes === undefined) return undefined;
    const body = bytes.subarray(0, bytes.length - 20);
    if (toHex(parts.codec.sha1(body)) !== toHex(bytes, bytes.length - 20)) return undefined;
    found.sort((a, b) => a.offset - b.offset);
    const entries = found.map((entry, i) => ({
      ...entry,
      end: found[i + 1]?.offset ?? body.length,
      header: readEntryHeader(bytes.subarray(entry.offset, entry.offset + 64), entry.offset),
      height: 0,
    }));
    const source = {
      name,
      bytes,
      entries,
      byOffset: new Map(entries.map(entry => [entry.offset, entry])),
      byOid: new Map(entries.map(entry => [entry.oid, entry])),
    };
    return measure(source) ? source : undefined;
  } catch (error) {
    if (error instanceof AppError && (error.code === "corrupt" || error.code === "not_supported"))
      return undefined;
    throw error;
  }
}

/** Counts the links below each object; false when a base is not in the pack. */
function measure(source: Source): boolean {
  for (const entry of source.entries) {
    if (objectTypeOf(entry.header.type) !== undefined) continue;
    let height = 0;
    for (let at = baseOf(source, entry); ; at = baseOf(source, at)) {
      if (at === undefined || ++height > source.entries.length) return false;
      at.height = Math.max(at.height, height);
      if (objectTypeOf(at.header.type) !== undefined) break;
    }
  }
  return true;
}
