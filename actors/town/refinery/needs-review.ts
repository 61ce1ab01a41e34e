/** Whether a merge request has to be reviewed before it is merged. */
import type { MergeRequest } from "../../../store/schema/satellite.ts";
import type { RigSettings } from "../../../store/schema/views.ts";

/** A verdict holds for the commit that it was given on. What lands a convoy was reviewed with its members. */
export function needsReview(
  settings: Pick<RigSettings, "reviewer">,
  { kind, review, head }: Pick<MergeRequest, "kind" | "review" | "head">,
): boolean {
  if (settings.reviewer === undefined || kind === "landing") return false;
  return review?.verdict !== "approved" || review.head !== head;
}
