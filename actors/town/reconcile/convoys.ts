/** A convoy lands when all of its beads are closed, whoever closed them; what failed is said once. */
import { convoyProgress, isComplete } from "../../states/convoy.ts";
import type { Finding, Rule } from "./world.ts";

export const convoys: Rule = world =>
  world.convoys.flatMap(({ bead, members, reported }): Finding[] => {
    const progress = convoyProgress(
      members.map(member => member.status),
      false,
    );
    if (isComplete(progress)) {
      const reason = `${progress.merged} of ${progress.total} beads of ${bead.id} are closed`;
      return [{ reason, action: { type: "land", convoy: bead.id } }];
    }
    const failed = members.filter(member => member.status === "failed").map(member => member.id);
    if (failed.length === reported.length && failed.every(id => reported.includes(id))) return [];
    return [
      {
        reason: failed.length === 0 ? `${bead.id} may land again` : `${failed.join(", ")} failed`,
        action: { type: "report", convoy: bead.id, failed },
      },
    ];
  });
