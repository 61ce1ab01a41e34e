/** SHA-256 in plain TypeScript: ids are made in synchronous, portable code, where no platform hash is at hand. */

const PRIMES = firstPrimes(64);
const ROUND_CONSTANTS = Uint32Array.from(PRIMES, prime => fraction(Math.cbrt(prime)));
const INITIAL = Uint32Array.from(PRIMES.slice(0, 8), prime => fraction(Math.sqrt(prime)));

/** SHA-256 of the bytes, 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  const message = new Uint8Array((((data.length + 8) >> 6) + 1) << 6);
  message.set(data);
  message[data.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setUint32(message.length - 8, Math.floor(data.length / 0x20000000));
  view.setUint32(message.length - 4, (data.length << 3) >>> 0);
  const state = INITIAL.slice();
  const words = new Uint32Array(64);
  for (let block = 0; block < message.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(block + i * 4);
    for (let i = 16; i < 64; i++) words[i] = extend(words, i);
    compress(state, words);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 8; i++) digest.setUint32(i * 4, at(state, i));
  return new Uint8Array(digest.buffer);
}

function extend(words: Uint32Array, i: number): number {
  const a = at(words, i - 15);
  const b = at(words, i - 2);
  const small = right(a, 7) ^ right(a, 18) ^ (a >>> 3);
  const large = right(b, 17) ^ right(b, 19) ^ (b >>> 10);
  return (at(words, i - 16) + small + at(words, i - 7) + large) >>> 0;
}

function compress(state: Uint32Array, words: Uint32Array): void {
  const v = Array.from(state);
  for (let i = 0; i < 64; i++) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = v;
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first =
      (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + choice + at(ROUND_CONSTANTS, i) + at(words, i)) >>>
      0;
    const second = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + majority) >>> 0;
    v.pop();
    v.unshift((first + second) >>> 0);
    v[4] = (d + first) >>> 0;
  }
  for (let i = 0; i < 8; i++) state[i] = at(state, i) + (v[i] ?? 0);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every(prime => n % prime !== 0)) primes.push(n);
  return primes;
}

function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32) >>> 0;
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function right(word: number, bits: number): number {
  return ((word >>> bits) | (word << (32 - bits))) >>> 0;
}
