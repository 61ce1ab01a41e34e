/** Beads as lines for people. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { printable, type Style } from "../../lib/style.ts";
import { BUILT_IN_STATUSES } from "../values.ts";

/** The mark of a status, in its colour. */
export function statusIcon(status: string, style: Style): string {
  const icon = BUILT_IN_STATUSES.find(({ name }) => name === status)?.icon ?? "◦";
  if (status === "in_progress" || status === "hooked" || status === "in_review") return style.yellow(icon);
  if (status === "blocked" || status === "failed") return style.red(icon);
  return status === "closed" ? style.dim(icon) : icon;
}

/** `P1`, the urgent ones in colour. */
export function priorityText(priority: number, style: Style): string {
  const text = `P${priority}`;
  return priority === 0 ? style.red(text) : priority === 1 ? style.yellow(text) : text;
}

/** One bead in one line: mark, id, priority, type, title, who has it, labels. */
export function beadLine(bead: Bead, style: Style): string {
  const parts = [
    statusIcon(bead.status, style),
    style.cyan(bead.id),
    `[${priorityText(bead.priority, style)}]`,
    style.dim(`[${bead.issue_type}]`),
    ...(bead.pinned === true ? ["(pinned)"] : []),
    ...(bead.assignee === undefined ? [] : [`@${printable(bead.assignee)}`]),
    ...(bead.labels === undefined || bead.labels.length === 0
      ? []
      : [style.dim(`[${printable(bead.labels.join(", "))}]`)]),
    "-",
    printable(bead.title),
  ];
  const line = parts.join(" ");
  return bead.status === "closed" ? style.dim(line) : line;
}

/** A bead as far as a tree of lines shows it. */
export interface LineEntry {
  readonly id: string;
  readonly line: string;
  readonly parents: readonly string[];
}

const NONE: readonly string[] = [];

/** The entry of a bead in a tree of lines. */
export function lineEntry(bead: Bead, style: Style): LineEntry {
  const parents = (bead.dependencies ?? [])
    .filter(edge => edge.type === "parent-child")
    .map(edge => edge.depends_on_id);
  return { id: bead.id, line: beadLine(bead, style), parents: parents.length === 0 ? NONE : parents };
}

/** Lines of beads, those whose parent is among them indented under it. */
export function beadTree(beads: readonly Bead[], style: Style): string[] {
  return [...lineTree(beads.map(bead => lineEntry(bead, style)))];
}

/** As `beadTree`, of entries, line by line. */
export function* lineTree(entries: readonly LineEntry[]): Generator<string, void> {
  const ids = new Set(entries.map(entry => entry.id));
  const children = Map.groupBy(entries, entry => entry.parents.find(parent => ids.has(parent)));
  const seen = new Set<string>();
  function* walk(entry: LineEntry, indent: string, branch: string, below: string): Generator<string, void> {
    if (seen.has(entry.id)) return;
    seen.add(entry.id);
    yield `${indent}${branch}${entry.line}`;
    const own = children.get(entry.id) ?? [];
    for (const [index, child] of own.entries()) {
      const last = index === own.length - 1;
      yield* walk(child, indent + below, last ? "└── " : "├── ", last ? "    " : "│   ");
    }
  }
  for (const entry of children.get(undefined) ?? []) yield* walk(entry, "", "", "");
  for (const entry of entries) if (!seen.has(entry.id)) yield* walk(entry, "", "", "");
}

/** `3 issues`, `1 issue`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
