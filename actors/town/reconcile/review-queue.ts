/** Reviews: one at a time for each rig, in the order of the merge queue; one that takes too long is over. */
import { isFree } from "../agents/record.ts";
import { reviewerOf } from "../kinds.ts";
import { needsReview } from "../refinery/needs-review.ts";
import { inOrder } from "../refinery/score.ts";
import { convoyAges } from "./merge-queue.ts";
import type { Finding, Rule } from "./world.ts";

const MINUTE_MS = 60_000;

export const reviewQueue: Rule = world => {
  const findings: Finding[] = [];
  const convoys = convoyAges(world);
  for (const rig of world.rigs.values()) {
    const items = world.merges.filter(({ request }) => request.rig === rig.name);
    const reviewing = items.filter(({ bead }) => bead.status === "hooked");
    const reviewer = world.agents.get(reviewerOf(rig.name));
    for (const { bead, request } of reviewing) {
      const merge_request = bead.id;
      const at = Date.parse(request.review?.deadline ?? "") || world.now;
      if (at <= world.now || rig.settings.reviewer === undefined) {
        const reason = rig.settings.reviewer === undefined ? "nobody reviews any more" : "no verdict in time";
        findings.push({ reason: `${bead.id}: ${reason}`, action: { type: "review_late", merge_request } });
        continue;
      }
      findings.push({ reason: `the review of ${bead.id} has until then`, action: { type: "wake_at", at } });
      const { told } = reviewer ?? {};
      if (told?.kind === "review" && told.job === bead.id && told.attempt === request.run) continue;
      const reason = `the reviewer of ${rig.name} has to be told of ${bead.id}, run ${request.run}`;
      findings.push({ reason, action: { type: "tell_review", merge_request } });
    }
    if (rig.state !== "ready" || world.paused?.scope === "all" || reviewing.length > 0) continue;
    if (reviewer !== undefined && !isFree(reviewer)) continue;
    const queued = items.filter(
      ({ bead, request }) => bead.status === "open" && needsReview(rig.settings, request),
    );
    const [first] = inOrder(queued, ({ request }) => ({
      now: world.now,
      convoySince: convoys.get(request.source),
      maxWaitMs: rig.settings.max_wait_minutes * MINUTE_MS,
    }));
    if (first === undefined) continue;
    findings.push({
      reason: `${first.bead.id} is to be reviewed before it is merged`,
      action: { type: "start_review", merge_request: first.bead.id },
    });
  }
  return findings;
};
