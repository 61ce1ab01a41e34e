/** Graphs of beads in the notations of other tools. */
import type { Bead } from "../../../../store/schema/bead.ts";
import type { TreeNode } from "../dep-tree.ts";

/** Graphviz, or one `from to` line per edge. */
export function graphText(beads: readonly Bead[], format: "dot" | "digraph"): string {
  const ids = new Set(beads.map(bead => bead.id));
  const edges = beads.flatMap(bead =>
    (bead.dependencies ?? [])
      .filter(edge => ids.has(edge.depends_on_id))
      .map(edge => ({ from: bead.id, ...edge })),
  );
  if (format === "digraph") {
    const linked = new Set(edges.flatMap(edge => [edge.from, edge.depends_on_id]));
    const alone = beads.filter(bead => !linked.has(bead.id)).map(bead => bead.id);
    return [...edges.map(edge => `${edge.from} ${edge.depends_on_id}`), ...alone]
      .map(line => `${line}\n`)
      .join("");
  }
  const lines = [
    "digraph beads {",
    "  rankdir=LR;",
    '  node [shape=box, style="rounded,filled", fontname="sans-serif"];',
    ...beads.map(
      bead =>
        `  ${quote(bead.id)} [label=${quote(`${bead.id}\n${bead.title}`)}, fillcolor=${quote(colour(bead))}];`,
    ),
    ...edges.map(edge => `  ${quote(edge.from)} -> ${quote(edge.depends_on_id)}${edgeStyle(edge.type)};`),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** A Mermaid flowchart of a tree. */
export function mermaid(nodes: readonly TreeNode[]): string {
  const name = (id: string) => id.replace(/[^A-Za-z0-9_]/g, "_");
  const label = (bead: Bead) => `${bead.id}: ${bead.title}`.replace(/"/g, "#quot;").replace(/[<>]/g, "");
  const shown = new Map(nodes.map(node => [node.bead.id, node.bead]));
  const lines = [
    "flowchart TD",
    ...[...shown.values()].map(bead => `  ${name(bead.id)}["${label(bead)}"]`),
    ...nodes
      .filter(node => node.parentId !== "")
      .map(node => `  ${name(node.parentId)} -->|${node.edge ?? ""}| ${name(node.bead.id)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function quote(text: string): string {
  return `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`;
}

function colour(bead: Bead): string {
  const colours: Readonly<Record<string, string>> = {
    closed: "#d4edda",
    in_progress: "#fff3cd",
    blocked: "#f8d7da",
    deferred: "#e2e3e5",
    failed: "#f5c6cb",
  };
  return colours[bead.status] ?? "#ffffff";
}

function edgeStyle(type: string): string {
  if (type === "blocks" || type === "conditional-blocks") return "";
  return type === "parent-child" ? " [style=dotted]" : ` [style=dashed, label=${quote(type)}]`;
}
