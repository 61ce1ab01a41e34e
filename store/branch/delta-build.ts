/**
 * Makes deltas in git's format. Both sides are cut where bead files and trees change as a whole (lines; names and ids),
 * and pieces that the base has are copied from it: simple, quick, and as small as a general search would find here.
 */
import { concat } from "./bytes.ts";
import type { ObjectType } from "./objects.ts";

/** Git reads copies of up to this many bytes from any version of its format. */
const MAX_COPY = 0x10000;
const MAX_INSERT = 127;
/** A shorter piece costs no more as it is. */
const MIN_COPY = 4;

/** Where pieces of an object end. */
export function piecesOf(type: ObjectType, data: Uint8Array): number[] {
  const ends: number[] = [];
  const mark = type === "tree" ? 0 : 0x0a;
  const tail = type === "tree" ? 20 : 0;
  let at = 0;
  while (at < data.length) {
    const found = data.indexOf(mark, at);
    if (found < 0 || found + 1 + tail > data.length) break;
    ends.push(found + 1);
    if (tail > 0) ends.push(found + 1 + tail);
    at = found + 1 + tail;
  }
  if (at < data.length) ends.push(data.length);
  return ends;
}

/** The delta that makes `target` of `base`; both are of this type. */
export function makeDelta(type: ObjectType, base: Uint8Array, target: Uint8Array): Uint8Array {
  const known = new Map<number, number>();
  let start = 0;
  for (const end of piecesOf(type, base)) {
    known.set(hashOf(base, start, end), start);
    start = end;
  }
  const writer = new DeltaWriter(base.length, target);
  start = 0;
  for (const end of piecesOf(type, target)) {
    const from = end - start < MIN_COPY ? undefined : known.get(hashOf(target, start, end));
    if (from === undefined || !sameBytes(base, from, target, start, end - start)) writer.insert(start, end);
    else writer.copy(from, start, end);
    start = end;
  }
  return writer.finish();
}

/** FNV-1a: which pieces might be the same. */
export function hashOf(bytes: Uint8Array, start: number, end: number, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash >>> 0;
}

function sameBytes(a: Uint8Array, from: number, b: Uint8Array, start: number, length: number): boolean {
  if (from + length > a.length) return false;
  for (let i = 0; i < length; i++) if (a[from + i] !== b[start + i]) return false;
  return true;
}

/** Joins neighbouring pieces into as few operations as there can be. */
class DeltaWriter {
  readonly #target: Uint8Array;
  readonly #parts: Uint8Array[];
  /** The operation under way: target range, and where it is copied from. */
  #from: number | undefined;
  #start = 0;
  #end = 0;

  constructor(baseSize: number, target: Uint8Array) {
    this.#target = target;
    this.#parts = [sizeBytes(baseSize), sizeBytes(target.length)];
  }

  insert(start: number, end: number): void {
    if (this.#from !== undefined || this.#end !== start) this.#begin(undefined, start);
    this.#end = end;
  }

  copy(from: number, start: number, end: number): void {
    if (this.#from === undefined || this.#from + (start - this.#start) !== from) this.#begin(from, start);
    this.#end = end;
  }

  finish(): Uint8Array {
    this.#begin(undefined, this.#end);
    return concat(this.#parts);
  }

  #begin(from: number | undefined, start: number): void {
    const step = this.#from === undefined ? MAX_INSERT : MAX_COPY;
    for (let at = this.#start; at < this.#end; at += step) {
      const end = Math.min(at + step, this.#end);
      if (this.#from !== undefined) this.#parts.push(copyOp(this.#from + at - this.#start, end - at));
      else this.#parts.push(Uint8Array.of(end - at), this.#target.subarray(at, end));
    }
    this.#from = from;
    this.#start = start;
    this.#end = start;
  }
}

function copyOp(offset: number, size: number): Uint8Array {
  const bytes = [0x80];
  let flags = 0x80;
  for (let i = 0; i < 4; i++) {
    const byte = Math.floor(offset / 2 ** (8 * i)) & 0xff;
    if (byte === 0) continue;
    flags |= 1 << i;
    bytes.push(byte);
  }
  // No size means 0x10000, the largest.
  for (let i = 0; i < 2; i++) {
    const byte = (size >> (8 * i)) & 0xff;
    if (byte === 0) continue;
    flags |= 0x10 << i;
    bytes.push(byte);
  }
  bytes[0] = flags;
  return Uint8Array.from(bytes);
}

function sizeBytes(size: number): Uint8Array {
  const bytes: number[] = [];
  let rest = size;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
