/** `bd __complete`: what the completion scripts ask. Fast, and silent when it cannot know. */
import { defineCommand } from "../../lib/args.ts";
import { candidates } from "../../lib/completion.ts";
import type { BdContext } from "../context.ts";
import { RECIPES } from "../setup-recipes.ts";
import { BUILT_IN_STATUSES, CORE_TYPES, customStatuses, customTypes } from "../values.ts";

const MAX_BEADS = 200;

export default defineCommand<BdContext>()({
  summary: "Suggestions for a shell",
  trailing: { name: "words", summary: "the command line so far" },
  async run({ trailing }, ctx) {
    const found = await candidates(ctx.program, trailing, async kind => {
      if (kind === "command") return RECIPES.map(({ name, title }) => ({ value: name, note: title }));
      const initialised = ctx.findWorkspace()?.initialised === true;
      if (kind === "status" || kind === "type") {
        const config = initialised ? await (await ctx.backend()).config() : {};
        if (kind === "status") {
          return [...BUILT_IN_STATUSES, ...customStatuses(config)].map(({ name, description }) => ({
            value: name,
            note: description,
          }));
        }
        const core = CORE_TYPES.map(([value, note]) => ({ value, note }));
        return [...core, ...customTypes(config).map(value => ({ value }))];
      }
      if (kind === "label" && initialised) {
        const beads = await (await ctx.backend()).issues({ limit: MAX_BEADS, sort: "updated" });
        return [...new Set(beads.flatMap(bead => bead.labels ?? []))].sort().map(value => ({ value }));
      }
      if (kind !== "bead" || ctx.findWorkspace()?.initialised !== true) return [];
      const beads = await (await ctx.backend()).issues({
        excludeStatus: ["closed"],
        limit: MAX_BEADS,
        sort: "updated",
      });
      return beads.map(bead => ({ value: bead.id, note: bead.title }));
    });
    ctx.out.raw(
      found
        .map(
          ({ value, note }) => `${note === undefined ? value : `${value}\t${note.split("\n")[0] ?? ""}`}\n`,
        )
        .join(""),
    );
    return 0;
  },
});
