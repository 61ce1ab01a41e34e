/** What `show` tells of a bead beyond the bead itself. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";
import { commentJson, type IssueJson, issueJson, parentOf, relatedJson } from "./issue-json.ts";

/** A bead with its neighbours. */
export interface Details {
  readonly bead: Bead;
  /** What it depends on, in the order of its edges; edges to beads that are not here are left out. */
  readonly dependencies: readonly { readonly bead: Bead; readonly type: string }[];
  readonly dependents: readonly { readonly bead: Bead; readonly type: string }[];
  readonly parent: string | undefined;
}

/** Reads the neighbours of a bead. */
export async function detailsOf(bead: Bead, backend: Backend): Promise<Details> {
  const edges = bead.dependencies ?? [];
  const [targets, dependents] = await Promise.all([
    Promise.all(edges.map(edge => backend.get(edge.depends_on_id))),
    backend.dependents(bead.id),
  ]);
  const dependencies = edges.flatMap((edge, index) => {
    const found = targets[index];
    return found === undefined ? [] : [{ bead: found, type: edge.type }];
  });
  return { bead, dependencies, dependents, parent: parentOf(bead) };
}

/** One entry of `show --json`. */
export function detailsJson(details: Details): IssueJson {
  const { bead, dependencies, dependents, parent } = details;
  const comments = bead.comments ?? [];
  return {
    ...issueJson(bead),
    ...(dependencies.length === 0
      ? {}
      : { dependencies: dependencies.map(d => relatedJson(d.bead, d.type)) }),
    ...(dependents.length === 0 ? {} : { dependents: dependents.map(d => relatedJson(d.bead, d.type)) }),
    ...(comments.length === 0 ? {} : { comments: comments.map(commentJson) }),
    ...(parent === undefined ? {} : { parent }),
    // Of a single bead all edges count, whatever their type, and zeros are said; in lists it is the `blocks` edges.
    dependent_count: dependents.length,
    dependency_count: bead.dependencies?.length ?? 0,
    comment_count: comments.length,
    ...epicJson(details),
  };
}

/** Children of an epic and how many of them are closed. */
export function epicProgress(details: Details): { readonly total: number; readonly closed: number } {
  const children = details.dependents.filter(({ type }) => type === "parent-child");
  return { total: children.length, closed: children.filter(({ bead }) => bead.status === "closed").length };
}

function epicJson(details: Details): IssueJson {
  if (details.bead.issue_type !== "epic") return {};
  const { total, closed } = epicProgress(details);
  return {
    epic_total_children: total,
    epic_closed_children: closed,
    epic_closeable: total > 0 && total === closed && details.bead.status !== "closed",
  };
}
