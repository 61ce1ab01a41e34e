/**
 * The beads that benchmarks and large tests run on: a tree of epics, features and tasks, half of them open, about 1 KB each,
 * 0.4 edges a bead beside those to parents, ten labels, six assignees. The same seed gives the same beads.
 */
import type { Bead, Dependency } from "../../store/schema/bead.ts";

const DAY_MS = 86_400_000;
const LABELS = [
  "backend",
  "frontend",
  "urgent",
  "tech-debt",
  "docs",
  "security",
  "perf",
  "ui",
  "api",
  "infra",
];
const PEOPLE = ["alice", "bob", "charlie", "diana", "eve", "frank"];
const WORDS =
  "cache token worker branch merge queue index retry socket parser schema commit agent review patch deploy window stream lease token".split(
    " ",
  );

/** A repeatable source of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` beads with ids of this prefix. @param now epoch milliseconds, which ages are counted back from */
export function makeBeads(
  count: number,
  options: { readonly prefix?: string; readonly seed?: number; readonly now?: number } = {},
): Bead[] {
  const { prefix = "gt", seed = 42, now = Date.UTC(2026, 0, 1) } = options;
  const random = seededRandom(seed);
  const ids = uniqueIds(count, prefix, random);
  const epics = Math.max(1, Math.floor(count * 0.1));
  const features = Math.floor(count * 0.3);
  return ids.map((id, i) => {
    const kind = i < epics ? "epic" : i < epics + features ? "feature" : "task";
    const maxAge = kind === "epic" ? 180 : kind === "feature" ? 150 : 120;
    const created = now - Math.floor(random() * maxAge * DAY_MS);
    const closed = random() < 0.5;
    const created_at = new Date(created).toISOString();
    const parent =
      kind === "epic"
        ? undefined
        : ids[Math.floor(random() * (kind === "feature" ? epics : epics + features))];
    const blocker = i > epics && random() < 0.4 ? ids[epics + Math.floor(random() * (i - epics))] : undefined;
    const edges: Dependency[] = [];
    if (parent !== undefined) edges.push(edge(id, parent, "parent-child", created_at));
    if (blocker !== undefined && blocker !== parent && blocker !== id)
      edges.push(edge(id, blocker, "blocks", created_at));
    const updated = closed ? now - Math.floor(random() * 30 * DAY_MS) : created;
    return {
      id,
      title: `${text(random, 4)} ${i}`,
      description: text(random, 60),
      acceptance_criteria: text(random, 20),
      status: closed ? "closed" : random() < 0.1 ? "in_progress" : "open",
      priority: Math.floor(random() * 5),
      issue_type: kind,
      assignee: PEOPLE[Math.floor(random() * PEOPLE.length)] ?? "alice",
      created_at,
      created_by: "bench",
      updated_at: new Date(Math.max(updated, created)).toISOString(),
      ...(closed
        ? { closed_at: new Date(Math.max(updated, created)).toISOString(), close_reason: "done" }
        : {}),
      labels: [LABELS[Math.floor(random() * LABELS.length)] ?? "api"],
      ...(edges.length > 0 ? { dependencies: edges } : {}),
    };
  });
}

function edge(id: string, target: string, type: string, created_at: string): Dependency {
  return { issue_id: id, depends_on_id: target, type, created_at, created_by: "bench" };
}

function text(random: () => number, words: number): string {
  return Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");
}

function uniqueIds(count: number, prefix: string, random: () => number): string[] {
  const length = count > 20_000 ? 6 : 5;
  const ids = new Set<string>();
  while (ids.size < count) {
    ids.add(
      `${prefix}-${Math.floor(random() * 36 ** length)
        .toString(36)
        .padStart(length, "0")}`,
    );
  }
  return [...ids];
}
