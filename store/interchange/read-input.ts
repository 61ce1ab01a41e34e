/** A file to be imported as records with the place of each: JSON lines, one JSON array, or one JSON object. */
import { arrayElements } from "./array-elements.ts";
import { isGitHubIssue, readGitHubIssue } from "./github.ts";
import { type ReadRecord, readLine, readRecord } from "./record.ts";

/** A record and where it stands: the number of its line, or of its element in an array, from 1. */
export interface PlacedRecord {
  readonly line: number;
  readonly record: ReadRecord;
}

/** Records that are in memory at once, and characters of their texts. */
const PIECE_RECORDS = 1_000;
const PIECE_CHARACTERS = 262_144;
/** How an array of records begins; a line that begins otherwise is none, whatever it is. */
const ARRAY_START = /^\s*\[\s*[\]{["\d-]/;
/** An object over many lines: its brace stands alone. */
const OBJECT_START = /^\s*\{[ \t\r]*\n/;
/** So much of a text says whether it is an array, unless it begins with more white space. */
const START_CHARACTERS = 4_096;

/** Reads the text of a file. Never throws: what can not be read is refused in its place. */
export function readInput(text: string): PlacedRecord[] {
  return [...readPieces([text])].flat();
}

/**
 * Reads a text that comes in pieces, of any size, into records in pieces, so that neither is held as a whole.
 * Never throws: what can not be read is refused in its place.
 */
export function* readPieces(texts: Iterable<string>): Generator<PlacedRecord[]> {
  const source = texts[Symbol.iterator]();
  let start = "";
  for (let next = source.next(); next.done !== true; next = source.next()) {
    start += next.value;
    if (start.length >= START_CHARACTERS) break;
  }
  start = start.replace(/^\ufeff/, "");
  const all = follow(start, source);
  if (OBJECT_START.test(start)) yield* inPieces(objectOf(all));
  else yield* inPieces(ARRAY_START.test(start) ? elementsOf(all) : linesOf(all));
}

function* follow(first: string, rest: Iterator<string>): Generator<string> {
  yield first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}

interface PlacedText {
  readonly line: number;
  readonly text: string;
  readonly refused?: string;
}

function* linesOf(texts: Iterable<string>): Generator<PlacedText> {
  let line = 1;
  let rest = "";
  for (const text of texts) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const each of lines) yield { line: line++, text: each.replace(/\r$/, "") };
  }
  yield { line, text: rest.replace(/\r$/, "") };
}

/** One object is one record; what only begins like one is read line by line. */
function* objectOf(texts: Iterable<string>): Generator<PlacedText> {
  const text = [...texts].join("");
  if (isJson(text)) yield { line: 1, text };
  else yield* linesOf([text]);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function* elementsOf(texts: Iterable<string>): Generator<PlacedText> {
  let line = 1;
  for (const { text, closed } of arrayElements(texts))
    yield { line: line++, text, ...(closed ? {} : { refused: "the array ends before it is closed" }) };
}

function* inPieces(texts: Iterable<PlacedText>): Generator<PlacedRecord[]> {
  let piece: PlacedRecord[] = [];
  let characters = 0;
  for (const { line, text, refused } of texts) {
    const record: ReadRecord =
      refused === undefined ? readLine(text, readAny) : { kind: "refused", reason: refused };
    piece.push({ line, record });
    characters += text.length;
    if (piece.length < PIECE_RECORDS && characters < PIECE_CHARACTERS) continue;
    yield piece;
    piece = [];
    characters = 0;
  }
  if (piece.length > 0) yield piece;
}

function readAny(value: unknown): ReadRecord {
  return isGitHubIssue(value) ? readGitHubIssue(value) : readRecord(value);
}
