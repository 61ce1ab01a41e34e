/** Beads without their long texts, for commands that hold many of them. */
import type { Bead } from "../../../store/schema/bead.ts";

/** The bead as far as lines, trees and drawings show it. */
export function withoutTexts(bead: Bead): Bead {
  const { id, title, status, priority, issue_type, created_at, updated_at, assignee, labels, pinned } = bead;
  // The edges share the texts of their bead: nobody looks at their own times.
  const edges = bead.dependencies?.map(({ depends_on_id, type }) => ({
    issue_id: id,
    depends_on_id,
    type,
    created_at,
  }));
  return {
    ...{ id, title, status, priority, issue_type, created_at, updated_at },
    ...(assignee === undefined ? {} : { assignee }),
    ...(labels === undefined ? {} : { labels }),
    ...(pinned === undefined ? {} : { pinned }),
    ...(edges === undefined ? {} : { dependencies: edges }),
  };
}
