/** Going over many beads without holding them all: what a command keeps of each is its own choice. */
import type { IssueQuery } from "../../../store/index/issue-query.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";

const PAGE_BEADS = 200;

/** What `keep` makes of the matching beads, in their order; undefined is left out. `enough` ends it early. */
export async function gather<T>(
  backend: Backend,
  query: IssueQuery,
  keep: (bead: Bead) => T | undefined,
  enough = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const kept: T[] = [];
  for await (const page of backend.issuePages(query)) {
    for (const bead of page) {
      const value = keep(bead);
      if (value !== undefined) kept.push(value);
    }
    if (kept.length >= enough) break;
  }
  return kept;
}

/** The beads with these ids, in this order, page by page; ids of no bead are left out. */
export async function* pagesOf(ids: readonly string[], backend: Backend): AsyncIterable<readonly Bead[]> {
  for (let start = 0; start < ids.length; start += PAGE_BEADS) {
    const page = ids.slice(start, start + PAGE_BEADS);
    const found = new Map((await backend.issues({ ids: page })).map(bead => [bead.id, bead]));
    yield page.flatMap(id => found.get(id) ?? []);
  }
}
