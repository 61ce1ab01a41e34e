/** Runs an import piece by piece, so that neither the file nor its beads are in memory as a whole. */
import { closeSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import {
  type ImportOptions,
  type ImportReport,
  importBeads,
  type Untaken,
} from "../../../store/interchange/import-beads.ts";
import {
  isOneDocument,
  type PlacedRecord,
  readInput,
  readLines,
} from "../../../store/interchange/read-input.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { Backend, ImportLookups, WriterPiece } from "./backend.ts";
import { importTarget } from "./import-target.ts";

/** Records that are in memory at once. */
const PIECE_RECORDS = 1_000;
const READ_BYTES = 262_144;

/** How to import. */
export interface ImportRun extends ImportOptions {
  /** Subject of the commit. */
  readonly subject: string;
  /** Looks at the whole report before anything is committed; throws to leave everything as it is. */
  readonly beforeCommit?: (report: ImportReport) => void;
}

/** Takes the records, in one commit. */
export async function importRecords(
  pieces: AsyncIterable<readonly PlacedRecord[]> | Iterable<readonly PlacedRecord[]>,
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
    for await (const records of pieces) {
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

/** The records of a text, in pieces. */
export function* textPieces(text: string): Generator<PlacedRecord[]> {
  const records = readInput(text);
  for (let start = 0; start < records.length; start += PIECE_RECORDS)
    yield records.slice(start, start + PIECE_RECORDS);
}

/** The records of a file, in pieces, read as they are wanted. @throws {AppError} not_found */
export function* filePieces(path: string, cwd: string): Generator<PlacedRecord[]> {
  const texts = fileTexts(resolve(cwd, path), path);
  let rest = "";
  let next = 1;
  for (const text of texts) {
    rest += next === 1 && rest === "" ? text.replace(/^\ufeff/, "") : text;
    if (next === 1 && isOneDocument(rest)) {
      // As GitHub's program prints it: JSON that can only be read whole.
      for (const more of texts) rest += more;
      yield* textPieces(rest);
      return;
    }
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (let start = 0; start < lines.length; start += PIECE_RECORDS)
      yield readLines(lines.slice(start, start + PIECE_RECORDS), next + start);
    next += lines.length;
  }
  yield readLines([rest], next);
}

function* fileTexts(path: string, given: string): Generator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const bytes = new Uint8Array(READ_BYTES);
  const fd = openFile(path, given);
  try {
    for (let read = readSync(fd, bytes); read > 0; read = readSync(fd, bytes))
      yield decoder.decode(bytes.subarray(0, read), { stream: true });
    yield decoder.decode();
  } finally {
    closeSync(fd);
  }
}

function openFile(path: string, given: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new AppError("not_found", `cannot read file "${given}"`, { cause });
  }
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
