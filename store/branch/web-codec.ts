/** The portable codec: hashing in TypeScript, compression through the streams that every web platform has. */
import { concat } from "./bytes.ts";
import type { GitCodec } from "./ports.ts";
import { sha1 } from "./sha1.ts";

/** Hashing and compression without native code of the host. */
export const webCodec: GitCodec = {
  sha1,
  deflate: data => through(data, new CompressionStream("deflate")),
  inflate: data => through(data, new DecompressionStream("deflate")),
};

/**
 * Packs do not say where an entry ends, and the platform's stream fails on bytes behind the end: what came out before is
 * the answer then, and the caller compares its length with the entry's header.
 */
async function through(
  data: Uint8Array,
  stream: ReadableWritablePair<Uint8Array, BufferSource>,
): Promise<Uint8Array> {
  const source = new Response(new Uint8Array(data)).body;
  if (source === null) return new Uint8Array();
  const reader = source.pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
    }
  } catch (error) {
    if (parts.length === 0) throw error;
  }
  return concat(parts);
}
