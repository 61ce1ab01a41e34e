/** Dependencies as words: `bd-1`, `discovered-from:bd-1`, `blocks:bd-1`. */
import { DEPENDENCY_TYPES } from "../../../store/schema/bead-words.ts";
import { usageError } from "../lib/args.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { BdContext } from "./context.ts";
import { resolveId } from "./ids.ts";

/** An edge of a bead that is about to be created: towards `target`, or from it when `reversed`. */
export interface NewEdge {
  readonly target: string;
  readonly type: string;
  readonly reversed: boolean;
}

/** Reads the words of `--deps`. @throws {AppError} invalid_argument, not_found */
export async function parseDependencyList(words: readonly string[], ctx: BdContext): Promise<NewEdge[]> {
  return Promise.all(words.map(word => parseOne(word, ctx)));
}

async function parseOne(word: string, ctx: BdContext): Promise<NewEdge> {
  const at = word.startsWith("external:") ? -1 : word.indexOf(":");
  if (at === -1) return { target: await target(word, ctx), type: "blocks", reversed: false };
  const type = word.slice(0, at).trim();
  const id = word.slice(at + 1).trim();
  if (type === "blocked-by" || type === "depends-on") {
    return { target: await target(id, ctx), type: "blocks", reversed: false };
  }
  const known: readonly string[] = DEPENDENCY_TYPES;
  if (!known.includes(type)) {
    throw usageError(
      `invalid dependency type "${type}" in "${word}" (valid: ${DEPENDENCY_TYPES.join(", ")})`,
      didYouMean(type, DEPENDENCY_TYPES),
    );
  }
  return { target: await target(id, ctx), type, reversed: type === "blocks" };
}

/** A bead's id, or an `external:<project>:<capability>` reference as it is. @throws {AppError} not_found */
export async function target(word: string, ctx: BdContext): Promise<string> {
  return word.startsWith("external:") ? word : resolveId(ctx, word);
}

/** A dependency type for `dep add`. @throws {AppError} invalid_argument */
export function requireDependencyType(type: string): string {
  if (type === "" || type.length > 50) throw usageError("dependency type must be 1 to 50 characters");
  if (type === "blocked-by" || type === "depends-on") return "blocks";
  return type;
}
