/** The portable codec: hashing and decompression in TypeScript, compression through the stream that every web platform has. */
import { concat } from "./bytes.ts";
import { inflate } from "./inflate.ts";
import type { GitCodec } from "./ports.ts";
import { sha1 } from "./sha1.ts";

/** Hashing and compression without native code of the host. */
export const webCodec: GitCodec = { sha1, deflate, inflate };

async function deflate(data: Uint8Array): Promise<Uint8Array> {
  const stream = new CompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const writing = writer.write(new Uint8Array(data)).then(() => writer.close());
  const parts: Uint8Array[] = [];
  const reader = stream.readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  await writing;
  return concat(parts);
}
