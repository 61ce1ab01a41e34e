/** The sample repository of the demo: a small library with tests that pass, and three features to be added. */

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Files of its first commit, by path. */
export const SAMPLE_FILES: Readonly<Record<string, string>> = {
  "README.md": `# sample

Small functions over text. Each has a file and a test of its own:

    bun test
`,
  "package.json": json({
    name: "sample",
    version: "0.0.1",
    private: true,
    type: "module",
    scripts: { test: "bun test" },
  }),
  "tsconfig.json": json({
    compilerOptions: {
      target: "ESNext",
      module: "Preserve",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
    },
  }),
  ".gitignore": "node_modules\n",
  "src/words.ts": `/** The words of a text, in order, lower case. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\\p{L}\\p{N}]+/gu) ?? [];
}
`,
  "src/words.test.ts": `import { expect, test } from "bun:test";
import { words } from "./words.ts";

test("words are letters and digits of any script", () => {
  expect(words("Hello, wörld 2!")).toEqual(["hello", "wörld", "2"]);
  expect(words("...")).toEqual([]);
});
`,
  "src/title-case.ts": `/** The text with each word's first letter as a capital. */
export function titleCase(text: string): string {
  return text.replace(/\\p{L}+/gu, word => word[0]!.toUpperCase() + word.slice(1));
}
`,
  "src/title-case.test.ts": `import { expect, test } from "bun:test";
import { titleCase } from "./title-case.ts";

test("each word begins with a capital", () => {
  expect(titleCase("the quick brown fox")).toBe("The Quick Brown Fox");
});
`,
};

/** A bead of the demo. `key` finds it again after a restart. */
export interface SampleBead {
  readonly key: string;
  readonly title: string;
  readonly description: string;
}

/** A function of the library that a bead adds. */
export interface Feature {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly code: string;
  readonly test: string;
}

const FEATURES: readonly Feature[] = [
  {
    name: "slug",
    title: "Add slug: a title as a part of a URL",
    why: "Links to articles should be readable.",
    code: `/** The text as a part of a URL: words joined by dashes, accents gone. */
export function slug(text: string): string {
  const plain = text.normalize("NFKD").replace(/\\p{M}/gu, "");
  return (plain.toLowerCase().match(/[a-z0-9]+/g) ?? []).join("-");
}`,
    test: `import { expect, test } from "bun:test";
import { slug } from "./slug.ts";

test("a slug has letters, digits and dashes only", () => {
  expect(slug("  Crème brûlée, 2 ways!  ")).toBe("creme-brulee-2-ways");
  expect(slug("???")).toBe("");
});`,
  },
  {
    name: "wrap",
    title: "Add wrap: lines of at most so many characters",
    why: "Messages on a terminal should not run over its edge.",
    code: `/** The text in lines of at most \`width\` characters, broken between words; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = \`\${line} \${word}\`;
    else lines.push(word);
  }
  return lines;
}`,
    test: `import { expect, test } from "bun:test";
import { wrap } from "./wrap.ts";

test("lines are no longer than the width", () => {
  expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"]);
  expect(wrap("extraordinary", 5)).toEqual(["extraordinary"]);
  expect(wrap("", 5)).toEqual([]);
});`,
  },
  {
    name: "likeness",
    title: "Add likeness: how alike two texts are",
    why: "Two reports of the same thing should be noticed.",
    code: `import { words } from "./words.ts";

/** Words that both texts have, as a share of all their words: 0 to 1. Two empty texts are alike. */
export function likeness(a: string, b: string): number {
  const [left, right] = [new Set(words(a)), new Set(words(b))];
  const all = left.union(right).size;
  return all === 0 ? 1 : left.intersection(right).size / all;
}`,
    test: `import { expect, test } from "bun:test";
import { likeness } from "./likeness.ts";

test("likeness is the share of common words", () => {
  expect(likeness("a b c", "C b A")).toBe(1);
  expect(likeness("a b", "b c")).toBeCloseTo(1 / 3);
  expect(likeness("a", "b")).toBe(0);
  expect(likeness("", "")).toBe(1);
});`,
  },
];

/** The three beads of the first act. */
export const SAMPLE_BEADS: readonly SampleBead[] = FEATURES.map(feature => ({
  key: `demo:${feature.name}`,
  title: feature.title,
  description: featureSteps(feature),
}));

/**
 * Description of a bead that adds a feature with its test. The steps are `sh` blocks, which the script driver runs; no model
 * is needed. `first` comes before everything, `steps` come after the feature's own files and `files` are committed with them; `untested` leaves out the
 * run of the test.
 */
export function featureSteps(
  { name, title, why, code, test }: Feature,
  more: {
    readonly files?: readonly string[];
    readonly steps?: readonly string[];
    readonly first?: string;
    readonly untested?: boolean;
  } = {},
): string {
  const files = [`src/${name}.ts`, `src/${name}.test.ts`, ...(more.files ?? [])].join(" ");
  const run = more.untested === true ? "" : `\ngt bun test src/${name}.test.ts`;
  const first = more.first === undefined ? "" : `\`\`\`sh\n${more.first}\n\`\`\`\n\n`;
  const steps = (more.steps ?? []).map(step => `\`\`\`sh\n${step}\n\`\`\`\n\n`).join("");
  return `${why}

${first}The feature:

\`\`\`sh
cat > src/${name}.ts <<'END'
${code}
END
\`\`\`

Its test:

\`\`\`sh
cat > src/${name}.test.ts <<'END'
${test}
END${run}
\`\`\`

${steps}\`\`\`sh
git add ${files}
git commit -q -m "${title}"
git log --oneline -1
\`\`\`
`;
}

/** Runs the tests of the repository, with the Bun that is inside gastown: the machine needs none. */
export const SAMPLE_GATE = { name: "tests", command: "gt bun test", timeout_s: 300 } as const;
