/** The two secrets of a town: the key that signs tokens, and the token of its owner's command line. Made once, 0600. */
import { join } from "node:path";
import { base64Url } from "../gateway/auth/compare.ts";
import { readIfThere, writeWhole } from "../hosts/bun/files.ts";
import { OWNER_TOKEN_FILE } from "./lib/town-folder.ts";

const BYTES = 32;

export interface TownSecrets {
  readonly signingKey: Uint8Array;
  readonly ownerToken: string;
}

/** Reads them from the town's `secrets` folder, and makes what is missing. @throws {AppError} storage_io, storage_full */
export function townSecrets(dir: string): TownSecrets {
  return {
    signingKey: Uint8Array.fromHex(once(join(dir, "secrets", "signing-key"), () => random().toHex())),
    ownerToken: once(join(dir, OWNER_TOKEN_FILE), () => base64Url(random())),
  };
}

function once(path: string, make: () => string): string {
  const before = readIfThere(path)?.trim();
  if (before !== undefined && before !== "") return before;
  const made = make();
  writeWhole(path, `${made}\n`);
  return made;
}

function random(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(BYTES));
}
