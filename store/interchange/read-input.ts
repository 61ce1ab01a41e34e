/** A file to be imported as records with the place of each: JSON lines, one JSON array, or one JSON object. */
import { isGitHubIssue, readGitHubIssue } from "./github.ts";
import { type ReadRecord, readLine, readRecord } from "./record.ts";

/** A record and where it stands: the number of its line, or of its element in an array, from 1. */
export interface PlacedRecord {
  readonly line: number;
  readonly record: ReadRecord;
}

/** Reads the text of a file. Never throws: what can not be read is refused in its place. */
export function readInput(text: string): PlacedRecord[] {
  const body = text.replace(/^\ufeff/, "");
  if (isOneDocument(body)) {
    const list = parseWhole(body);
    if (list !== undefined) return list.map((value, index) => ({ line: index + 1, record: readAny(value) }));
  }
  return readLines(body.split("\n"), 1);
}

/** Reads lines of a file, of which the first has this number. */
export function readLines(lines: readonly string[], first: number): PlacedRecord[] {
  return lines.map((line, index) => ({
    line: first + index,
    record: readLine(line.replace(/\r$/, ""), readAny),
  }));
}

function readAny(value: unknown): ReadRecord {
  return isGitHubIssue(value) ? readGitHubIssue(value) : readRecord(value);
}

/** True for a text that starts as one document over many lines: an array, or an object whose brace stands alone. */
export function isOneDocument(text: string): boolean {
  return /^\s*(\[|\{[ \t\r]*\n)/.test(text);
}

function parseWhole(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}
