/** A convoy lands when all of its beads are closed, whoever closed them; what failed or strands it is said once. */
import { convoyProgress, isComplete } from "../../states/convoy.ts";
import type { ConvoyItem, Finding, Rule } from "./world.ts";

export const convoys: Rule = world =>
  world.convoys.flatMap((item): Finding[] => {
    const { bead, members, unlanded = [] } = item;
    const progress = convoyProgress(members);
    if (isComplete(progress) && unlanded.length > 0) {
      return unlanded.flatMap(({ rig, due }): Finding[] => {
        const reason = `all beads of ${bead.id} are in its branch of ${rig}`;
        return due ? [{ reason, action: { type: "land_branch", convoy: bead.id, rig } }] : [];
      });
    }
    if (isComplete(progress)) {
      const closed = progress.merged + progress.unmerged;
      const reason = `${closed} of ${progress.total} beads of ${bead.id} are closed`;
      return [{ reason, action: { type: "land", convoy: bead.id } }];
    }
    return [...failures(item), ...strandings(item)];
  });

function failures({ bead, members, reported }: ConvoyItem): Finding[] {
  const failed = members.filter(member => member.status === "failed").map(member => member.id);
  if (failed.length === reported.length && failed.every(id => reported.includes(id))) return [];
  return [
    {
      reason: failed.length === 0 ? `${bead.id} may land again` : `${failed.join(", ")} failed`,
      action: { type: "report", convoy: bead.id, failed },
    },
  ];
}

function strandings({ bead, stranded, strandedBefore }: ConvoyItem): Finding[] {
  if (JSON.stringify(stranded) === JSON.stringify(strandedBefore)) return [];
  return [
    {
      reason:
        stranded.length === 0
          ? `${bead.id} goes on`
          : stranded.map(one => `${one.bead} ${one.reason}`).join("; "),
      action: { type: "strand", convoy: bead.id, stranded },
    },
  ];
}
