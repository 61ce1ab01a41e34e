import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { deflateSync, crc32 as nativeCrc32 } from "node:zlib";
import fc from "fast-check";
import { sha256 } from "../schema/sha256.ts";
import { fromBinary, fromHex, toBinary, toHex } from "./bytes.ts";
import { canonicalJson } from "./canonical-json.ts";
import { crc32 } from "./crc32.ts";
import { inflate } from "./inflate.ts";
import { parseTree, serializeTree, type TreeEntry } from "./objects.ts";
import { sha1 } from "./sha1.ts";
import { editTree } from "./tree-edit.ts";
import { webCodec } from "./web-codec.ts";

const bytes = fc.uint8Array({ maxLength: 3000 });
/** Long, repetitive and random data by turns, so that all kinds of blocks come up. */
const compressible = fc.oneof(
  bytes,
  fc.tuple(bytes, fc.integer({ min: 1, max: 60 })).map(([part, times]) => {
    const all = new Uint8Array(part.length * times);
    for (let i = 0; i < times; i++) all.set(part, i * part.length);
    return all;
  }),
);

describe("plain implementations agree with native ones", () => {
  test("hashes and checksums", () => {
    fc.assert(
      fc.property(bytes, fc.nat(3000), (data, cut) => {
        const at = Math.min(cut, data.length);
        expect(toHex(sha1(data.subarray(0, at), data.subarray(at)))).toBe(
          createHash("sha1").update(data).digest("hex"),
        );
        expect(toHex(sha256(data))).toBe(createHash("sha256").update(data).digest("hex"));
        expect(crc32(data)).toBe(nativeCrc32(data));
      }),
    );
  });

  test("inflate, with anything behind the stream", () => {
    fc.assert(
      fc.property(compressible, fc.integer({ min: 0, max: 9 }), bytes, (data, level, rest) => {
        const packed = deflateSync(data, { level });
        const all = new Uint8Array(packed.length + rest.length);
        all.set(packed);
        all.set(rest, packed.length);
        expect(inflate(all, data.length)).toEqual(data);
        if (data.length > 0) expect(() => inflate(all, data.length - 1)).toThrow();
      }),
    );
  });

  test("inflate refuses damaged data", () => {
    const packed = deflateSync(new TextEncoder().encode("a bead, a bead, a bead, a bead"));
    expect(() => inflate(packed.subarray(0, packed.length - 1), 100)).toThrow();
    expect(() => inflate(packed.subarray(0, 4), 100)).toThrow();
    for (let i = 0; i < packed.length; i++) {
      const damaged = new Uint8Array(packed);
      damaged[i] = (damaged[i] ?? 0) ^ 0x5a;
      // A few bits of the header and of the last byte mean nothing: then the data is still right.
      const text = (() => {
        try {
          return new TextDecoder().decode(inflate(damaged, 100));
        } catch {
          return undefined;
        }
      })();
      expect([undefined, "a bead, a bead, a bead, a bead"]).toContain(text);
    }
  });

  test("the portable deflate", async () => {
    await fc.assert(
      fc.asyncProperty(compressible, async data => {
        expect(webCodec.inflate(await webCodec.deflate(data), data.length)).toEqual(data);
      }),
      { numRuns: 20 },
    );
  });

  test("hex and binary text", () => {
    fc.assert(
      fc.property(bytes, data => {
        expect(fromHex(toHex(data))).toEqual(data);
        expect(toBinary(fromBinary(data))).toEqual(data);
      }),
    );
  });
});

describe("canonical JSON", () => {
  const json = fc.jsonValue({ maxDepth: 4 });

  test("says the same value", () => {
    fc.assert(
      fc.property(json, value => {
        // JSON has no negative zero.
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("has one spelling whatever the order of keys, and ends in one newline", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), value => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(canonicalJson(value)).toMatch(/[^\n]\n$/);
      }),
    );
  });

  test("looks as documented", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: {}, e: [] })).toBe(
      '{\n  "a": {},\n  "b": [\n    1,\n    {\n      "c": "x",\n      "d": null\n    }\n  ],\n  "e": []\n}\n',
    );
  });
});

describe("trees", () => {
  const oid = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(data => toHex(data));
  const name = fc.string({
    minLength: 1,
    maxLength: 8,
    unit: fc.constantFrom(..."ab.-_/é\u00ff".replace("/", "")),
  });
  const entry: fc.Arbitrary<TreeEntry> = fc.record({
    mode: fc.constantFrom("100644", "40000", "120000"),
    name,
    oid,
  });
  const entries = fc.uniqueArray(entry, { selector: each => each.name, maxLength: 20 });

  test("survive being written and read", () => {
    fc.assert(
      fc.property(entries, list => {
        const read = parseTree(serializeTree(list));
        expect(new Map(read.map(each => [each.name, each]))).toEqual(
          new Map(list.map(each => [each.name, each])),
        );
      }),
    );
  });

  test("edits of the bytes are edits of the entries", () => {
    fc.assert(
      fc.property(entries, entries, fc.uniqueArray(name, { maxLength: 5 }), (before, added, removed) => {
        const names = new Set(added.map(each => each.name));
        const gone = removed.filter(each => !names.has(each));
        const edits = [...added, ...gone.map(each => ({ mode: "100644", name: each, oid: undefined }))];
        const after = new Map(before.map(each => [each.name, each]));
        for (const edit of edits) {
          if (edit.oid === undefined) after.delete(edit.name);
          else after.set(edit.name, { mode: edit.mode, name: edit.name, oid: edit.oid });
        }
        expect(editTree(serializeTree(before), edits)).toEqual(serializeTree([...after.values()]));
      }),
    );
  });
});
