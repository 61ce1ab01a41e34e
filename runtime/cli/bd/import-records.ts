/** Runs an import piece by piece, so that neither the file nor its beads are in memory as a whole. */
import {
  type ImportOptions,
  type ImportReport,
  importBeads,
  type Untaken,
} from "../../../store/interchange/import-beads.ts";
import { type PlacedRecord, readPieces } from "../../../store/interchange/read-input.ts";
import type { Backend, ImportLookups, WriterPiece } from "./backend.ts";
import { importTarget } from "./import-target.ts";

/** How to import. */
export interface ImportRun extends ImportOptions {
  /** Subject of the commit. */
  readonly subject: string;
  /** Looks at the whole report before anything is committed; throws to leave everything as it is. */
  readonly beforeCommit?: (report: ImportReport) => void;
}

/** Takes the records of a text that comes in pieces, in one commit. */
export async function importRecords(
  texts: Iterable<string>,
  backend: Backend,
  run: ImportRun,
): Promise<ImportReport> {
  const report = {
    created: [] as string[],
    updated: [] as string[],
    unchanged: [] as string[],
    stale: [] as string[],
    deduplicated: [] as string[],
    memories: 0,
    untaken: [] as Untaken[],
    partly: [] as Untaken[],
  };
  const options = { ...run, lines: new Map<string, number>() };
  const take = (part: ImportReport): void => {
    for (const key of ["created", "updated", "unchanged", "stale", "deduplicated"] as const)
      report[key].push(...part[key]);
    report.memories += part.memories;
    report.untaken.push(...part.untaken);
    report.partly.push(...part.partly);
  };
  async function* parts(): AsyncGenerator<WriterPiece> {
    for (const records of readPieces(texts)) {
      yield {
        ids: lookups => idsOf(records, lookups),
        run: (tx, lookups) => take(importBeads(records, importTarget(tx, backend.prefix, lookups), options)),
      };
    }
    run.beforeCommit?.(report);
  }
  await backend.changeInPieces({ touches: "all", subject: run.subject, force: true }, parts());
  return report;
}

/** The beads that these records may change. */
function idsOf(records: readonly PlacedRecord[], lookups: ImportLookups): string[] {
  return records.flatMap(({ record }) => {
    if (record.kind !== "bead") return [];
    const { id, external_ref, metadata } = record.bead;
    if (id !== undefined) return id;
    const url = metadata?.github_url;
    return [external_ref, url].flatMap(ref =>
      typeof ref === "string" ? (lookups.withReference(ref) ?? []) : [],
    );
  });
}
