/** Which town a command is about, and where its gateway answers: files in the town's folder. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import type { Io } from "./io.ts";

/** Where `npm start` and `gastown demo` keep their town, below the folder they are started in. */
export const DEMO_FOLDER = join(".gastown", "demo");
const TOWN_FILE = "town.json";
/** Below the town's folder: where the running gateway answers, and the secret of the owner's command line (0600). */
export const GATEWAY_FILE = join("run", "gateway.json");
export const OWNER_TOKEN_FILE = join("secrets", "owner-token");

/** Written when the town is up; says nothing secret. */
export const gatewayFileSchema = z.object({
  town: z.string(),
  url: z.string(),
  pid: z.int(),
  started_at: z.string(),
  version: z.string(),
});
export type GatewayFile = z.infer<typeof gatewayFileSchema>;

/** True when the folder is a town's. */
export function isTown(dir: string): boolean {
  return existsSync(join(dir, TOWN_FILE));
}

/** Environment variable with the owner's token of a town that is not on this machine. */
const TOKEN_VARIABLE = "GASTOWN_OWNER_TOKEN";
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** A town that is named by its address, e.g. one on Cloudflare. */
export interface DistantTown {
  readonly name: string;
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

/**
 * The town that `--town` or `$GASTOWN_TOWN` names by `https://host/name`; undefined when they name none, or a folder.
 * @throws {AppError} invalid_argument for an address without a name or encryption, unauthenticated without a token
 */
export function distantTown(io: Pick<Io, "env">, flag: string | undefined): DistantTown | undefined {
  const address = flag ?? io.env.GASTOWN_TOWN ?? "";
  if (!/^https?:\/\//i.test(address)) return undefined;
  const parsed = URL.canParse(address) ? new URL(address) : undefined;
  const name = parsed?.pathname.split("/").filter(part => part !== "") ?? [];
  if (parsed === undefined || name.length !== 1 || name[0] === undefined || parsed.username !== "") {
    throw new AppError("invalid_argument", "That is no address of a town.", {
      hint: "Give https://HOST/NAME, e.g. https://gastown.example.org/demo.",
    });
  }
  if (parsed.protocol !== "https:" && !LOOPBACK.has(parsed.hostname)) {
    throw new AppError("invalid_argument", "The owner's token would be sent without encryption.", {
      hint: "Give the address with https://.",
    });
  }
  const token = io.env[TOKEN_VARIABLE]?.trim() ?? "";
  if (token === "") {
    throw new AppError("unauthenticated", `${TOKEN_VARIABLE} is not set.`, {
      hint: "Set it to the owner's token of that town.",
    });
  }
  return { name: name[0], url: parsed.origin, token };
}

/**
 * The folder of the town that is meant: `--town`, `$GASTOWN_TOWN`, the town around the current folder (or the demo's
 * in it), else `~/gt`. It need not exist.
 * @throws {AppError} not_supported for a town that is named by its address
 */
export function findTownDir(io: Pick<Io, "env" | "cwd">, flag: string | undefined): string {
  const named = flag ?? io.env.GASTOWN_TOWN;
  if (named !== undefined && /^https?:\/\//i.test(named)) {
    throw new AppError("not_supported", "This needs the folder of a town, and the town named is elsewhere.", {
      hint: "Run it on the machine of the town.",
    });
  }
  if (named !== undefined && named !== "") return resolve(io.cwd, named);
  for (let dir = io.cwd; ; dir = dirname(dir)) {
    if (isTown(dir)) return dir;
    const demo = join(dir, DEMO_FOLDER);
    if (isTown(demo)) return demo;
    if (dirname(dir) === dir) break;
  }
  return join(io.env.HOME ?? homedir(), "gt");
}

/** Where the town's gateway answers, or answered last; undefined when it was not started or was stopped well. */
export function readGatewayFile(dir: string): GatewayFile | undefined {
  const text = readOptional(join(dir, GATEWAY_FILE));
  if (text === undefined) return undefined;
  try {
    return gatewayFileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError("corrupt", `${join(dir, GATEWAY_FILE)} is not what a gateway writes.`, {
      hint: 'Delete it and run "gt start".',
      cause,
    });
  }
}

/** The owner's bearer token. @throws {AppError} unauthenticated when it is missing or not readable by this user */
export function readOwnerToken(dir: string): string {
  const path = join(dir, OWNER_TOKEN_FILE);
  const token = readOptional(path)?.trim();
  if (token !== undefined && token !== "") return token;
  throw new AppError("unauthenticated", `The owner's token is not in ${path}.`, {
    hint: 'It is written by "gt start"; restart the town as the user who owns it.',
  });
}

/** @throws {AppError} forbidden when another user owns the file */
function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new AppError("forbidden", `${path} cannot be read (${String(code)}).`, {
      hint: "Run the command as the user who started the town.",
      cause,
    });
  }
}
