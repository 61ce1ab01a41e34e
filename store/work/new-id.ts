/** Ids of new beads: chosen by the store, or given and checked. */
import { isStorableId } from "../branch/layout.ts";
import type { BeadSource } from "../index/bead-source.ts";
import { prefixesOf, type StoreConfig } from "../model/config.ts";
import type { NewBead } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";
import { childDepth, hasPrefix, MAX_CHILD_DEPTH, mintId } from "../schema/ids.ts";

/** What an id is chosen by. */
export interface IdContext {
  readonly source: BeadSource;
  readonly config: StoreConfig;
  /** Id of the parent, which exists. */
  readonly parent: string | undefined;
  readonly creator: string;
  /** Nanoseconds since the epoch. */
  readonly unixNano: bigint;
  /** The next free number of a child id. */
  readonly reserveChild: (parent: string, highest: number) => number;
}

/**
 * An id that is free: `parent.N` for a child, three levels deep at most, a short hash for others.
 * @throws {AppError} already_exists when no hash is free
 */
export function chooseId(input: NewBead, context: IdContext): string {
  const { source, config, parent } = context;
  if (parent !== undefined && canNumberChildren(parent, config)) {
    return `${parent}.${context.reserveChild(parent, source.highestChild(parent))}`;
  }
  const { title, description = "" } = input;
  const seed = { title, description, creator: context.creator, unixNano: context.unixNano };
  return mintId(seed, {
    prefix: input.prefix ?? config.prefix,
    infix: input.ephemeral === true ? "wisp" : input.issue_type === "molecule" ? "mol" : undefined,
    count: source.roughCount(),
    taken: id => source.version(id) !== undefined || source.aliasTarget(id) !== undefined,
  });
}

/** The same id when a bead here may have it. @throws {AppError} invalid_argument */
export function checkId(id: string, config: StoreConfig, force: boolean): string {
  if (!isStorableId(id)) {
    throw new AppError("invalid_argument", `invalid issue ID: ${JSON.stringify(id)}`, {
      hint: "An id is letters, digits, dots, dashes and underscores, at most 200.",
    });
  }
  const prefixes = prefixesOf(config);
  if (force || prefixes.some(prefix => hasPrefix(id, prefix))) return id;
  throw new AppError(
    "invalid_argument",
    `issue ID ${id} does not match the prefix ${prefixes.join(" or ")}`,
    {
      hint: "Use --force, or add its prefix to the allowed ones.",
      data: { id, prefixes: [...prefixes] },
    },
  );
}

function canNumberChildren(parent: string, config: StoreConfig): boolean {
  return childDepth(parent) < MAX_CHILD_DEPTH && prefixesOf(config).some(prefix => hasPrefix(parent, prefix));
}
