/**
 * The second act of the demo: five beads that depend on each other. Two of them add a line at the same place, so that one
 * meets a conflict; one makes a mistake at first that the gate finds. Both land without help, by a second attempt.
 */
import type { PlanConvoy } from "../../gateway/contract/requests.ts";
import { type Feature, featureSteps } from "./sample.ts";

/** Finds the convoy again after a restart. */
export const REPORT_TITLE = "A report in five steps";

/** Makes the new function known; whoever else adds a line here at the same time meets a conflict. */
const exported = (name: string): string => `echo 'export { ${name} } from "./${name}.ts";' >> src/index.ts`;

const COUNT = {
  name: "count",
  title: "Add count: how often each word is used",
  why: "A report begins with the figures.",
  code: `import { words } from "./words.ts";

/** How often each word is used. */
export function count(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const word of words(text)) found.set(word, (found.get(word) ?? 0) + 1);
  return found;
}`,
  test: `import { expect, test } from "bun:test";
import { count } from "./count.ts";

test("words are counted, whatever their case", () => {
  expect([...count("To be or not to be")]).toEqual([["to", 2], ["be", 2], ["or", 1], ["not", 1]]);
});`,
};

const TOP = {
  name: "top",
  title: "Add top: the words that are used most",
  why: "They tell what a text is about.",
  code: `import { count } from "./count.ts";

/** The words that are used most, the most used first; at most so many. */
export function top(text: string, most: number): string[] {
  const counted = [...count(text)].sort(([, a], [, b]) => b - a);
  return counted.slice(0, most).map(([word]) => word);
}`,
  test: `import { expect, test } from "bun:test";
import { top } from "./top.ts";

test("the most used words come first", () => {
  expect(top("a b b c c c", 2)).toEqual(["c", "b"]);
});`,
};

const RARE = {
  name: "rare",
  title: "Add rare: the words that are used once",
  why: "They are where mistakes hide.",
  code: `import { count } from "./count.ts";

/** The words that are used once, in order. */
export function rare(text: string): string[] {
  return [...count(text)].filter(([, times]) => times === 1).map(([word]) => word);
}`,
  test: `import { expect, test } from "bun:test";
import { rare } from "./rare.ts";

test("words that come again are not rare", () => {
  expect(rare("one two two three")).toEqual(["one", "three"]);
});`,
};

const share = (factor: string): string => `import { count } from "./count.ts";

/** Share of a word among all words of a text: 0 to 1. */
export function share(text: string, word: string): number {
  const counted = count(text);
  const all = [...counted.values()].reduce((sum, times) => sum + times, 0);
  return all === 0 ? 0 : (${factor}(counted.get(word) ?? 0)) / all;
}`;

const SHARE = {
  name: "share",
  title: "Add share: how much of a text one word is",
  why: "The first attempt answers per cent, and does not run its test: the gate finds it. The second does what is asked.",
  code: share("100 * "),
  test: `import { expect, test } from "bun:test";
import { share } from "./share.ts";

test("a share is between 0 and 1", () => {
  expect(share("a a b b", "a")).toBe(0.5);
  expect(share("", "a")).toBe(0);
});`,
};

const REPORT = {
  name: "report",
  title: "Add report: what is to be said of a text",
  why: "All of it in one line.",
  code: `import { rare, top } from "./index.ts";
import { share } from "./share.ts";

/** One line about a text: its first word, that word's share, and how many words are rare. */
export function report(text: string): string {
  const [first = ""] = top(text, 1);
  const part = Math.round(100 * share(text, first));
  return \`\${first}: \${part} %, \${rare(text).length} rare\`;
}`,
  test: `import { expect, test } from "bun:test";
import { report } from "./report.ts";

test("a report is one line", () => {
  expect(report("go go stop go")).toBe("go: 75 %, 1 rare");
});`,
};

/** The first attempt begins where `count` was added, however late it is dispatched: so the two meet on any machine. */
const FROM_COUNT = `if [ "$GASTOWN_ATTEMPT" = 1 ]; then git reset -q --hard "$(git log -1 --format=%H -- src/count.ts)"; fi`;

/** Rewrites the file as it should be, in every attempt but the first. */
const CORRECTED = `if [ "$GASTOWN_ATTEMPT" != 1 ]; then
cat > src/share.ts <<'END'
${share("")}
END
gt bun test src/share.test.ts
fi`;

/** The plan, for the rig. Tasks are found by their keys. */
export function reportPlan(rig: string): PlanConvoy {
  const task = (
    feature: Feature,
    depends_on: readonly string[],
    more: {
      readonly files?: readonly string[];
      readonly steps?: readonly string[];
      readonly untested?: boolean;
    } = {},
  ) => ({
    key: feature.name,
    title: feature.title,
    description: featureSteps(feature, more),
    type: "feature",
    depends_on: [...depends_on],
  });
  const indexed = (name: string) => ({ files: ["src/index.ts"], steps: [exported(name)] });
  const meeting = (name: string) => ({ ...indexed(name), first: FROM_COUNT });
  return {
    title: REPORT_TITLE,
    rig,
    start: true,
    driver: { kind: "script" },
    tasks: [
      task(COUNT, [], indexed("count")),
      task(TOP, ["count"], meeting("top")),
      task(RARE, ["count"], meeting("rare")),
      task(SHARE, ["count"], { untested: true, steps: [CORRECTED] }),
      task(REPORT, ["top", "rare", "share"]),
    ],
  };
}
