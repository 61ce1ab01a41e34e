/** Adding a comment, for `bd comment` and `bd comments add`. */
import { usageError } from "../lib/args.ts";
import type { BdContext } from "./context.ts";
import { resolveId } from "./ids.ts";
import { commentJson } from "./issue-json.ts";
import { readInput } from "./values.ts";

interface CommentInput {
  readonly words: readonly string[];
  readonly file?: string | undefined;
  readonly stdin?: boolean | undefined;
  readonly author?: string | undefined;
}

/** Adds the comment and prints it. @throws {AppError} invalid_argument, not_found */
export async function addComment(input: CommentInput, ctx: BdContext): Promise<number> {
  const [word, ...rest] = input.words;
  if (word === undefined) throw usageError("issue ID required");
  const file = input.stdin === true ? "-" : input.file;
  const text = file === undefined ? rest.join(" ") : (await readInput(file, ctx)).trimEnd();
  if (text.trim() === "")
    throw usageError("comment text required (as an argument, with --file, or with --stdin)");
  const id = await resolveId(ctx, word);
  const backend = await ctx.backend();
  const author = input.author ?? ctx.actor();
  const comment = await backend.change({ touches: [id] }, tx => tx.comment(id, text, author));
  ctx.touched(id, true);
  ctx.out.emit(commentJson(comment), () => `${ctx.out.style.green("✓")} Comment added to ${id}`);
  return 0;
}
