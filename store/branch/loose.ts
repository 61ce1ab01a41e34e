/** The format of loose objects. */
import { AppError } from "../schema/errors.ts";
import { fromBinary } from "./bytes.ts";
import { type GitObject, MAX_OBJECT_BYTES, type ObjectType } from "./objects.ts";
import type { GitCodec } from "./ports.ts";

const TYPES: ReadonlyMap<string, ObjectType> = new Map([
  ["commit", "commit"],
  ["tree", "tree"],
  ["blob", "blob"],
  ["tag", "tag"],
]);

/** Type and size in front of a loose object. */
const MAX_HEADER_BYTES = 32;

/** Decodes the file of a loose object. @throws {AppError} corrupt */
export async function parseLoose(codec: GitCodec, file: Uint8Array, oid: string): Promise<GitObject> {
  try {
    const bytes = await codec.inflate(file, MAX_OBJECT_BYTES + MAX_HEADER_BYTES);
    const nul = bytes.indexOf(0);
    const [name = "", size = ""] = fromBinary(bytes, 0, nul).split(" ");
    const type = TYPES.get(name);
    const data = bytes.subarray(nul + 1);
    if (type !== undefined && data.length === Number(size)) return { type, data };
  } catch (cause) {
    throw damaged(oid, cause);
  }
  throw damaged(oid);
}

function damaged(oid: string, cause?: unknown): AppError {
  return new AppError("corrupt", `The loose object ${oid} is damaged.`, {
    hint: "Run `git fsck`; delete the file and fetch it again when a remote has it.",
    data: { oid },
    cause,
  });
}
