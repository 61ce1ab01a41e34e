/** Git objects: their ids, and the formats of commits and trees. Ids are 40 hex digits (SHA-1 repositories). */
import { AppError } from "../schema/errors.ts";
import { concat, fromBinary, fromUtf8, toBinary, toHex, utf8, writeHex } from "./bytes.ts";
import type { GitCodec } from "./ports.ts";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** Larger objects are not read into memory: they are no bead, and may be there to do harm. */
export const MAX_OBJECT_BYTES = 64 * 1_048_576;

/** An object as read from the repository, its bytes without the header. */
export interface GitObject {
  readonly type: ObjectType;
  readonly data: Uint8Array;
}

/** The refusal of an object that is too large to be read. */
export function objectTooLarge(size: number): AppError {
  return new AppError(
    "too_large",
    `An object of ${size} bytes is not read; the most is ${MAX_OBJECT_BYTES}.`,
    {
      hint: "Remove the file from the branch, or make it smaller.",
      data: { size },
    },
  );
}

/** Id of the object with this type and content. */
export function objectId(codec: GitCodec, type: ObjectType, data: Uint8Array): string {
  return toHex(codec.sha1(utf8(`${type} ${data.length}\0`), data));
}

/** An entry of a tree. `name` holds one character per byte (see `fromBinary`), so that any name survives. */
export interface TreeEntry {
  /** e.g. "100644", "100755", "120000" (symbolic link), "40000" (tree), "160000" (commit of a submodule). */
  readonly mode: string;
  readonly name: string;
  readonly oid: string;
}

export const TREE_MODE = "40000";

/** The entries of a tree object, in its order. */
export function parseTree(data: Uint8Array): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const nul = data.indexOf(0, space);
    if (space < 0 || nul < 0 || nul + 21 > data.length) break;
    entries.push({
      mode: fromBinary(data, at, space),
      name: fromBinary(data, space + 1, nul),
      oid: toHex(data, nul + 1, nul + 21),
    });
    at = nul + 21;
  }
  return entries;
}

/** A tree object of these entries, in any order; names must be unique. */
export function serializeTree(entries: readonly TreeEntry[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (sortName(a) < sortName(b) ? -1 : 1));
  return concat(sorted.map(encodeEntry));
}

/** The bytes of one entry. */
export function encodeEntry(entry: TreeEntry): Uint8Array {
  const head = toBinary(`${entry.mode} ${entry.name}\0`);
  const bytes = new Uint8Array(head.length + 20);
  bytes.set(head, 0);
  writeHex(entry.oid, bytes, head.length);
  return bytes;
}

/** The text by which git orders entries: folders as if their name ended in a slash. */
export function sortName(entry: { readonly mode: string; readonly name: string }): string {
  return entry.mode === TREE_MODE ? `${entry.name}/` : entry.name;
}

/** Name, mail and time of an author or committer line. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Epoch seconds. */
  readonly time: number;
  /** e.g. "+0000". */
  readonly zone: string;
}

/** A commit object, decoded. */
export interface CommitData {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/**
 * The bytes of a commit object. Names and mails are stripped of what the format can not hold.
 * @param more goes behind the message as it is
 */
export function serializeCommit(commit: CommitData, more: readonly Uint8Array[] = []): Uint8Array {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map(parent => `parent ${parent}`),
    `author ${signatureLine(commit.author)}`,
    `committer ${signatureLine(commit.committer)}`,
    "",
    commit.message,
  ];
  const text = utf8(lines.join("\n"));
  return more.length === 0 ? text : concat([text, ...more]);
}

/** Decodes a commit object; header lines that are not needed here are skipped. */
export function parseCommit(data: Uint8Array): CommitData {
  const text = fromUtf8(data);
  const split = text.indexOf("\n\n");
  const head = split < 0 ? text : text.slice(0, split);
  const parents: string[] = [];
  let tree = "";
  let author = NOBODY;
  let committer = NOBODY;
  for (const line of head.split("\n")) {
    if (line.startsWith("tree ")) tree = line.slice(5);
    else if (line.startsWith("parent ")) parents.push(line.slice(7));
    else if (line.startsWith("author ")) author = parseSignature(line.slice(7));
    else if (line.startsWith("committer ")) committer = parseSignature(line.slice(10));
  }
  return { tree, parents, author, committer, message: split < 0 ? "" : text.slice(split + 2) };
}

/** `Name <mail> seconds zone`, as commits and reflogs have it. */
export function signatureLine(signature: Signature): string {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, "").replace(/^[\s.,:;"']+|[\s.,:;"']+$/g, "");
  return `${clean(signature.name) || "nobody"} <${clean(signature.email).replace(/\s/g, "")}> ${signature.time} ${signature.zone}`;
}

const NOBODY: Signature = { name: "", email: "", time: 0, zone: "+0000" };

function parseSignature(line: string): Signature {
  const match = /^(.*?) ?<([^>]*)> (-?\d+) ([+-]\d{4})$/.exec(line);
  if (match === null) return NOBODY;
  const [, name = "", email = "", time = "0", zone = "+0000"] = match;
  return { name, email, time: Number(time), zone };
}
