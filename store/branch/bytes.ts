/** Bytes, hex and text helpers of the git formats. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Characters that a call can take as its arguments. */
const SHORT_TEXT = 256;
/** For runtimes whose arrays do not know hex. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 bytes; invalid sequences become U+FFFD. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** One character per byte (code 0-255): lossless for any bytes, and ordered as git orders names. */
export function fromBinary(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= SHORT_TEXT) return String.fromCharCode(...bytes.subarray(start, end));
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}

/** The bytes of a text made by `fromBinary`; characters above 255 are cut to their low byte. */
export function toBinary(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) & 0xff;
  return bytes;
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const part = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
  if (part.toHex !== undefined) return part.toHex();
  let text = "";
  for (let i = start; i < end; i++) text += HEX[bytes[i] ?? 0];
  return text;
}

/** Writes the bytes of a hex text into `target` at `offset`. */
export function writeHex(hex: string, target: Uint8Array, offset: number): void {
  for (let i = 0; i < hex.length; i += 2) {
    target[offset + (i >> 1)] = (nibble(hex.charCodeAt(i)) << 4) | nibble(hex.charCodeAt(i + 1));
  }
}

/** The bytes of a hex text. */
export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  writeHex(hex, bytes, 0);
  return bytes;
}

/** One array of several. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function nibble(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}
