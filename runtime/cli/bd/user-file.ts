/**
 * Files that belong to the user and get a part of ours: read and written byte for byte, whatever they are encoded in,
 * with their mode, and through a symbolic link where they are one.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, sep } from "node:path";
import { AppError } from "../../../store/schema/errors.ts";

/** What a file of a user holds. */
export interface UserFile {
  /** Where it is, links followed. */
  readonly path: string;
  /** False when there is none yet. */
  readonly exists: boolean;
  /** One character for each byte; what we put in is ASCII. */
  readonly text: string;
  /** Permission bits; undefined when there is none yet. */
  readonly mode: number | undefined;
}

/**
 * Reads a file that need not exist.
 * @param base folder that a link may not lead out of
 * @throws {AppError} invalid_argument for what is no file, a link that leads out or nowhere, and UTF-16
 */
export function readUserFile(path: string, base: string): UserFile {
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (!existsSync(path)) {
    if (link) throw leftAlone(path, "is a symbolic link that leads nowhere");
    return { path, exists: false, text: "", mode: undefined };
  }
  const real = link ? realpathSync(path) : path;
  if (link && !real.startsWith(`${realpathSync(base)}${sep}`))
    throw leftAlone(path, `is a symbolic link that leads out of ${base}`);
  const { mode } = statSync(real);
  if (!statSync(real).isFile()) throw leftAlone(path, "is no file");
  const text = readFileSync(real, "latin1");
  if (/^(\xff\xfe|\xfe\xff)/.test(text)) throw leftAlone(path, "is UTF-16, and what would be put in is not");
  return { path: real, exists: true, text, mode: mode & 0o7777 };
}

/** Writes it in one go. */
export function writeUserFile(file: UserFile, text: string, mode = file.mode): void {
  mkdirSync(dirname(file.path), { recursive: true });
  const draft = `${file.path}.bd-tmp`;
  writeFileSync(draft, text, "latin1");
  if (mode !== undefined) chmodSync(draft, mode);
  renameSync(draft, file.path);
}

function leftAlone(path: string, why: string): AppError {
  return new AppError("invalid_argument", `${path} ${why}, so it was left alone`, {
    hint: `Make ${basename(path)} an ordinary UTF-8 text file in this place, and try again.`,
  });
}
