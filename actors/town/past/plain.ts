/** A bead without what the town alone writes, and the town's share put back: what people may bring back is the rest. */
import { differingFields } from "../../../store/model/revert.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { SATELLITES, SLUNG_LABEL } from "../../../store/schema/satellite.ts";

/** Fields that are the town's to set while it has the bead, or when it set them. */
const SCHEDULING = [
  "status",
  "assignee",
  "started_at",
  "closed_at",
  "close_reason",
  "closed_by_session",
  "defer_until",
] as const;

/** The bead as people know it. */
export function plain(bead: Bead): Bead {
  const { metadata, labels, ...rest } = bead;
  const own = Object.entries(metadata ?? {}).filter(([key]) => !(key in SATELLITES));
  const kept = (labels ?? []).filter(label => label !== SLUNG_LABEL);
  return {
    ...rest,
    ...(kept.length === 0 ? {} : { labels: kept }),
    ...(own.length === 0 ? {} : { metadata: Object.fromEntries(own) }),
  };
}

/** What people brought back, with the town's share as it is now. */
export function withTownsShare(bead: Bead, current: Bead | undefined): Bead {
  const towns = Object.entries(current?.metadata ?? {}).filter(([key]) => key in SATELLITES);
  const slung = current?.labels?.includes(SLUNG_LABEL) === true && bead.status !== "closed";
  const { labels, metadata, ...rest } = plain(bead);
  const all = { ...metadata, ...Object.fromEntries(towns) };
  return {
    ...rest,
    ...(labels === undefined && !slung
      ? {}
      : { labels: [...(labels ?? []), ...(slung ? [SLUNG_LABEL] : [])] }),
    ...(Object.keys(all).length === 0 ? {} : { metadata: all }),
  };
}

/** The bead with its scheduling as `other` has it. */
export function scheduledAs(bead: Bead, other: Bead): Bead {
  const copy: Bead = { ...bead, status: other.status };
  for (const field of SCHEDULING) {
    if (other[field] === undefined) Reflect.deleteProperty(copy, field);
    else Reflect.set(copy, field, other[field]);
  }
  return copy;
}

/** True when the town's own notes about the work differ: then what became of its scheduling was the town's doing. */
export function townsDoing(before: Bead, after: Bead): boolean {
  const notes = (bead: Bead): Bead => ({ ...after, metadata: { work: bead.metadata?.work } });
  return differingFields(notes(before), notes(after)).length > 0;
}

/** True when one of these fields is part of scheduling. */
export function touchesScheduling(fields: readonly string[]): boolean {
  return fields.some(field => SCHEDULING.some(own => own === field));
}
