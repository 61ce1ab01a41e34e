/**
 * Where the objects of one large pack lie: some forty bytes for each, where a map of texts takes hundreds.
 * An object is known by its number, in the order of adding, which is that of their offsets.
 */
import { toHex, writeHex } from "./bytes.ts";

const OID_BYTES = 20;
const FIRST_CAPACITY = 64;

/** See the file comment. */
export class EntryTable {
  #count = 0;
  #oids = new Uint8Array(FIRST_CAPACITY * OID_BYTES);
  #offsets = new Float64Array(FIRST_CAPACITY);
  #crcs = new Uint32Array(FIRST_CAPACITY);
  /** Open addressing by the first bytes of the id: number + 1, 0 for free. */
  #slots = new Int32Array(FIRST_CAPACITY * 2);
  readonly #wanted = new Uint8Array(OID_BYTES);

  /** Objects in it. */
  get count(): number {
    return this.#count;
  }

  /** Adds an object that is not in it, and answers its number. */
  add(oid: string, offset: number, crc: number): number {
    if (this.#count === this.#offsets.length) this.#grow();
    const number = this.#count++;
    writeHex(oid, this.#oids, number * OID_BYTES);
    this.#offsets[number] = offset;
    this.#crcs[number] = crc;
    this.#enter(number);
    return number;
  }

  /** Number of an object; undefined when it is not in it. */
  find(oid: string): number | undefined {
    writeHex(oid, this.#wanted, 0);
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(this.#wanted, 0) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0) return undefined;
      if (this.#differs(number) === 0) return number;
    }
  }

  /** Id of an object. */
  oid(number: number): string {
    return toHex(this.#oids, number * OID_BYTES, (number + 1) * OID_BYTES);
  }

  /** The 20 bytes of an object's id. */
  oidBytes(number: number): Uint8Array {
    return this.#oids.subarray(number * OID_BYTES, (number + 1) * OID_BYTES);
  }

  offset(number: number): number {
    return this.#offsets[number] ?? 0;
  }

  crc(number: number): number {
    return this.#crcs[number] ?? 0;
  }

  /** The numbers in the order of the ids. */
  sorted(): Uint32Array {
    const view = new DataView(this.#oids.buffer);
    const order = Uint32Array.from({ length: this.#count }, (_, number) => number);
    return order.sort((a, b) => {
      for (let byte = 0; byte < OID_BYTES; byte += 4) {
        const difference = view.getUint32(a * OID_BYTES + byte) - view.getUint32(b * OID_BYTES + byte);
        if (difference !== 0) return difference;
      }
      return 0;
    });
  }

  #differs(number: number): number {
    for (let byte = 0; byte < OID_BYTES; byte++) {
      if (this.#oids[number * OID_BYTES + byte] !== this.#wanted[byte]) return 1;
    }
    return 0;
  }

  #enter(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(this.#oids, number * OID_BYTES) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #hash(bytes: Uint8Array, at: number): number {
    return (
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)
    );
  }

  #grow(): void {
    const capacity = this.#offsets.length * 2;
    this.#oids = larger(this.#oids, new Uint8Array(capacity * OID_BYTES));
    this.#offsets = larger(this.#offsets, new Float64Array(capacity));
    this.#crcs = larger(this.#crcs, new Uint32Array(capacity));
    this.#slots = new Int32Array(capacity * 2);
    for (let number = 0; number < this.#count; number++) this.#enter(number);
  }
}

function larger<T extends Uint8Array | Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
