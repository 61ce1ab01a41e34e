/** Going over many beads without holding them all: what a command keeps of each is its own choice. */
import type { IssueQuery } from "../../../store/index/issue-query.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";

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
