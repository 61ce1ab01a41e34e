/** `bd purge`: closed wisps go. */
import { globToRegExp } from "../../../../store/index/issue-query.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { pruneBeads } from "../prune-beads.ts";
import { parseDuration } from "../time.ts";

export default defineCommand<BdContext>()({
  summary: "Delete closed wisps",
  flags: {
    "older-than": { type: "string", value: "age", summary: "Closed so long ago, e.g. 7d" },
    pattern: { type: "string", value: "glob", summary: "Ids like this" },
    force: { type: "boolean", short: "f", summary: "Do it" },
    "dry-run": { type: "boolean", summary: "Only show them" },
  },
  async run({ flags }, ctx) {
    const age = flags["older-than"];
    const before =
      age === undefined
        ? undefined
        : new Date(ctx.now() - parseDuration(/^\d+$/.test(age) ? `${age}d` : age)).toISOString();
    const pattern = flags.pattern === undefined ? undefined : globToRegExp(flags.pattern);
    const found = (await (await ctx.backend()).issues({ status: ["closed"], ephemeral: true })).filter(
      bead =>
        bead.pinned !== true &&
        (before === undefined || (bead.closed_at ?? bead.updated_at) < before) &&
        (pattern === undefined || pattern.test(bead.id)),
    );
    return pruneBeads(
      found,
      { force: flags.force === true, dryRun: flags["dry-run"] === true, reason: "Purged" },
      ctx,
    );
  },
});
