/** `bd prune`: old closed beads go, unless something open still names them. */
import { globToRegExp } from "../../../../store/index/issue-query.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { referencePattern } from "../delete-beads.ts";
import { pruneBeads } from "../prune-beads.ts";
import { parseDuration } from "../time.ts";

export default defineCommand<BdContext>()({
  summary: "Delete old closed beads",
  description:
    "Tombstones stay, and the history has them all. Pinned beads, and those that open ones name, are kept.",
  flags: {
    "older-than": { type: "string", value: "age", summary: "Closed so long ago, e.g. 90d" },
    pattern: { type: "string", value: "glob", summary: "Ids like this" },
    "ignore-references": { type: "boolean", summary: "Also those that open beads name" },
    force: { type: "boolean", short: "f", summary: "Do it" },
    "dry-run": { type: "boolean", summary: "Only show them" },
  },
  async run({ flags }, ctx) {
    const age = flags["older-than"];
    if (age === undefined && flags.pattern === undefined)
      throw usageError("--older-than or --pattern is required");
    const backend = await ctx.backend();
    const all = await backend.issues({});
    const before =
      age === undefined
        ? undefined
        : new Date(ctx.now() - parseDuration(/^\d+$/.test(age) ? `${age}d` : age)).toISOString();
    const pattern = flags.pattern === undefined ? undefined : globToRegExp(flags.pattern);
    const candidates = all.filter(
      bead =>
        bead.status === "closed" &&
        bead.pinned !== true &&
        bead.ephemeral !== true &&
        (before === undefined || (bead.closed_at ?? bead.updated_at) < before) &&
        (pattern === undefined || pattern.test(bead.id)),
    );
    const texts = all
      .filter(bead => bead.status !== "closed")
      .map(bead =>
        [bead.description, bead.notes, ...(bead.comments ?? []).map(comment => comment.text)].join("\n"),
      )
      .join("\n");
    const kept =
      flags["ignore-references"] === true
        ? candidates
        : candidates.filter(bead => !referencePattern(bead.id).test(texts));
    return pruneBeads(
      kept,
      { force: flags.force === true, dryRun: flags["dry-run"] === true, reason: "Pruned" },
      ctx,
    );
  },
});
