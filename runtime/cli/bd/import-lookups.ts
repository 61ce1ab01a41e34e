/** What an import looks up in all beads. */
import type { BeadIndex } from "../../../store/index/bead-index.ts";
import { numberOf, textOf } from "../../../store/index/sql.ts";
import type { ImportLookups } from "./backend.ts";

const PAGE_BEADS = 1_000;

/** A bead as far as lookups need it. */
interface LookupBead {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly external_ref?: string | undefined;
}

/** Tables made of these beads, each on first use. */
export function lookupsOf(beads: () => Iterable<LookupBead>): ImportLookups {
  const noted = new Map<string, string>();
  let references: Map<string, string> | undefined;
  let titles: Map<string, string> | undefined;
  return {
    withReference(ref) {
      references ??= referencesOf(beads());
      return noted.get(ref) ?? references.get(ref);
    },
    noteReference: (ref, id) => void noted.set(ref, id),
    openTitles() {
      titles ??= openTitlesOf(beads());
      return titles;
    },
  };
}

function referencesOf(beads: Iterable<LookupBead>): Map<string, string> {
  const references = new Map<string, string>();
  for (const { id, external_ref } of beads) if (external_ref !== undefined) references.set(external_ref, id);
  return references;
}

function openTitlesOf(beads: Iterable<LookupBead>): Map<string, string> {
  const titles = new Map<string, string>();
  for (const { id, status, title } of beads) if (status !== "closed") titles.set(title.toLowerCase(), id);
  return titles;
}

/** The beads of an index as far as lookups need them, read page by page. */
export function* lookupBeads(index: BeadIndex): Generator<LookupBead> {
  for (let last = 0; ; ) {
    const rows = index.sql.all(
      "SELECT n, id, status, json_extract(json, '$.title') AS title, json_extract(json, '$.external_ref') AS ref FROM bead WHERE n > ? ORDER BY n LIMIT ?",
      last,
      PAGE_BEADS,
    );
    for (const row of rows) {
      last = numberOf(row.n);
      yield {
        id: textOf(row.id),
        status: textOf(row.status),
        title: textOf(row.title),
        ...(row.ref === null ? {} : { external_ref: textOf(row.ref) }),
      };
    }
    if (rows.length < PAGE_BEADS) return;
  }
}
