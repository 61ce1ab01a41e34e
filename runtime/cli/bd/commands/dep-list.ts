/** `bd dep list`: what a bead depends on, or what depends on it. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";
import { edgeJson, relatedJson } from "../issue-json.ts";
import { priorityText, statusIcon } from "../render/line.ts";

export default defineCommand<BdContext>()({
  summary: "List dependencies or dependents",
  description: "With several ids, JSON has the edges themselves.",
  positionals: [{ name: "id", required: true, rest: true, complete: "bead" }],
  flags: {
    direction: {
      type: "string",
      default: "down",
      choices: ["down", "up"],
      summary: "Dependencies, or dependents",
    },
    type: { type: "string", short: "t", value: "type", summary: "Only edges of this type" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const beads = await Promise.all(args.map(word => requireBead(ctx, word)));
    const fits = (type: string) => flags.type === undefined || type === flags.type;
    const up = flags.direction === "up";
    if (beads.length > 1 && ctx.out.json) {
      const edges = up
        ? (await Promise.all(beads.map(bead => backend.dependents(bead.id)))).flatMap((found, index) =>
            found.flatMap(
              ({ bead }) => bead.dependencies?.filter(e => e.depends_on_id === beads[index]?.id) ?? [],
            ),
          )
        : beads.flatMap(bead => bead.dependencies ?? []);
      ctx.out.emit(edges.filter(edge => fits(edge.type)).map(edgeJson), () => "");
      return 0;
    }
    const sections: string[] = [];
    for (const bead of beads) {
      const related = (up ? await backend.dependents(bead.id) : await targets(bead, ctx)).filter(({ type }) =>
        fits(type),
      );
      if (ctx.out.json) {
        ctx.out.emit(
          related.map(other => relatedJson(other.bead, other.type)),
          () => "",
        );
        return 0;
      }
      sections.push(text(bead, related, up, ctx));
    }
    ctx.out.emit([], () => sections.join("\n\n"));
    return 0;
  },
});

async function targets(
  bead: Bead,
  ctx: BdContext,
): Promise<{ readonly bead: Bead; readonly type: string }[]> {
  const backend = await ctx.backend();
  const found: { readonly bead: Bead; readonly type: string }[] = [];
  for (const edge of bead.dependencies ?? []) {
    const other = await backend.get(edge.depends_on_id);
    if (other !== undefined) found.push({ bead: other, type: edge.type });
  }
  return found;
}

function text(
  bead: Bead,
  related: readonly { bead: Bead; type: string }[],
  up: boolean,
  ctx: BdContext,
): string {
  const { style } = ctx.out;
  if (related.length === 0) return `${bead.id} has no ${up ? "dependents" : "dependencies"}`;
  const lines = related.map(
    other =>
      `  ${statusIcon(other.bead.status, style)} ${other.bead.id}: ${printable(other.bead.title)} [${priorityText(other.bead.priority, style)}] (${other.bead.status}) via ${other.type}`,
  );
  return [`${bead.id} ${up ? "is depended on by" : "depends on"}:`, ...lines].join("\n");
}
