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
      : [style.dim(`[${bead.labels.join(", ")}]`)]),
    "-",
    printable(bead.title),
  ];
  const line = parts.join(" ");
  return bead.status === "closed" ? style.dim(line) : line;
}

/** Lines of beads, those whose parent is among them indented under it. */
export function beadTree(beads: readonly Bead[], style: Style): string[] {
  const ids = new Set(beads.map(bead => bead.id));
  const parent = (bead: Bead) =>
    bead.dependencies?.find(edge => edge.type === "parent-child" && ids.has(edge.depends_on_id))
      ?.depends_on_id;
  const children = Map.groupBy(beads, parent);
  const lines: string[] = [];
  const seen = new Set<string>();
  const walk = (bead: Bead, indent: string, branch: string, below: string): void => {
    if (seen.has(bead.id)) return;
    seen.add(bead.id);
    lines.push(`${indent}${branch}${beadLine(bead, style)}`);
    const own = children.get(bead.id) ?? [];
    for (const [index, child] of own.entries()) {
      const last = index === own.length - 1;
      walk(child, indent + below, last ? "└── " : "├── ", last ? "    " : "│   ");
    }
  };
  for (const bead of children.get(undefined) ?? []) walk(bead, "", "", "");
  for (const bead of beads) walk(bead, "", "", "");
  return lines;
}

/** `3 issues`, `1 issue`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
