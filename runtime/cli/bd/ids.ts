/** Ids as people write them, resolved to whole ones. */

import type { Bead } from "../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import { usageError } from "../lib/args.ts";
import type { BdContext } from "./context.ts";

/** The whole id. @throws {AppError} not_found (`no issue found matching "x"`), ambiguous */
export async function resolveId(ctx: BdContext, word: string): Promise<string> {
  const backend = await ctx.backend();
  try {
    return await backend.resolve(word);
  } catch (error) {
    if (hasCode(error, "not_found")) {
      throw new AppError("not_found", `no issue found matching "${word}"`, { cause: error });
    }
    throw error;
  }
}

/** The bead for a word. @throws {AppError} not_found, ambiguous */
export async function requireBead(ctx: BdContext, word: string): Promise<Bead> {
  const backend = await ctx.backend();
  const bead = await backend.get(await resolveId(ctx, word));
  if (bead === undefined) throw new AppError("not_found", `no issue found matching "${word}"`);
  return bead;
}

/** The ids given, or the bead touched last. @throws {AppError} invalid_argument, not_found, ambiguous */
export async function idsOrLast(ctx: BdContext, words: readonly string[]): Promise<string[]> {
  if (words.length > 0) return Promise.all(words.map(word => resolveId(ctx, word)));
  const last = ctx.lastTouched();
  if (last === undefined) throw usageError("no issue ID provided and no last touched issue");
  return [await resolveId(ctx, last)];
}
