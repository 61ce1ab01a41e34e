/** `bd list`: beads by their properties. */
import type { IssueQuery } from "../../../../store/index/issue-query.ts";
import type { Bead } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { asksForAll, FILTER_FLAGS, type FilterValues, parseSort, queryFromFlags } from "../filters.ts";
import type { IssueJson } from "../issue-json.ts";
import { issuesWithCounts, withCounts } from "../list-json.ts";
import { failure } from "../output.ts";
import { detailsPage } from "../render/details.ts";
import { countText, type LineEntry, lineEntry, lineTree } from "../render/line.ts";
import { INFRA_TYPES } from "../values.ts";

const DEFAULT_LIMIT = 50;
const AGENT_LIMIT = 20;
const LINES_PER_WRITE = 1_000;
const WRITES_PER_TIDY = 16;

export default defineCommand<BdContext>()({
  summary: "List beads",
  description: "Closed and pinned beads, gates, templates and infrastructure are left out unless asked for.",
  examples: [
    { line: "bd list --status open,in_progress -p 0,1" },
    { line: "bd list --assignee alice --label backend --json" },
    { line: 'bd list --all --updated-after "3 days ago" --sort updated' },
  ],
  flags: {
    ...FILTER_FLAGS,
    all: { type: "boolean", summary: "Everything, closed included, without a limit" },
    ready: { type: "boolean", summary: "Only what can be worked on now" },
    limit: { type: "integer", short: "n", min: 0, summary: "At most so many; 0 for all (default 50)" },
    offset: { type: "integer", min: 0, summary: "Skip so many" },
    sort: {
      type: "string",
      value: "field",
      summary: "priority, created, updated, closed, status, id, title, type, assignee",
    },
    reverse: { type: "boolean", short: "r", summary: "The other way round" },
    long: { type: "boolean", summary: "Whole beads" },
    flat: { type: "boolean", summary: "No tree" },
    tree: { type: "boolean", negatable: true, summary: "Children under their parents (the default)" },
    pretty: { type: "boolean", summary: "The same as --tree" },
    watch: { type: "boolean", short: "w", summary: "List again after each change" },
    "no-pager": { type: "boolean", summary: "There is no pager", hidden: true },
    format: { type: "string", value: "name", summary: "json, dot or digraph" },
    "include-gates": { type: "boolean", summary: "With gates" },
    "include-infra": { type: "boolean", summary: "With agents, roles, rigs and messages" },
    "include-templates": { type: "boolean", summary: "With templates" },
    "skip-labels": { type: "boolean", summary: "Leave labels out; answers an object" },
  },
  async run({ flags, args }, ctx) {
    if (args.length > 0)
      throw failure(`unexpected argument "${args[0]}"`, {
        hint: "bd list takes flags only; bd search takes words.",
      });
    if (flags["skip-labels"] === true) refuseLabelFilters(flags);
    const query = await listQuery(flags, ctx);
    const limit =
      flags.limit ??
      (flags.all === true ? 0 : ctx.io.env.BD_AGENT_MODE === "1" ? AGENT_LIMIT : DEFAULT_LIMIT);
    // One more than is shown tells whether something was cut off.
    const asked = { ...query, limit: limit === 0 ? 0 : limit + 1, offset: flags.offset };
    const backend = await ctx.backend();
    const labels = flags["skip-labels"] !== true;
    if (limit === 0 && flags.watch !== true) {
      const pages = () =>
        flags.ready === true ? backend.readyPages(readyOnly(asked)) : backend.issuePages(asked);
      return await printAll(pages, flags, ctx);
    }
    const found = flags.ready === true ? await backend.ready(readyOnly(asked)) : await backend.issues(asked);
    const beads = limit === 0 ? found : found.slice(0, limit);
    if (found.length > beads.length && !ctx.out.json) {
      ctx.io.stderr.write(`Showing ${limit} issues; more match. Use --limit 0 for all.\n`);
    }
    if (flags.format === "dot" || flags.format === "digraph") {
      const { graphLines } = await import("../render/graph.ts");
      ctx.out.rawPieces(graphLines(beads, flags.format));
      return 0;
    }
    const payload = ctx.out.json ? await issuesWithCounts(beads, backend, { labels }) : [];
    ctx.out.emit(
      flags["skip-labels"] === true
        ? { issues: payload, meta: { skip_labels: true, count: beads.length } }
        : payload,
      () => listText(beads, flags, ctx),
    );
    if (flags.watch === true)
      return (await import("../watch.ts")).listAgain(ctx, () => backend.issues(asked));
    return 0;
  },
});

interface ListFlags extends FilterValues {
  readonly all?: boolean | undefined;
  readonly sort?: string | undefined;
  readonly reverse?: boolean | undefined;
  readonly flat?: boolean | undefined;
  readonly tree?: boolean | undefined;
  readonly long?: boolean | undefined;
  readonly format?: string | undefined;
  readonly "skip-labels"?: boolean | undefined;
  readonly "include-gates"?: boolean | undefined;
  readonly "include-infra"?: boolean | undefined;
  readonly "include-templates"?: boolean | undefined;
}

async function listQuery(flags: ListFlags, ctx: BdContext): Promise<IssueQuery> {
  const query = await queryFromFlags(flags, ctx);
  const { doneStatuses } = await import("../status-groups.ts");
  const hidden = [
    ...(flags["include-gates"] === true ? [] : ["gate"]),
    ...(flags["include-infra"] === true ? [] : INFRA_TYPES),
  ].filter(type => query.type?.includes(type) !== true);
  const open =
    query.status === undefined && !asksForAll(flags.status) && flags.all !== true && query.ids === undefined;
  const wantsPinned =
    flags.pinned === true ||
    flags.all === true ||
    asksForAll(flags.status) ||
    query.status?.includes("pinned") === true;
  const closedRange = query.closed !== undefined;
  return {
    ...query,
    excludeStatus:
      open && !closedRange ? [...(await doneStatuses(ctx)), ...(wantsPinned ? [] : ["pinned"])] : undefined,
    excludeType: [...(query.excludeType ?? []), ...hidden],
    template: flags["include-templates"] === true ? undefined : false,
    ephemeral: wantsWisps(flags, query) ? undefined : false,
    pinned: query.pinned ?? (open && !wantsPinned ? false : undefined),
    sort: parseSort(flags.sort),
    reverse: flags.reverse,
  };
}

/** Wisps are records of machinery: shown when they are asked for. */
function wantsWisps(flags: ListFlags, query: IssueQuery): boolean {
  return flags["include-infra"] === true || query.ids !== undefined || query.wispType !== undefined;
}

function readyOnly(query: IssueQuery) {
  const { sort: _sort, reverse: _reverse, status: _status, excludeStatus: _exclude, ...rest } = query;
  return rest;
}

/** Everything that matches, page by page. */
async function printAll(
  pages: () => AsyncIterable<readonly Bead[]>,
  flags: ListFlags,
  ctx: BdContext,
): Promise<number> {
  if (flags.format === "dot" || flags.format === "digraph") {
    const { graphBead, graphLines } = await import("../render/graph.ts");
    ctx.out.rawPieces(graphLines(await keepOf(pages(), graphBead), flags.format));
  } else if (ctx.out.json) {
    const labels = flags["skip-labels"] !== true;
    const json = withCounts(pages(), await ctx.backend(), { labels });
    if (labels) await ctx.out.emitPages(json);
    else await ctx.out.emitMembers(withoutLabels(json));
  } else if (flags.long === true) {
    return await printAllLong(pages(), ctx);
  } else {
    const entries = await keepOf(pages(), bead => lineEntry(bead, ctx.out.style));
    const backend = await ctx.backend();
    let writes = 0;
    for (const lines of inPieces(listLines(entries, flags, ctx), LINES_PER_WRITE)) {
      ctx.out.emit(undefined, () => `${lines.join("\n")}\n`);
      if (++writes % WRITES_PER_TIDY === 0) backend.tidy();
    }
  }
  return 0;
}

/** The object of `--skip-labels`; its `meta` is read when the issues have been written. */
function withoutLabels(pages: AsyncIterable<readonly IssueJson[]>): Record<string, unknown> {
  const meta = { skip_labels: true, count: 0 };
  async function* counted(): AsyncIterable<readonly IssueJson[]> {
    for await (const page of pages) {
      meta.count += page.length;
      yield page;
    }
  }
  return { issues: counted(), meta };
}

async function keepOf<T>(pages: AsyncIterable<readonly Bead[]>, keep: (bead: Bead) => T): Promise<T[]> {
  const kept: T[] = [];
  for await (const page of pages) for (const bead of page) kept.push(keep(bead));
  return kept;
}

/** Whole beads, page by page: all of them together may be more than memory should hold. */
async function printAllLong(pages: AsyncIterable<readonly Bead[]>, ctx: BdContext): Promise<number> {
  let printed = 0;
  for await (const page of pages) {
    if (page.length === 0) continue;
    ctx.out.emit(undefined, () => `${printed > 0 ? "\n" : ""}${longText(page, ctx)}`);
    printed += page.length;
  }
  if (printed === 0) ctx.out.emit(undefined, () => "No issues found.");
  return 0;
}

function longText(beads: readonly Bead[], ctx: BdContext): string {
  return beads
    .map(bead => detailsPage({ bead, dependencies: [], dependents: [], parent: undefined }, ctx.out.style))
    .join("\n\n");
}

function listText(beads: readonly Bead[], flags: ListFlags, ctx: BdContext): string {
  if (beads.length > 0 && flags.long === true) return longText(beads, ctx);
  const entries = beads.map(bead => lineEntry(bead, ctx.out.style));
  return [...listLines(entries, flags, ctx)].join("\n");
}

function* listLines(entries: readonly LineEntry[], flags: ListFlags, ctx: BdContext): Generator<string> {
  if (entries.length === 0) {
    yield "No issues found.";
    return;
  }
  const flat = flags.flat === true || flags.tree === false || flags.sort !== undefined;
  if (flat) for (const { line } of entries) yield line;
  else yield* lineTree(entries);
  yield "";
  yield ctx.out.style.dim(countText(entries.length, "issue"));
}

function* inPieces<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let piece: T[] = [];
  for (const item of items) {
    if (piece.push(item) < size) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

function refuseLabelFilters(flags: FilterValues): void {
  const given = [
    (flags.label?.length ?? 0) > 0 && "--label",
    (flags["label-any"]?.length ?? 0) > 0 && "--label-any",
    flags["label-pattern"] !== undefined && "--label-pattern",
    flags["label-regex"] !== undefined && "--label-regex",
    (flags["exclude-label"]?.length ?? 0) > 0 && "--exclude-label",
    flags["no-labels"] === true && "--no-labels",
  ].find(name => name !== false);
  if (given !== undefined) throw failure(`--skip-labels cannot be combined with ${given}`, { exit: 2 });
}
