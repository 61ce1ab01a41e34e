/** A bead in review has a live merge request, and a live merge request has a bead that waits for it. */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { prefixOf } from "../kinds.ts";
import type { Finding, Rule } from "./world.ts";

export const reviews: Rule = world => {
  const live = new Set(world.merges.map(({ bead }) => bead.id));
  const lost = world.leased.flatMap(({ bead, work }): Finding[] => {
    if (bead.status !== "in_review") return [];
    const id = work.merge_request;
    if (id !== undefined && live.has(id)) return [];
    const request = id === undefined ? undefined : world.jobs.get(id);
    const commit = request && readSatellite(request, "merge_request")?.merge_commit;
    if (id !== undefined && request?.status === "closed" && commit !== undefined) {
      return [{ reason: `${id} is merged`, action: { type: "finish", merge_request: id, commit } }];
    }
    const text = id === undefined ? "it has no merge request" : `its merge request ${id} is gone`;
    return [
      {
        reason: `${bead.id} is in review, but ${text}`,
        action: { type: "fail_attempt", bead: bead.id, attempt: work.attempt, text },
      },
    ];
  });
  const unwanted = world.merges.flatMap(({ bead, request, source }): Finding[] => {
    if (source === undefined && !world.prefixes.has(prefixOf(request.source))) return [];
    const reason =
      request.kind === "landing"
        ? landingNotWanted(request.source, source)
        : notWanted(bead.id, request.source, source);
    return reason === undefined
      ? []
      : [{ reason, action: { type: "withdraw", merge_request: bead.id, reason } }];
  });
  return [...lost, ...unwanted];
};

/** The landing of a convoy is wanted for as long as that is open. */
function landingNotWanted(convoy: string, bead: Bead | undefined): string | undefined {
  if (bead === undefined) return `${convoy} is gone`;
  return bead.status === "closed" ? `${convoy} is closed` : undefined;
}

function notWanted(
  id: string,
  sourceId: string,
  source: Parameters<typeof readSatellite>[0] | undefined,
): string | undefined {
  if (source === undefined) return `${sourceId} is gone`;
  if (source.status !== "in_review") return `${sourceId} is ${source.status}, not in review`;
  const work = readSatellite(source, "work");
  return work?.merge_request === id ? undefined : `${sourceId} has another merge request`;
}
