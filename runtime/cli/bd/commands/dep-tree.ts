/** `bd dep tree`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { dependencyTree, type TreeNode } from "../dep-tree.ts";
import { requireBead } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { mermaid } from "../render/graph.ts";
import { beadLine } from "../render/line.ts";

export default defineCommand<BdContext>()({
  summary: "The tree of what a bead depends on",
  positionals: [{ name: "id", required: true, complete: "bead" }],
  flags: {
    direction: {
      type: "string",
      choices: ["down", "up", "both"],
      summary: "Dependencies, dependents, or both",
    },
    reverse: { type: "boolean", summary: "The same as --direction=up" },
    "max-depth": { type: "integer", short: "d", default: 50, aliases: ["depth"], summary: "How deep" },
    "show-all-paths": { type: "boolean", summary: "Beads again on every path to them" },
    status: { type: "string", value: "status", summary: "Only beads with this status, and the root" },
    format: { type: "string", value: "name", summary: "mermaid" },
    type: { type: "string", short: "t", value: "type", summary: "Only edges of this type" },
  },
  async run({ flags, args }, ctx) {
    if (flags["max-depth"] < 1) throw usageError("--max-depth must be >= 1");
    const backend = await ctx.backend();
    const root = await requireBead(ctx, args[0] ?? "");
    const wanted = flags.direction ?? (flags.reverse === true ? "up" : "down");
    const direction = wanted === "up" || wanted === "both" ? wanted : "down";
    const options = { maxDepth: flags["max-depth"], allPaths: flags["show-all-paths"] === true };
    const trees = [];
    const ways: readonly ("up" | "down")[] = direction === "both" ? ["up", "down"] : [direction];
    for (const way of ways) {
      trees.push(await dependencyTree(root, { ...options, direction: way }, backend));
    }
    const [first = [], second] = trees;
    const nodes = (second === undefined ? first : [...first, ...second.slice(1)]).filter(
      node =>
        (flags.status === undefined || node.depth === 0 || node.bead.status === flags.status) &&
        (flags.type === undefined || node.depth === 0 || node.edge === flags.type),
    );
    if (flags.format === "mermaid") {
      ctx.out.raw(mermaid(nodes));
      return 0;
    }
    ctx.out.emit(nodes.map(nodeJson), () => {
      if (nodes.length === 1)
        return `${root.id} has no ${direction === "up" ? "dependents" : "dependencies"}`;
      return nodes.map(node => nodeLine(node, ctx)).join("\n");
    });
    return 0;
  },
});

function nodeJson(node: TreeNode) {
  return {
    ...issueJson(node.bead),
    depth: node.depth,
    parent_id: node.parentId,
    ...(node.edge === undefined ? {} : { edge_from_parent: node.edge }),
    truncated: node.truncated,
  };
}

function nodeLine(node: TreeNode, ctx: BdContext): string {
  const { style } = ctx.out;
  const edge =
    node.edge === undefined || node.edge === "blocks" ? "" : style.dim(` (${printable(node.edge)})`);
  return `${"  ".repeat(node.depth)}${node.depth === 0 ? "" : "→ "}${beadLine(node.bead, style)}${edge}${node.truncated ? " …" : ""}`;
}
