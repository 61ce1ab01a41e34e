/** `bd lint`: descriptions without the sections of their type. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { gather } from "../gather.ts";
import { requireBead } from "../ids.ts";
import { missingSections } from "../lint-sections.ts";
import { normaliseType, requireStatus } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Find descriptions that lack a section of their type",
  positionals: [{ name: "id", rest: true, complete: "bead" }],
  flags: {
    status: { type: "string", short: "s", value: "status", summary: "Instead of open; all for all" },
    type: { type: "string", short: "t", value: "type", summary: "Only this type" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const status =
      flags.status === "all" ? undefined : [requireStatus(flags.status ?? "open", await backend.config())];
    const judge = (bead: Bead) => {
      checked += 1;
      const missing = missingSections(bead);
      if (missing.length === 0) return undefined;
      return { id: bead.id, title: bead.title, type: bead.issue_type, missing, warnings: missing.length };
    };
    let checked = 0;
    const query = {
      status,
      template: false,
      type: flags.type === undefined ? undefined : [normaliseType(flags.type)],
    };
    const results =
      args.length > 0
        ? (await Promise.all(args.map(word => requireBead(ctx, word))))
            .map(judge)
            .filter(found => found !== undefined)
        : await gather(backend, query, judge);
    const total = results.reduce((sum, result) => sum + result.warnings, 0);
    ctx.out.emit({ total, issues: results.length, results }, () => {
      if (results.length === 0) return `✓ No template warnings found (${checked} issues checked)`;
      const lines = results.flatMap(r => [
        `${r.id} [${r.type}]: ${printable(r.title)}`,
        ...r.missing.map(m => `  ⚠ Missing: ## ${m}`),
      ]);
      return [`Template warnings (${results.length} issues, ${total} warnings):`, "", ...lines].join("\n");
    });
    return total > 0 ? 1 : 0;
  },
});
