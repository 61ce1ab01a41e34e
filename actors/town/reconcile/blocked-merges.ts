/** A merge request that waits for a bead goes on when that is done, and asks a person when that failed. */
import type { Finding, Rule } from "./world.ts";

export const blockedMerges: Rule = world =>
  world.merges.flatMap(({ bead, request }): Finding[] => {
    const { blocker } = request;
    if (bead.status !== "blocked" || blocker === undefined) return [];
    const found = world.jobs.get(blocker);
    const merge_request = bead.id;
    if (found?.status === "failed") {
      const reason = `${blocker}, which it waits for, failed`;
      return [{ reason: `${bead.id}: ${reason}`, action: { type: "hold_merge", merge_request, reason } }];
    }
    if (found !== undefined && found.status !== "closed") return [];
    const reason = found === undefined ? `${blocker} is gone` : `${blocker} is closed`;
    return [{ reason: `${bead.id}: ${reason}`, action: { type: "unblock_merge", merge_request, reason } }];
  });
