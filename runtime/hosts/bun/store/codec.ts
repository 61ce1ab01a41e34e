/**
 * Hashing and compression by native code. Small data goes through Bun's own functions: loading `node:zlib`, with the
 * streams that it brings, takes longer than all else that a single change of a bead does.
 */
import type { GitCodec } from "../../../../store/branch/ports.ts";

/** Level 1: objects are repacked by git later, and a commit should be quick. */
const LEVEL = 1;
/** Compressed data up to here is inflated without a limit: it can become a thousand times as large, and no more. */
const SMALL_BYTES = 16_384;
/** Window of 32 KiB, quickest level. */
const ZLIB_HEADER = [0x78, 0x01] as const;

/** The native codec. */
export const nativeCodec: GitCodec = {
  sha1(...parts) {
    const hash = new Bun.CryptoHasher("sha1");
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  sha1Hasher() {
    const hash = new Bun.CryptoHasher("sha1");
    return { update: part => void hash.update(part), digest: () => new Uint8Array(hash.digest()) };
  },
  deflate(data) {
    const raw = Bun.deflateSync(owned(data), { level: LEVEL });
    const stream = new Uint8Array(raw.length + 6);
    stream.set(ZLIB_HEADER);
    stream.set(raw, 2);
    new DataView(stream.buffer).setUint32(raw.length + 2, Bun.hash.adler32(data));
    return stream;
  },
  inflate(data, maxBytes) {
    if (data.length > SMALL_BYTES) {
      return process
        .getBuiltinModule("node:zlib")
        .inflateSync(data, { maxOutputLength: Math.max(1, maxBytes) });
    }
    const result = Bun.inflateSync(owned(data), { windowBits: 15 });
    if (result.length > maxBytes) throw new RangeError(`the data is larger than ${maxBytes} bytes`);
    return result;
  },
  crc32: data => Bun.hash.crc32(data),
};

/** The same bytes for functions that do not take shared memory. */
function owned(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = data;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
