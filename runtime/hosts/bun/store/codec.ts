/** Hashing and compression by native code. */
import { deflateSync, inflateSync } from "node:zlib";
import type { GitCodec } from "../../../../store/branch/ports.ts";

/** Level 1: objects are repacked by git later, and a commit should be quick. */
const LEVEL = 1;

/** The native codec. */
export const nativeCodec: GitCodec = {
  sha1(...parts) {
    const hash = new Bun.CryptoHasher("sha1");
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  deflate: data => deflateSync(data, { level: LEVEL }),
  inflate: (data, maxBytes) => inflateSync(data, { maxOutputLength: Math.max(1, maxBytes) }),
  crc32: data => Bun.hash.crc32(data),
};
