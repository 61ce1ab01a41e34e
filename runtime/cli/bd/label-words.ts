/** `bd label add|remove <id...> <label[,label...]>`. */
import { AppError } from "../../../store/schema/errors.ts";
import { usageError } from "../lib/args.ts";
import type { BdContext } from "./context.ts";
import { resolveId } from "./ids.ts";
import { failure } from "./output.ts";
import { list } from "./values.ts";

/** Adds or removes the labels on every bead, in one commit. @throws {AppError} invalid_argument, not_found */
export async function changeLabels(
  how: "added" | "removed",
  words: readonly string[],
  ctx: BdContext,
): Promise<number> {
  const labels = list(words.at(-1) ?? "");
  const ids: string[] = [];
  if (words.length < 2 || labels.length === 0) throw usageError("an issue ID and a label are required");
  for (const word of words.slice(0, -1)) {
    try {
      ids.push(await resolveId(ctx, word));
    } catch (error) {
      if (words.length === 2) throw error;
      ctx.out.warn(`Error resolving ${word}: ${AppError.from(error).message}`);
    }
  }
  if (ids.length === 0) throw failure("no issues were changed");
  const backend = await ctx.backend();
  await backend.change({ touches: ids }, tx => {
    for (const id of ids) {
      for (const label of labels) how === "added" ? tx.addLabel(id, label) : tx.removeLabel(id, label);
    }
  });
  ctx.touched(ids.at(-1) ?? "", true);
  const answers = ids.flatMap(id => labels.map(label => ({ status: how, issue_id: id, label })));
  const preposition = how === "added" ? "to" : "from";
  ctx.out.emit(answers, () =>
    answers
      .map(
        ({ issue_id, label }) =>
          `✓ ${how === "added" ? "Added" : "Removed"} label '${label}' ${preposition} ${issue_id}`,
      )
      .join("\n"),
  );
  return 0;
}
