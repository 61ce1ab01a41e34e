/** `bd show`: one bead or several, whole. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { type Details, detailsJson, detailsOf } from "../details.ts";
import { resolveId } from "../ids.ts";
import { failure } from "../output.ts";
import { detailsPage } from "../render/details.ts";
import { beadLine } from "../render/line.ts";

const NONE = "no issues found matching the provided IDs";

export default defineCommand<BdContext>()({
  summary: "Show beads",
  examples: [
    { line: "bd show bd-a3f" },
    { line: "bd show a3f x7k --json" },
    { line: "bd show bd-a3f --as-of main~3" },
  ],
  positionals: [{ name: "id", summary: "Whole ids or parts of them", rest: true, complete: "bead" }],
  flags: {
    id: {
      type: "string",
      multiple: true,
      value: "id",
      summary: "An id that looks like a flag",
      complete: "bead",
    },
    short: { type: "boolean", summary: "One line each" },
    long: { type: "boolean", summary: "All fields" },
    children: { type: "boolean", summary: "Only the children" },
    refs: { type: "boolean", summary: "Only what refers to it" },
    thread: { type: "boolean", summary: "The whole conversation, for messages" },
    current: {
      type: "boolean",
      summary: "The bead in hand: in progress or hooked for you, else the last touched",
    },
    "as-of": { type: "string", value: "commit", summary: "As it was at a commit" },
    "local-time": { type: "boolean", summary: "Local time instead of UTC" },
    watch: { type: "boolean", short: "w", summary: "Show again after each change" },
    "include-dependents": { type: "boolean", summary: "Always done; kept for scripts", hidden: true },
    "include-comments": { type: "boolean", summary: "Always done; kept for scripts", hidden: true },
  },
  async run({ flags, args }, ctx) {
    const words = [...args, ...flags.id];
    if (flags.current === true) words.push(await currentId(ctx));
    if (words.length === 0)
      throw usageError("at least one issue ID is required", "bd show <id>, or bd show --current");
    const backend = await ctx.backend();
    const found: Details[] = [];
    for (const bead of await beadsFor(words, flags["as-of"], ctx)) found.push(await detailsOf(bead, backend));
    if (found.length === 0) throw failure(NONE);
    const last = found.at(-1);
    if (last !== undefined && flags["as-of"] === undefined) ctx.touched(last.bead.id, false);
    if (flags.children === true || flags.refs === true || flags.thread === true) {
      const { showRelatives } = await import("../show-relatives.ts");
      return showRelatives(found, flags, ctx);
    }
    ctx.out.emit(found.map(detailsJson), () => {
      if (flags.short === true) return found.map(({ bead }) => beadLine(bead, ctx.out.style)).join("\n");
      const options = { long: flags.long === true, localTime: flags["local-time"] === true };
      return found.map(details => detailsPage(details, ctx.out.style, options)).join("\n\n───\n\n");
    });
    if (flags.watch === true) return (await import("../watch.ts")).showAgain(words, ctx);
    return 0;
  },
});

async function beadsFor(words: readonly string[], asOf: string | undefined, ctx: BdContext): Promise<Bead[]> {
  const backend = await ctx.backend();
  const beads: Bead[] = [];
  for (const word of words) {
    try {
      const bead =
        asOf === undefined ? await backend.get(await resolveId(ctx, word)) : await past(word, asOf, ctx);
      if (bead === undefined) ctx.out.warn(`no issue found matching "${word}"`);
      else beads.push(bead);
    } catch (error) {
      if (!hasCode(error, "not_found", "ambiguous") || (words.length === 1 && asOf !== undefined))
        throw error;
      ctx.out.warn(`Error fetching ${word}: ${AppError.from(error).message}`);
    }
  }
  return beads;
}

/** A bead of the past may not be there any more, so an id that does not resolve is taken as it is. */
async function past(word: string, revision: string, ctx: BdContext): Promise<Bead | undefined> {
  const id = await resolveId(ctx, word).catch((error: unknown) => {
    if (hasCode(error, "not_found")) return word;
    throw error;
  });
  return (await ctx.backend()).asOf(id, revision);
}

async function currentId(ctx: BdContext): Promise<string> {
  const backend = await ctx.backend();
  for (const status of ["in_progress", "hooked"]) {
    const [mine] = await backend.issues({
      status: [status],
      assignee: ctx.actor(),
      sort: "updated",
      limit: 1,
    });
    if (mine !== undefined) return mine.id;
  }
  const last = ctx.lastTouched();
  if (last === undefined)
    throw failure("no current issue: nothing in progress, nothing hooked, nothing touched yet");
  return last;
}
