/** What is left of a bead that is deleted. */
import type { Bead, Stamp } from "../schema/bead.ts";
import type { Tombstone } from "./bead-file.ts";
import { compareStamps, stampOf } from "./clock.ts";

/** A deletion. */
export interface Deletion {
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  readonly reason: string | undefined;
  readonly stamp: Stamp;
}

/** The tombstone of a bead, later than everything in it. */
export function makeTombstone(bead: Bead, deletion: Deletion): Tombstone {
  let latest = deletion.stamp;
  for (const stamp of Object.values(bead._clock ?? {})) {
    if (compareStamps(stamp, latest) >= 0) latest = [stamp[0], stamp[1] + 1, deletion.by];
  }
  return {
    id: bead.id,
    title: bead.title,
    status: "tombstone",
    created_at: bead.created_at,
    ...(bead.created_by === undefined ? {} : { created_by: bead.created_by }),
    original_type: bead.issue_type,
    deleted_at: deletion.at,
    deleted_by: deletion.by,
    ...(deletion.reason === undefined || deletion.reason === "" ? {} : { delete_reason: deletion.reason }),
    _clock: { created_at: stampOf(bead._clock, "created_at"), deleted_at: latest },
  };
}
