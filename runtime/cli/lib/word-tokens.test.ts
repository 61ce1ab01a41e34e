import { expect, test } from "bun:test";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { type WordOption, wordTokens } from "./word-tokens.ts";

const OPTIONS: Readonly<Record<string, WordOption>> = {
  limit: { type: "string", short: "n" },
  label: { type: "string", short: "l" },
  all: { type: "boolean", short: "a" },
  long: { type: "boolean" },
  "no-tree": { type: "boolean" },
  x: { type: "string" },
};

test("the tokens are those of parseArgs, for any words", () => {
  const piece = fc.constantFrom(
    ...["-", "--", "=", "n", "l", "a", "x", "z", "5", " ", "é"],
    ...["limit", "label", "all", "long", "no-tree", "--limit", "--all=", "--limit=", "constructor"],
  );
  const word = fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join(""));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), words => {
      const { tokens } = parseArgs({
        args: [...words],
        strict: false,
        tokens: true,
        allowPositionals: true,
        options: { ...OPTIONS },
      });
      const expected = tokens.map(token =>
        token.kind === "option"
          ? { kind: token.kind, name: token.name, rawName: token.rawName, value: token.value }
          : { ...token },
      );
      const actual = wordTokens(words, OPTIONS).map(token => {
        if (token.kind !== "option") return { ...token };
        const { index: _, ...rest } = token;
        return rest;
      });
      // SAFETY: the union of both shapes, compared as plain objects.
      expect(actual as unknown).toEqual(expected);
    }),
    { numRuns: 3_000 },
  );
});

test("a value may be the next word, stand after a sign, or behind its letter", () => {
  const values = wordTokens(["--limit", "1", "--limit=2", "-n3", "-an4", "-n", "-5"], OPTIONS)
    .filter(token => token.kind === "option" && token.name === "limit")
    .map(token => (token.kind === "option" ? token.value : undefined));
  expect(values).toEqual(["1", "2", "3", "4", "-5"]);
});
