/** Lists of beads with the counts that `list`, `ready`, `query` and `children` print beside each. */
import type { IssueQuery } from "../../../store/index/issue-query.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";
import { type IssueCounts, type IssueJson, issueWithCounts, parentOf } from "./issue-json.ts";

/** Counts by `blocks` edges and comments, and the parent. */
export async function countsFor(beads: readonly Bead[], backend: Backend): Promise<Map<string, IssueCounts>> {
  const dependents = await backend.dependentCounts(beads.map(bead => bead.id));
  return new Map(
    beads.map(bead => [
      bead.id,
      {
        dependency_count: bead.dependencies?.filter(edge => edge.type === "blocks").length ?? 0,
        dependent_count: dependents.get(bead.id) ?? 0,
        comment_count: bead.comments?.length ?? 0,
        parent: parentOf(bead),
      },
    ]),
  );
}

/** The JSON of a list, in its order. */
export async function issuesWithCounts(
  beads: readonly Bead[],
  backend: Backend,
  options: { readonly labels?: boolean } = {},
): Promise<IssueJson[]> {
  const counts = await countsFor(beads, backend);
  const none: IssueCounts = { dependency_count: 0, dependent_count: 0, comment_count: 0 };
  return beads.map(bead => issueWithCounts(bead, counts.get(bead.id) ?? none, options));
}

/** The JSON of a list of any length, page by page. */
export function pagesWithCounts(backend: Backend, query: IssueQuery): AsyncIterable<readonly IssueJson[]> {
  return withCounts(backend.issuePages(query), backend);
}

/** The JSON of these pages. */
export async function* withCounts(
  pages: AsyncIterable<readonly Bead[]>,
  backend: Backend,
  options: { readonly labels?: boolean } = {},
): AsyncIterable<readonly IssueJson[]> {
  for await (const page of pages) yield await issuesWithCounts(page, backend, options);
}
