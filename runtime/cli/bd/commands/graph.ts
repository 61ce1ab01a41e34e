/** `bd graph`: dependencies as layers: what can start now, then what comes after it. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { Backend } from "../backend.ts";
import type { BdContext } from "../context.ts";
import { descendantsOf } from "../descendants.ts";
import { gather } from "../gather.ts";
import { requireBead } from "../ids.ts";
import { type IssueJson, issueJson } from "../issue-json.ts";
import { layersOf } from "../layers.ts";
import { graphLines } from "../render/graph.ts";
import { graphHtml } from "../render/graph-html.ts";
import { beadLine } from "../render/line.ts";
import { doneStatuses } from "../status-groups.ts";
import { withoutTexts } from "../without-texts.ts";

/** Beads of a page. */
const PAGE = 200;

export default defineCommand<BdContext>()({
  summary: "Draw dependencies",
  description:
    "Of an epic and its children, of a bead and its neighbours, or with --all of everything open. Layer 0 can start now.",
  positionals: [{ name: "id", complete: "bead" }],
  flags: {
    all: { type: "boolean", summary: "Everything that is open" },
    open: { type: "boolean", summary: "Without what is done or put off" },
    compact: { type: "boolean", summary: "The same as without: one line each" },
    box: { type: "boolean", summary: "Understood; layers are shown in any case" },
    dot: { type: "boolean", summary: "For Graphviz" },
    html: { type: "boolean", summary: "A page that stands on its own" },
  },
  async run({ flags, args }, ctx) {
    const beads = await wanted(args[0], flags.all === true, flags.open === true, ctx);
    if (flags.all === true) (await ctx.backend()).tidy();
    if (flags.dot === true || flags.html === true) {
      ctx.out.rawPieces(flags.html === true ? graphHtml(beads, layersOf(beads)) : graphLines(beads, "dot"));
      return 0;
    }
    const layers = layersOf(beads);
    const ids = new Set(beads.map(bead => bead.id));
    const members = {
      root: args[0] === undefined ? null : (beads[0]?.id ?? null),
      issues: issuePages(beads, await ctx.backend()),
      layers: layers.map(layer => layer.map(bead => bead.id)),
      edges: edgePages(beads, ids),
    };
    if (ctx.out.json) {
      await ctx.out.emitMembers(members);
      return 0;
    }
    ctx.out.emit(undefined, () => {
      if (beads.length === 0) return "No issues to draw.";
      return layers
        .map((layer, index) => {
          const title = index === 0 ? "Layer 0 (can start now)" : `Layer ${index}`;
          const lines = layer.map(bead => {
            const after = (bead.dependencies ?? [])
              .filter(e => e.type === "blocks" && ids.has(e.depends_on_id))
              .map(e => e.depends_on_id);
            return `  ${beadLine(bead, ctx.out.style)}${after.length === 0 ? "" : ctx.out.style.dim(`  ← ${after.join(", ")}`)}`;
          });
          return [ctx.out.style.bold(title), ...lines].join("\n");
        })
        .join("\n\n");
    });
    return 0;
  },
});

/** The beads as they are now, page by page: what the layers are made of has no texts. */
async function* issuePages(beads: readonly Bead[], backend: Backend): AsyncIterable<readonly IssueJson[]> {
  for (let start = 0; start < beads.length; start += PAGE) {
    const page = beads.slice(start, start + PAGE);
    const whole = new Map(
      (await backend.issues({ ids: page.map(bead => bead.id) })).map(bead => [bead.id, bead]),
    );
    yield page.map(bead => issueJson(whole.get(bead.id) ?? bead));
  }
}

async function* edgePages(beads: readonly Bead[], ids: ReadonlySet<string>): AsyncIterable<readonly Edge[]> {
  for (let start = 0; start < beads.length; start += PAGE) {
    yield beads
      .slice(start, start + PAGE)
      .flatMap(bead =>
        (bead.dependencies ?? [])
          .filter(edge => ids.has(edge.depends_on_id))
          .map(edge => ({ from: bead.id, to: edge.depends_on_id, type: edge.type })),
      );
  }
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly type: string;
}

async function wanted(
  word: string | undefined,
  all: boolean,
  openOnly: boolean,
  ctx: BdContext,
): Promise<Bead[]> {
  const backend = await ctx.backend();
  const done = await doneStatuses(ctx);
  const open = (bead: Bead) => !done.includes(bead.status) && (!openOnly || bead.status !== "deferred");
  if (all) {
    const query = { excludeStatus: done, template: false };
    return gather(backend, query, bead => (open(bead) ? withoutTexts(bead) : undefined));
  }
  if (word === undefined) throw usageError("an issue ID is required, or --all");
  const root = await requireBead(ctx, word);
  const children = await descendantsOf(root.id, backend);
  const found = new Map([[root.id, root], ...children]);
  if (children.size === 0) {
    for (const edge of root.dependencies ?? []) {
      const target = await backend.get(edge.depends_on_id);
      if (target !== undefined) found.set(target.id, target);
    }
    for (const { bead } of await backend.dependents(root.id)) found.set(bead.id, bead);
  }
  return [...found.values()].filter(bead => !openOnly || bead.id === root.id || open(bead));
}
