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

/** What became of each id when many are worked on: failures do not stop the rest. */
export interface PerId<T> {
  readonly done: T[];
  readonly failed: number;
}

/**
 * Does the work for every id; failures go to standard error, one line each.
 * @throws {AppError} the failure itself when there was only one id and nothing succeeded
 */
export async function forEachId<T>(
  ctx: BdContext,
  words: readonly string[],
  work: (id: string, word: string, index: number) => Promise<T>,
): Promise<PerId<T>> {
  const done: T[] = [];
  let failed = 0;
  for (const [index, word] of words.entries()) {
    try {
      done.push(await work(await resolveId(ctx, word), word, index));
    } catch (error) {
      if (words.length === 1) throw error;
      failed += 1;
      ctx.out.warn(`Error: ${AppError.from(error).message}`);
    }
  }
  return { done, failed };
}
