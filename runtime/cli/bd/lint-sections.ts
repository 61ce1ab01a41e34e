/** Sections that a description should have, by type. */
import type { NewBead } from "../../../store/schema/bead.ts";

/** Alternatives in one entry are separated by `|`. */
export const REQUIRED_SECTIONS: Readonly<Record<string, readonly string[]>> = {
  bug: ["Steps to Reproduce", "Acceptance Criteria"],
  task: ["Acceptance Criteria"],
  feature: ["Acceptance Criteria"],
  story: ["Acceptance Criteria"],
  epic: ["Success Criteria"],
  spike: ["Goal"],
  decision: ["Decision", "Rationale"],
};

/** Names of the sections that are missing; the field for acceptance criteria counts as its section. */
export function missingSections(
  bead: Pick<NewBead, "issue_type" | "description" | "acceptance_criteria">,
): string[] {
  const text = (bead.description ?? "").toLowerCase();
  const criteria = (bead.acceptance_criteria ?? "").trim() !== "" || text.includes("acceptance criteria");
  return (REQUIRED_SECTIONS[bead.issue_type ?? "task"] ?? []).filter(section => {
    if ((section === "Acceptance Criteria" || section === "Success Criteria") && criteria) return false;
    return !text.includes(section.toLowerCase());
  });
}
