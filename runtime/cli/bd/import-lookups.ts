/** What an import looks up in all beads. */
import type { BeadIndex } from "../../../store/index/bead-index.ts";
import { textOf } from "../../../store/index/sql.ts";
import type { ImportLookups } from "./backend.ts";

/** A bead as far as lookups need it. */
interface LookupBead {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly external_ref?: string | undefined;
}

/** Tables made of these beads, each on first use. */
export function lookupsOf(beads: () => readonly LookupBead[]): ImportLookups {
  const noted = new Map<string, string>();
  let references: Map<string, string> | undefined;
  let titles: Map<string, string> | undefined;
  return {
    withReference(ref) {
      references ??= new Map(
        beads().flatMap(({ id, external_ref }): [string, string][] =>
          external_ref === undefined ? [] : [[external_ref, id]],
        ),
      );
      return noted.get(ref) ?? references.get(ref);
    },
    noteReference: (ref, id) => void noted.set(ref, id),
    openTitles() {
      titles ??= new Map(
        beads()
          .filter(bead => bead.status !== "closed")
          .map(bead => [bead.title.toLowerCase(), bead.id]),
      );
      return titles;
    },
  };
}

/** The beads of an index as far as lookups need them. */
export function lookupBeads(index: BeadIndex): LookupBead[] {
  return index.sql
    .all(
      "SELECT id, status, json_extract(json, '$.title') AS title, json_extract(json, '$.external_ref') AS ref FROM bead",
    )
    .map(row => ({
      id: textOf(row.id),
      status: textOf(row.status),
      title: textOf(row.title),
      ...(row.ref === null ? {} : { external_ref: textOf(row.ref) }),
    }));
}
