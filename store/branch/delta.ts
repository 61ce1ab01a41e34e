/** Applies git's delta format, which packs made by the git program use. */
import { AppError } from "../schema/errors.ts";
import { MAX_OBJECT_BYTES, objectTooLarge } from "./objects.ts";

/** The object that a delta makes of its base. @throws {AppError} corrupt */
export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  const cursor = { at: 0 };
  const baseSize = readSize(delta, cursor);
  const size = readSize(delta, cursor);
  if (baseSize !== base.length) throw damaged();
  if (size > MAX_OBJECT_BYTES) throw objectTooLarge(size);
  const target = new Uint8Array(size);
  let written = 0;
  while (cursor.at < delta.length) {
    const op = delta[cursor.at++] ?? 0;
    if (op & 0x80) {
      const offset = readBits(delta, cursor, op, 4);
      const size = readBits(delta, cursor, op >> 4, 3) || 0x10000;
      if (offset + size > base.length || written + size > target.length) throw damaged();
      target.set(base.subarray(offset, offset + size), written);
      written += size;
    } else {
      if (op === 0 || written + op > target.length) throw damaged();
      target.set(delta.subarray(cursor.at, cursor.at + op), written);
      cursor.at += op;
      written += op;
    }
  }
  if (written !== target.length) throw damaged();
  return target;
}

function readSize(delta: Uint8Array, cursor: { at: number }): number {
  let size = 0;
  let scale = 1;
  for (;;) {
    const byte = delta[cursor.at++];
    if (byte === undefined) throw damaged();
    size += (byte & 0x7f) * scale;
    if ((byte & 0x80) === 0) return size;
    scale *= 128;
  }
}

function readBits(delta: Uint8Array, cursor: { at: number }, flags: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) {
    if (flags & (1 << i)) value += (delta[cursor.at++] ?? 0) * 2 ** (8 * i);
  }
  return value;
}

function damaged(): AppError {
  return new AppError("corrupt", "A pack holds a damaged delta.", {
    hint: "Run `git fsck` in the repository.",
  });
}
