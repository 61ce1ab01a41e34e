/**
 * Inflate in plain TypeScript, for hosts whose only decompressor fails on bytes behind the end of a stream:
 * packs do not say where an entry ends.
 */

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MAX_BITS = 15;

/**
 * Decompresses a zlib stream at the start of the bytes; what follows it is ignored.
 * @throws {Error} on damaged data, and when it is more than `maxBytes`
 */
export function inflate(data: Uint8Array, maxBytes: number): Uint8Array {
  if (data.length < 2 || ((data[0] ?? 0) & 15) !== 8) throw new Error("not a zlib stream");
  const bits = new BitReader(data, 2);
  const out = new Output(maxBytes);
  for (let last = false; !last; ) {
    last = bits.read(1) === 1;
    const type = bits.read(2);
    if (type === 0) copyStored(bits, out);
    else if (type === 1) decodeBlock(bits, out, fixedLengths(), fixedDistances());
    else if (type === 2) decodeDynamic(bits, out);
    else throw new Error("damaged zlib stream");
  }
  const bytes = out.take();
  if (adler32(bytes) !== bits.checksum()) throw new Error("damaged zlib stream: wrong checksum");
  return bytes;
}

interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

class BitReader {
  readonly #data: Uint8Array;
  #at: number;
  #hold = 0;
  #count = 0;

  constructor(data: Uint8Array, at: number) {
    this.#data = data;
    this.#at = at;
  }

  read(count: number): number {
    while (this.#count < count) {
      const byte = this.#data[this.#at++];
      if (byte === undefined) throw new Error("zlib stream ends early");
      this.#hold |= byte << this.#count;
      this.#count += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#count -= count;
    return value;
  }

  decode(table: Huffman): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= this.read(1);
      const count = table.counts[length] ?? 0;
      if (code - count < first) return table.symbols[index + (code - first)] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error("damaged zlib stream: unknown code");
  }

  /** Drops the bits up to the next byte, and answers that many bytes. */
  bytes(count: number): Uint8Array {
    this.#align();
    if (this.#at + count > this.#data.length) throw new Error("zlib stream ends early");
    this.#at += count;
    return this.#data.subarray(this.#at - count, this.#at);
  }

  checksum(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  #align(): void {
    this.#at -= this.#count >> 3;
    this.#hold = 0;
    this.#count = 0;
  }
}

class Output {
  readonly #max: number;
  #bytes = new Uint8Array(4096);
  #length = 0;

  constructor(max: number) {
    this.#max = max;
  }

  push(byte: number): void {
    this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  add(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  repeat(distance: number, length: number): void {
    if (distance > this.#length) throw new Error("damaged zlib stream: distance too far back");
    this.#grow(length);
    for (let i = 0; i < length; i++, this.#length++) {
      this.#bytes[this.#length] = this.#bytes[this.#length - distance] ?? 0;
    }
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(extra: number): void {
    if (this.#length + extra > this.#max) throw new Error("zlib stream is larger than it may be");
    if (this.#length + extra <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function copyStored(bits: BitReader, out: Output): void {
  const [low = 0, high = 0, notLow = 0, notHigh = 0] = bits.bytes(4);
  if ((low ^ notLow) !== 255 || (high ^ notHigh) !== 255)
    throw new Error("damaged zlib stream: stored length");
  out.add(bits.bytes(low | (high << 8)));
}

function decodeBlock(bits: BitReader, out: Output, lengths: Huffman, distances: Huffman): void {
  for (;;) {
    const symbol = bits.decode(lengths);
    if (symbol < 256) {
      out.push(symbol);
      continue;
    }
    if (symbol === 256) return;
    const base = LENGTH_BASE[symbol - 257];
    if (base === undefined) throw new Error("damaged zlib stream: length code");
    const length = base + bits.read(LENGTH_EXTRA[symbol - 257] ?? 0);
    const code = bits.decode(distances);
    const start = DISTANCE_BASE[code];
    if (start === undefined) throw new Error("damaged zlib stream: distance code");
    out.repeat(start + bits.read(code < 4 ? 0 : (code >> 1) - 1), length);
  }
}

function decodeDynamic(bits: BitReader, out: Output): void {
  const lengthCodes = bits.read(5) + 257;
  const distanceCodes = bits.read(5) + 1;
  const codeCodes = bits.read(4) + 4;
  const codeLengths = new Uint8Array(19);
  for (let i = 0; i < codeCodes; i++) codeLengths[CODE_ORDER[i] ?? 0] = bits.read(3);
  const codes = makeTable(codeLengths);
  const all = new Uint8Array(lengthCodes + distanceCodes);
  for (let i = 0; i < all.length; ) {
    const symbol = bits.decode(codes);
    if (symbol < 16) {
      all[i++] = symbol;
      continue;
    }
    const value = symbol === 16 ? (all[i - 1] ?? 0) : 0;
    const times = symbol === 16 ? 3 + bits.read(2) : symbol === 17 ? 3 + bits.read(3) : 11 + bits.read(7);
    if (i + times > all.length) throw new Error("damaged zlib stream: code lengths");
    all.fill(value, i, i + times);
    i += times;
  }
  decodeBlock(bits, out, makeTable(all.subarray(0, lengthCodes)), makeTable(all.subarray(lengthCodes)));
}

function makeTable(lengths: Uint8Array): Huffman {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const offsets = new Uint16Array(MAX_BITS + 2);
  for (let length = 1; length <= MAX_BITS; length++) {
    offsets[length + 1] = (offsets[length] ?? 0) + (counts[length] ?? 0);
  }
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const at = offsets[length] ?? 0;
    symbols[at] = symbol;
    offsets[length] = at + 1;
  }
  return { counts, symbols };
}

function fixedLengths(): Huffman {
  const lengths = new Uint8Array(288).fill(8);
  lengths.fill(9, 144, 256);
  lengths.fill(7, 256, 280);
  return makeTable(lengths);
}

function fixedDistances(): Huffman {
  return makeTable(new Uint8Array(30).fill(5));
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length; ) {
    const end = Math.min(i + 3800, bytes.length);
    for (; i < end; i++) {
      a += bytes[i] ?? 0;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return ((b << 16) | a) >>> 0;
}
