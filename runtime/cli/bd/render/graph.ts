/** Graphs of beads in the notations of other tools. */
import type { Bead, Dependency } from "../../../../store/schema/bead.ts";
import type { TreeNode } from "../dep-tree.ts";

/** A bead as far as a graph shows it. */
export interface GraphBead extends Pick<Bead, "id" | "title" | "status"> {
  readonly dependencies?: readonly Pick<Dependency, "depends_on_id" | "type">[] | undefined;
}

/** What a graph keeps of a bead. */
export function graphBead({ id, title, status, dependencies }: Bead): GraphBead {
  const edges = dependencies?.map(({ depends_on_id, type }) => ({ depends_on_id, type }));
  return { id, title, status, dependencies: edges };
}

/** Graphviz, or one `from to` line per edge: the lines, each with its end. */
export function* graphLines(beads: readonly GraphBead[], format: "dot" | "digraph"): Generator<string> {
  const ids = new Set(beads.map(bead => bead.id));
  const edgesOf = (bead: GraphBead) => (bead.dependencies ?? []).filter(edge => ids.has(edge.depends_on_id));
  if (format === "digraph") {
    const linked = new Set<string>();
    for (const bead of beads) {
      for (const { depends_on_id } of edgesOf(bead)) {
        linked.add(bead.id).add(depends_on_id);
        yield `${bead.id} ${depends_on_id}\n`;
      }
    }
    for (const { id } of beads) if (!linked.has(id)) yield `${id}\n`;
    return;
  }
  yield "digraph beads {\n";
  yield "  rankdir=LR;\n";
  yield '  node [shape=box, style="rounded,filled", fontname="sans-serif"];\n';
  for (const bead of beads)
    yield `  ${quote(bead.id)} [label=${quote(`${bead.id}\n${bead.title}`)}, fillcolor=${quote(colour(bead))}];\n`;
  for (const bead of beads) {
    for (const { depends_on_id, type } of edgesOf(bead))
      yield `  ${quote(bead.id)} -> ${quote(depends_on_id)}${edgeStyle(type)};\n`;
  }
  yield "}\n";
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

function colour(bead: GraphBead): string {
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
