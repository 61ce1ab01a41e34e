/** The tree of dependencies or dependents of a bead, flat and depth first. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";

export interface TreeNode {
  readonly bead: Bead;
  readonly depth: number;
  /** Empty for the root. */
  readonly parentId: string;
  readonly edge?: string;
  /** True where the depth limit cut it off. */
  readonly truncated: boolean;
}

export interface TreeOptions {
  readonly direction: "down" | "up";
  /** At least 1. */
  readonly maxDepth: number;
  /** Show a bead again on every path to it. */
  readonly allPaths: boolean;
}

/** Walks from the root; `relates-to` edges are not followed. */
export async function dependencyTree(
  root: Bead,
  options: TreeOptions,
  backend: Backend,
): Promise<TreeNode[]> {
  const nodes: TreeNode[] = [];
  const seen = new Set<string>();
  const walk = async (
    bead: Bead,
    depth: number,
    parentId: string,
    path: readonly string[],
    edge?: string,
  ): Promise<void> => {
    const truncated = depth >= options.maxDepth;
    nodes.push({ bead, depth, parentId, truncated, ...(edge === undefined ? {} : { edge }) });
    seen.add(bead.id);
    if (truncated) return;
    for (const next of await neighbours(bead, options.direction, backend)) {
      if (path.includes(next.bead.id) || next.bead.id === bead.id) continue;
      if (!options.allPaths && seen.has(next.bead.id)) continue;
      await walk(next.bead, depth + 1, bead.id, [...path, bead.id], next.type);
    }
  };
  await walk(root, 0, "", []);
  return nodes;
}

async function neighbours(bead: Bead, direction: "down" | "up", backend: Backend) {
  const found =
    direction === "up"
      ? await backend.dependents(bead.id)
      : (
          await Promise.all(
            (bead.dependencies ?? []).map(async edge => ({
              bead: await backend.get(edge.depends_on_id),
              type: edge.type,
            })),
          )
        ).flatMap(({ bead: target, type }) => (target === undefined ? [] : [{ bead: target, type }]));
  return found
    .filter(({ type }) => type !== "relates-to")
    .sort((a, b) => a.bead.priority - b.bead.priority || (a.bead.id < b.bead.id ? -1 : 1));
}
