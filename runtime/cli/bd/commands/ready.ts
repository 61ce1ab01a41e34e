/** `bd ready`: what can be worked on now. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { ReadyQuery } from "../backend.ts";
import { claim } from "../claim.ts";
import type { BdContext } from "../context.ts";
import { FILTER_FLAGS, metadataFields } from "../filters.ts";
import { resolveId } from "../ids.ts";
import { issuesWithCounts, withCounts } from "../list-json.ts";
import { beadLine, beadTree, countText } from "../render/line.ts";
import { shareClaim } from "../share-claim.ts";
import { list, normaliseType, parsePriority } from "../values.ts";

const POLICIES = ["priority", "hybrid", "oldest"] as const;

export default defineCommand<BdContext>()({
  summary: "What can be worked on now",
  description: "Open beads that nothing blocks: no open blocker, no blocked parent, not put off.",
  examples: [
    { line: "bd ready" },
    { line: "bd ready --claim --json", note: "take the first one" },
    { line: "bd ready --explain", note: "why the others have to wait" },
  ],
  flags: {
    assignee: FILTER_FLAGS.assignee,
    unassigned: { type: "boolean", short: "u", summary: "That nobody has", group: "Filters" },
    label: FILTER_FLAGS.label,
    "label-any": FILTER_FLAGS["label-any"],
    "exclude-label": FILTER_FLAGS["exclude-label"],
    type: FILTER_FLAGS.type,
    "exclude-type": FILTER_FLAGS["exclude-type"],
    priority: FILTER_FLAGS.priority,
    parent: { ...FILTER_FLAGS.parent, summary: "Descendants of this bead" },
    "mol-type": FILTER_FLAGS["mol-type"],
    "metadata-field": FILTER_FLAGS["metadata-field"],
    "has-metadata-key": FILTER_FLAGS["has-metadata-key"],
    limit: { type: "integer", short: "n", min: 0, default: 100, summary: "At most so many; 0 for all" },
    offset: { type: "integer", min: 0, summary: "Skip so many" },
    sort: {
      type: "string",
      short: "s",
      value: "policy",
      default: "priority",
      summary: "priority, hybrid or oldest",
    },
    "include-deferred": { type: "boolean", summary: "With what is put off" },
    "include-ephemeral": { type: "boolean", summary: "With wisps" },
    claim: { type: "boolean", summary: "Take the first one: assignee and in_progress in one step" },
    explain: { type: "boolean", summary: "Why things are ready or blocked" },
    mol: { type: "string", value: "id", summary: "Steps of this molecule", complete: "bead" },
    gated: { type: "boolean", summary: "Molecules whose gate has opened" },
    plain: { type: "boolean", summary: "A numbered list" },
    pretty: { type: "boolean", negatable: true, summary: "A tree (the default)" },
  },
  async run({ flags }, ctx) {
    if (flags.mol !== undefined || flags.gated === true) {
      const { readyMolecule, gatedMolecules } = await import("../mol-ready.ts");
      return flags.mol === undefined ? gatedMolecules(ctx) : readyMolecule(flags.mol, ctx);
    }
    const backend = await ctx.backend();
    const sort = POLICIES.find(name => name === flags.sort);
    if (sort === undefined)
      throw usageError(`invalid sort policy "${flags.sort}" (valid: ${POLICIES.join(", ")})`);
    const query: ReadyQuery = {
      assignee: flags.unassigned === true ? null : flags.assignee,
      labels: some(flags.label),
      labelsAny: some(flags["label-any"]),
      excludeLabels: some(flags["exclude-label"]),
      type: flags.type === undefined ? undefined : list(flags.type).map(normaliseType),
      excludeType: some(flags["exclude-type"].map(normaliseType)),
      priority: flags.priority === undefined ? undefined : list(flags.priority).map(parsePriority),
      molType: flags["mol-type"],
      metadata: metadataFields(flags["metadata-field"]),
      hasMetadataKey: flags["has-metadata-key"],
      limit: flags.limit,
      offset: flags.offset,
      sort,
      includeDeferred: flags["include-deferred"] === true,
      includeEphemeral: flags["include-ephemeral"] === true,
      ...(flags.parent === undefined ? {} : { under: await resolveId(ctx, flags.parent) }),
    };
    if (flags.claim === true) return claimFirst(query, ctx);
    if (flags.explain === true) return (await import("../explain-ready.ts")).explainReady(query, ctx);
    if (ctx.out.json && flags.limit === 0) {
      await ctx.out.emitPages(withCounts(backend.readyPages(query), backend));
      return 0;
    }
    const beads = await backend.ready(query);
    const payload = ctx.out.json ? await issuesWithCounts(beads, backend) : [];
    ctx.out.emit(payload, () => readyText(beads, flags.plain === true, ctx));
    return 0;
  },
});

async function claimFirst(query: ReadyQuery, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const candidates = await backend.ready({ ...query, limit: 20 });
  const actor = ctx.actor();
  for (const { id, assignee } of candidates) {
    if (assignee !== undefined && assignee !== actor) continue;
    const claimed = await backend.change({ touches: [id] }, tx => {
      const now = tx.get(id);
      return now?.status === "open" && (now.assignee ?? actor) === actor ? claim(tx, id, actor) : undefined;
    });
    if (claimed === undefined) continue;
    ctx.touched(id, true);
    try {
      await shareClaim(id, ctx);
    } catch (error) {
      // Another machine was first: the next one, then.
      if (hasCode(error, "already_claimed")) continue;
      throw error;
    }
    const payload = ctx.out.json ? await issuesWithCounts([claimed], backend) : [];
    ctx.out.emit(payload, () => `✓ Claimed issue: ${id} — ${printable(claimed.title)}`);
    return 0;
  }
  ctx.out.emit([], () => "No ready work to claim.");
  return 0;
}

function readyText(beads: readonly Bead[], plain: boolean, ctx: BdContext): string {
  const { style } = ctx.out;
  if (beads.length === 0) return "No ready work found (no open issues without blockers).";
  if (plain) return beads.map((bead, index) => `${index + 1}. ${beadLine(bead, style)}`).join("\n");
  return [
    `Ready work (${countText(beads.length, "issue")} with no open blockers):`,
    "",
    ...beadTree(beads, style),
  ].join("\n");
}

function some<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
