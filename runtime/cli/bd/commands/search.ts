/** `bd search`: title, id and external reference. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { asksForAll, FILTER_FLAGS, parseSort, queryFromFlags } from "../filters.ts";
import { issueJson } from "../issue-json.ts";
import { countsFor } from "../list-json.ts";
import { detailsPage } from "../render/details.ts";
import { beadLine, countText } from "../render/line.ts";
import { doneStatuses } from "../status-groups.ts";

const {
  status,
  type,
  assignee,
  label,
  "label-any": labelAny,
  "desc-contains": desc,
  "notes-contains": notes,
  "external-contains": external,
  "empty-description": empty,
  "created-after": ca,
  "created-before": cb,
  "updated-after": ua,
  "updated-before": ub,
  "closed-after": xa,
  "closed-before": xb,
  "no-assignee": na,
  "no-labels": nl,
  "priority-min": pmin,
  "priority-max": pmax,
  priority,
  "metadata-field": field,
  "has-metadata-key": key,
} = FILTER_FLAGS;

export default defineCommand<BdContext>()({
  summary: "Find beads by words in title, id or external reference",
  description: "Closed beads are left out; --status all includes them.",
  examples: [{ line: 'bd search "login"' }, { line: "bd search gh-12 --status all --json" }],
  positionals: [{ name: "words", rest: true }],
  flags: {
    query: { type: "string", value: "words", summary: "The words, instead of as arguments" },
    status,
    type,
    assignee,
    label,
    priority,
    "label-any": labelAny,
    "desc-contains": desc,
    "notes-contains": notes,
    "external-contains": external,
    "empty-description": empty,
    "created-after": ca,
    "created-before": cb,
    "updated-after": ua,
    "updated-before": ub,
    "closed-after": xa,
    "closed-before": xb,
    "no-assignee": na,
    "no-labels": nl,
    "priority-min": pmin,
    "priority-max": pmax,
    "metadata-field": field,
    "has-metadata-key": key,
    limit: { type: "integer", short: "n", min: 0, default: 50, summary: "At most so many; 0 for all" },
    sort: { type: "string", value: "field", summary: "As for bd list" },
    reverse: { type: "boolean", short: "r", summary: "The other way round" },
    long: { type: "boolean", summary: "Whole beads" },
  },
  async run({ flags, args }, ctx) {
    const words = (flags.query ?? args.join(" ")).trim();
    if (words === "") throw usageError("search query is required");
    const everything = asksForAll(flags.status);
    const query = await queryFromFlags(flags, ctx);
    const backend = await ctx.backend();
    const beads = await backend.issues({
      ...query,
      ephemeral: false,
      text: words,
      excludeStatus: query.status === undefined && !everything ? await doneStatuses(ctx) : undefined,
      sort: parseSort(flags.sort),
      reverse: flags.reverse,
      limit: flags.limit,
    });
    const counts = ctx.out.json ? await countsFor(beads, backend) : undefined;
    const payload = beads.map(bead => {
      const count = counts?.get(bead.id);
      return {
        ...issueJson(bead),
        dependency_count: count?.dependency_count ?? 0,
        dependent_count: count?.dependent_count ?? 0,
        comment_count: count?.comment_count ?? 0,
      };
    });
    ctx.out.emit(payload, () => {
      if (beads.length === 0) return `No issues found matching '${words}'`;
      const { style } = ctx.out;
      if (flags.long === true) {
        return beads
          .map(bead => detailsPage({ bead, dependencies: [], dependents: [], parent: undefined }, style))
          .join("\n\n");
      }
      return [
        `Found ${countText(beads.length, "issue")} matching '${words}':`,
        ...beads.map(b => beadLine(b, style)),
      ].join("\n");
    });
    return 0;
  },
});
