/** Ids of beads: short hashes that grow with the store, child ids, and the finding of an id by a part of it. */
import { AppError } from "./errors.ts";
import { sha256 } from "./sha256.ts";

export const MIN_HASH_LENGTH = 3;
export const MAX_HASH_LENGTH = 8;
/** Nonces tried per length before the hash grows by a character. */
export const NONCES_PER_LENGTH = 10;
const MAX_COLLISION_PROBABILITY = 0.25;
/** Child ids nest at most this deep: `a.1.2.3`. */
export const MAX_CHILD_DEPTH = 3;
const BYTES_BY_LENGTH: Readonly<Record<number, number>> = { 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 8: 5 };
const PREFIX = /^[A-Za-z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*$/;

/** What an id is derived from. */
export interface IdSeed {
  readonly title: string;
  readonly description: string;
  readonly creator: string;
  /** Nanoseconds since the epoch. */
  readonly unixNano: bigint;
  readonly nonce: number;
}

/** The hash part of an id with this many characters (3 to 8). */
export function hashPart(seed: IdSeed, length: number): string {
  const text = [seed.title, seed.description, seed.creator, seed.unixNano, seed.nonce].join("|");
  const digest = sha256(new TextEncoder().encode(text));
  let value = 0n;
  for (const byte of digest.subarray(0, BYTES_BY_LENGTH[length] ?? 3)) value = value * 256n + BigInt(byte);
  return value.toString(36).padStart(length, "0").slice(-length);
}

/** The shortest hash length at which a new bead collides with less than a quarter's probability. */
export function hashLength(beads: number): number {
  for (let length = MIN_HASH_LENGTH; length < MAX_HASH_LENGTH; length++) {
    const probability = 1 - Math.exp(-(beads * beads) / (2 * 36 ** length));
    if (probability <= MAX_COLLISION_PROBABILITY) return length;
  }
  return MAX_HASH_LENGTH;
}

/**
 * A new id `<prefix>-<hash>` that is not taken.
 * @param infix set between prefix and hash, e.g. "mol" or "wisp"
 * @throws {AppError} already_exists when every candidate is taken
 */
export function mintId(
  seed: Omit<IdSeed, "nonce">,
  options: {
    readonly prefix: string;
    readonly infix?: string | undefined;
    /** Number of top-level beads with this prefix. */
    readonly count: number;
    readonly taken: (id: string) => boolean;
  },
): string {
  const head = options.infix === undefined ? options.prefix : `${options.prefix}-${options.infix}`;
  for (let length = hashLength(options.count); length <= MAX_HASH_LENGTH; length++) {
    for (let nonce = 0; nonce < NONCES_PER_LENGTH; nonce++) {
      const id = `${head}-${hashPart({ ...seed, nonce }, length)}`;
      if (!options.taken(id)) return id;
    }
  }
  throw new AppError("already_exists", `No free id was found for "${seed.title}".`, {
    hint: "Change the title a little, or give an explicit id.",
  });
}

/** Parent of a child id (`gt-a.1` -> `gt-a`); undefined for a top-level one. */
export function parentId(id: string): string | undefined {
  return /^(.+)\.\d+$/.exec(id)?.[1];
}

/** Number of a child id (`gt-a.12` -> 12); undefined for a top-level one. */
export function childNumber(id: string): number | undefined {
  const digits = /\.(\d+)$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** How many parents a child id has: 0 for `gt-a`, 2 for `gt-a.1.2`. */
export function childDepth(id: string): number {
  return /(\.\d+)*$/.exec(id)?.[0].split(".").slice(1).length ?? 0;
}

/** The prefix of an id: all before the last dash, without the infix of molecules and wisps. */
export function prefixOf(id: string): string {
  const dash = id.lastIndexOf("-");
  return (dash < 0 ? "" : id.slice(0, dash)).replace(/-(mol|wisp)$/, "");
}

/** True when the id has one of these prefixes. The longest prefix decides, so `gt-x` and `gt` may both be in use. */
export function hasPrefix(id: string, prefix: string): boolean {
  return id.startsWith(`${prefix}-`) && id.length > prefix.length + 1;
}

/** True for prefixes that ids may have. */
export function isPrefix(prefix: string): boolean {
  return PREFIX.test(prefix) && prefix.length <= 40;
}

/** Looks up ids for `resolveId`. */
export interface IdLookup {
  readonly prefixes: readonly string[];
  exists(id: string): boolean;
  /** Ids whose hash part contains this text. */
  containing(part: string): readonly string[];
}

/**
 * The full id for a full id, an id without its prefix, or a part of the hash.
 * @throws {AppError} not_found, ambiguous
 */
export function resolveId(lookup: IdLookup, partial: string): string {
  const given = partial.trim();
  if (lookup.exists(given)) return given;
  for (const prefix of lookup.prefixes) {
    const full = `${prefix}-${given}`;
    if (lookup.exists(full)) return full;
  }
  const [owner] = lookup.prefixes.filter(prefix => hasPrefix(given, prefix));
  const part = owner === undefined ? given : given.slice(owner.length + 1);
  const matches = part === "" ? [] : lookup.containing(part);
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  if (matches.length === 0) throw noIssueFound(given);
  const shown = [...matches].sort();
  throw new AppError(
    "ambiguous",
    `ambiguous ID "${given}" matches ${matches.length} issues: [${shown.slice(0, 20).join(" ")}]`,
    {
      hint: "Give more characters of the id.",
      data: { matches: shown.slice(0, 100) },
    },
  );
}

/** The refusal of an id that names no bead. */
export function noIssueFound(id: string): AppError {
  return new AppError("not_found", `no issue found matching "${id}"`, {
    hint: "List ids with `bd list`.",
    data: { id },
  });
}
