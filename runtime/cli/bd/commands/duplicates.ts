/** `bd duplicates`: beads with the same words. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { closeAs } from "../close-as.ts";
import type { BdContext } from "../context.ts";
import { candidateOf, duplicateGroups } from "../duplicates.ts";
import { gather } from "../gather.ts";

export default defineCommand<BdContext>()({
  summary: "Find beads with identical content",
  flags: {
    "auto-merge": { type: "boolean", summary: "Close all but one of each group as duplicates of it" },
    "dry-run": { type: "boolean", summary: "Only show what would be done" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const groups = duplicateGroups(
      await gather(backend, { template: false, excludeType: ["message", "event"] }, candidateOf),
    );
    const payload: Record<string, unknown> = {
      duplicate_groups: groups.length,
      groups: groups.map(({ keep, others, references }) => ({
        title: keep.title,
        issues: [keep, ...others].map(bead => ({
          id: bead.id,
          title: bead.title,
          status: bead.status,
          priority: bead.priority,
          references: references.get(bead.id) ?? 0,
          is_merge_target: bead === keep,
        })),
        suggested_target: keep.id,
        suggested_sources: others.map(bead => bead.id),
        suggested_action: others.map(bead => `bd duplicate ${bead.id} --of ${keep.id}`).join(" && "),
      })),
    };
    const commands = groups.flatMap(({ keep, others }) =>
      others.map(bead => `bd duplicate ${bead.id} --of ${keep.id}`),
    );
    if (flags["auto-merge"] === true && flags["dry-run"] !== true && groups.length > 0) {
      await backend.change({ touches: "all" }, tx => {
        for (const { keep, others } of groups) {
          for (const bead of others)
            if (bead.status !== "closed")
              closeAs(tx, bead.id, keep.id, "duplicates", `Duplicate of ${keep.id}`);
        }
      });
      ctx.touched(groups[0]?.keep.id ?? "", true);
      payload.merge_results = groups.map(({ keep, others }) => ({
        target: keep.id,
        closed: others.map(bead => bead.id),
      }));
    } else if (flags["auto-merge"] === true || flags["dry-run"] === true) payload.merge_commands = commands;
    ctx.out.emit(payload, () => {
      if (groups.length === 0) return "No duplicates found!";
      const lines = groups.flatMap(({ keep, others }, index) => [
        `Group ${index + 1}: ${printable(keep.title)}`,
        ...[keep, ...others].map(
          bead => `  ${bead === keep ? "→" : " "} ${bead.id} (${bead.status}, P${bead.priority})`,
        ),
      ]);
      return [
        `Found ${groups.length} duplicate group(s):`,
        "",
        ...lines,
        "",
        ...commands.map(c => `  ${c}`),
      ].join("\n");
    });
    return 0;
  },
});
