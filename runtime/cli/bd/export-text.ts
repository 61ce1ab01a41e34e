/** Beads as lines of an export. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { Backend } from "./backend.ts";
import { countsJson, issueJson } from "./issue-json.ts";
import { lineJson } from "./json.ts";
import { countsFor } from "./list-json.ts";

/** One line of JSON for each bead, each with a final newline. */
export async function exportLines(beads: readonly Bead[], backend: Backend): Promise<string> {
  const counts = await countsFor(beads, backend);
  return beads
    .map(bead => {
      const own = counts.get(bead.id) ?? { dependency_count: 0, dependent_count: 0, comment_count: 0 };
      const issue = issueJson(bead, { dependencies: true, comments: true });
      return `${lineJson({ _type: "issue", ...issue, ...countsJson(own) })}\n`;
    })
    .join("");
}
