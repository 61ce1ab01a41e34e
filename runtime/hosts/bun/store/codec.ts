/** Hashing and compression by native code. */
import type { GitCodec } from "../../../../store/branch/ports.ts";

/** Level 1: objects are repacked by git later, and a commit should be quick. */
const LEVEL = 1;

/** Loaded when the first object is read or written: a read that the index answers needs it not, and it takes 2 ms. */
const zlib = () => process.getBuiltinModule("node:zlib");

/** The native codec. */
export const nativeCodec: GitCodec = {
  sha1(...parts) {
    const hash = new Bun.CryptoHasher("sha1");
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  deflate: data => zlib().deflateSync(data, { level: LEVEL }),
  inflate: (data, maxBytes) => zlib().inflateSync(data, { maxOutputLength: Math.max(1, maxBytes) }),
  crc32: data => Bun.hash.crc32(data),
};
