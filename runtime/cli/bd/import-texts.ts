/** The text of a file or of standard input in pieces, so that memory does not hold it as a whole. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";

const READ_BYTES = 262_144;
/** More of standard input than this goes to disk until it has ended. */
const HELD_BYTES = 4 * 1_048_576;

/** The text of a file, read as it is wanted. @throws {AppError} not_found, invalid_argument (a folder) */
export function* fileTexts(path: string, cwd: string): Generator<string> {
  const fd = openFile(resolve(cwd, path), path);
  try {
    yield* decoded(chunksOf(fd));
  } finally {
    closeSync(fd);
  }
}

/**
 * The text of standard input. It is read to its end first: whoever writes it may take long, and others shall not wait
 * for that. A file that it needs meanwhile has no name, and goes with the process.
 * @param chunks of standard input
 */
export function* inputTexts(chunks: Iterable<Uint8Array>): Generator<string> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  let fd: number | undefined;
  try {
    for (const chunk of chunks) {
      if (fd === undefined && bytes + chunk.length > HELD_BYTES) {
        fd = namelessFile();
        for (const each of held.splice(0)) writeSync(fd, each);
      }
      if (fd === undefined) held.push(chunk.slice());
      else writeSync(fd, chunk);
      bytes += chunk.length;
    }
    yield* decoded(fd === undefined ? held : chunksOf(fd, 0));
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function* decoded(chunks: Iterable<Uint8Array>): Generator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** @param from where to begin; as the descriptor stands when absent, which pipes need */
function* chunksOf(fd: number, from?: number): Generator<Uint8Array> {
  const bytes = new Uint8Array(READ_BYTES);
  for (let at = from ?? null; ; ) {
    const read = readSync(fd, bytes, 0, bytes.length, at);
    if (read === 0) return;
    if (at !== null) at += read;
    yield bytes.subarray(0, read);
  }
}

function namelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), "bd-import-"));
  try {
    return openSync(join(folder, "input"), "w+", 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function openFile(path: string, given: string): number {
  try {
    if (!statSync(path).isDirectory()) return openSync(path, "r");
  } catch (cause) {
    throw new AppError("not_found", `cannot read file "${given}"`, {
      hint: 'Check the path; "-" reads standard input.',
      cause,
    });
  }
  throw new AppError("invalid_argument", `"${given}" is a folder, not a file of issues`, {
    hint: "Name the file, e.g. .beads/issues.jsonl.",
  });
}
