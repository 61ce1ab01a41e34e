/**
 * Splits the words of a command line into options and positionals, just as `parseArgs` of `node:util` does with
 * `strict: false` and `tokens: true`. That module takes as long to load as a short command has.
 */

/** How an option is written. */
export interface WordOption {
  /** Whether it takes the next word, or what stands after `=`, as its value. */
  readonly type: "boolean" | "string";
  /** One letter. */
  readonly short?: string;
}

/** One part of a command line; `index` is that of its word. */
export type WordToken =
  | {
      readonly kind: "option";
      readonly index: number;
      /** The long name; that which was written for an unknown one. */
      readonly name: string;
      /** With its dashes, as written: "-n", "--limit". */
      readonly rawName: string;
      readonly value: string | undefined;
    }
  | { readonly kind: "positional"; readonly index: number; readonly value: string }
  | { readonly kind: "option-terminator"; readonly index: number };

/** The tokens of these words. Never throws: what is unknown is an option without a value. */
export function wordTokens(
  words: readonly string[],
  options: Readonly<Record<string, WordOption>>,
): WordToken[] {
  const longOf = new Map<string, string>();
  for (const [name, { short }] of Object.entries(options)) {
    if (short !== undefined && !longOf.has(short)) longOf.set(short, name);
  }
  const takesValue = (name: string) => Object.hasOwn(options, name) && options[name]?.type === "string";
  const tokens: WordToken[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const option = (name: string, rawName: string, value?: string) => {
      tokens.push({ kind: "option", index, name, rawName, value });
    };
    // A value in the next word is whatever stands there, dashes or not.
    const optionBefore = (name: string, rawName: string) => {
      option(name, rawName, takesValue(name) ? words[index + 1] : undefined);
      if (takesValue(name) && index + 1 < words.length) index += 1;
    };
    if (word === "--") {
      tokens.push({ kind: "option-terminator", index });
      for (let rest = index + 1; rest < words.length; rest += 1)
        tokens.push({ kind: "positional", index: rest, value: words[rest] ?? "" });
      return tokens;
    }
    if (word.startsWith("--")) {
      // A sign right behind the dashes is part of the name, with all that follows.
      const equals = word.indexOf("=");
      if (equals > 2) option(word.slice(2, equals), word.slice(0, equals), word.slice(equals + 1));
      else optionBefore(word.slice(2), word);
    } else if (word.startsWith("-") && word.length > 1) {
      // Letters up to the first that takes a value; what stands behind that one is it.
      for (let at = 1; at < word.length; at += 1) {
        const letter = word[at] ?? "";
        const name = longOf.get(letter) ?? letter;
        if (at === word.length - 1) optionBefore(name, `-${letter}`);
        else if (takesValue(name)) {
          option(name, `-${letter}`, word.slice(at + 1));
          break;
        } else option(name, `-${letter}`);
      }
    } else tokens.push({ kind: "positional", index, value: word });
  }
  return tokens;
}
