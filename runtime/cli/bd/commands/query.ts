/** `bd query`. */
import { issueOrder, orderKey } from "../../../../store/index/issue-query.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { parseSort } from "../filters.ts";
import { gather, pagesOf } from "../gather.ts";
import { withCounts } from "../list-json.ts";
import { compileQuery, mentionsStatus, parseQuery } from "../query-language.ts";
import { detailsPage } from "../render/details.ts";
import { beadLine, countText } from "../render/line.ts";
import { doneStatuses } from "../status-groups.ts";

export default defineCommand<BdContext>()({
  summary: "Find beads by an expression",
  description:
    "Fields: status, priority, type, assignee, owner, label, title, description, notes, created, updated, started, closed, due, defer, id, spec, pinned, ephemeral, template, parent, mol_type. " +
    "Words: AND, OR, NOT, parentheses. Times: 7d is seven days ago. `none` is empty.",
  examples: [
    { line: 'bd query "status=open AND priority<=1"' },
    { line: 'bd query "type=bug AND (label=urgent OR updated>7d)"' },
    { line: 'bd query "assignee=none AND NOT label=later"' },
  ],
  positionals: [{ name: "expression", required: true, rest: true }],
  flags: {
    all: { type: "boolean", short: "a", summary: "With closed ones" },
    limit: { type: "integer", short: "n", min: 0, default: 50, summary: "At most so many; 0 for all" },
    offset: { type: "integer", min: 0, default: 0, summary: "Skip so many" },
    sort: { type: "string", value: "field", summary: "As for bd list" },
    reverse: { type: "boolean", short: "r", summary: "The other way round" },
    long: { type: "boolean", summary: "Whole beads" },
    "parse-only": { type: "boolean", summary: "Print how the expression is read" },
  },
  async run({ flags, args }, ctx) {
    const expression = parseQuery(args.join(" "));
    const fits = compileQuery(expression, ctx.now());
    if (flags["parse-only"] === true) {
      ctx.out.emit(expression, () => JSON.stringify(expression, null, 2));
      return 0;
    }
    const backend = await ctx.backend();
    const hideDone = flags.all !== true && !mentionsStatus(expression);
    const sort = parseSort(flags.sort);
    // In the order of the store, what is wanted is at the front.
    const enough =
      sort === undefined && flags.reverse !== true && flags.limit > 0
        ? flags.offset + flags.limit
        : undefined;
    const query = { excludeStatus: hideDone ? await doneStatuses(ctx) : undefined };
    const found = await gather(
      backend,
      query,
      bead => (fits(bead) ? orderKey(bead, sort) : undefined),
      enough,
    );
    found.sort(issueOrder(sort, flags.reverse));
    const end = flags.limit === 0 ? undefined : flags.offset + flags.limit;
    const ids = found.slice(flags.offset, end).map(key => key.id);
    const pages = pagesOf(ids, backend);
    if (ctx.out.json) {
      await ctx.out.emitPages(withCounts(pages, backend));
      return 0;
    }
    const { style } = ctx.out;
    const texts: string[] = [];
    for await (const page of pages) {
      for (const bead of page)
        texts.push(
          flags.long === true
            ? detailsPage({ bead, dependencies: [], dependents: [], parent: undefined }, style)
            : beadLine(bead, style),
        );
    }
    ctx.out.emit(undefined, () => {
      if (texts.length === 0) return "No issues found.";
      if (flags.long === true) return texts.join("\n\n");
      return [...texts, "", style.dim(countText(texts.length, "issue"))].join("\n");
    });
    return 0;
  },
});
