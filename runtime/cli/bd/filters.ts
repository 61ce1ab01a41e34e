/** The filter flags that `list`, `search`, `count` and `ready` share, and the query that they make. */
import type { IssueQuery, IssueSort, TimeRange } from "../../../store/index/issue-query.ts";
import { type Flags, type FlagValues, usageError } from "../lib/args.ts";
import type { BdContext } from "./context.ts";
import { parseTime } from "./time.ts";
import { list, normaliseType, parseKeyValue, parsePriority, requireStatus } from "./values.ts";

const text = (summary: string, short?: string) =>
  ({ type: "string", summary, ...(short === undefined ? {} : { short }), group: "Filters" }) as const;
const time = (summary: string) => ({ type: "string", value: "time", summary, group: "Filters" }) as const;
const words = (summary: string, short?: string, aliases: readonly string[] = []) =>
  ({
    type: "string",
    multiple: true,
    commas: true,
    summary,
    aliases,
    group: "Filters",
    ...(short === undefined ? {} : { short }),
  }) as const;
const toggle = (summary: string) => ({ type: "boolean", summary, group: "Filters" }) as const;

export const SORTS = [
  "priority",
  "created",
  "updated",
  "closed",
  "status",
  "id",
  "title",
  "type",
  "assignee",
] as const;

/** Flags of `list`, `search` and `count`; which of them a command shows is its own affair. */
export const FILTER_FLAGS = {
  status: { ...text("One or more statuses, comma-separated", "s"), complete: "status" },
  type: { ...text("One or more types, comma-separated", "t"), complete: "type" },
  assignee: text("Who has it", "a"),
  priority: { ...text("0-4 or P0-P4, comma-separated", "p"), value: "p" },
  label: { ...words("With all of these labels", "l", ["labels"]), complete: "label" },
  "label-any": { ...words("With one of these labels"), complete: "label" },
  "label-exact": text("With this label"),
  "label-pattern": text("With a label like this glob, e.g. tech-*"),
  "label-regex": text("With a label that this expression matches"),
  "exclude-label": words("Without any of these labels"),
  "exclude-type": words("Not of these types"),
  "no-labels": toggle("Without labels"),
  "no-assignee": toggle("That nobody has"),
  "no-parent": toggle("Top-level only"),
  parent: { ...text("Children of this bead"), complete: "bead" },
  id: words("These ids"),
  title: text("Part of the title"),
  "title-contains": text("Part of the title"),
  "desc-contains": text("Part of the description"),
  "notes-contains": text("Part of the notes"),
  "external-ref": text("This external reference"),
  "external-contains": text("Part of the external reference"),
  "empty-description": toggle("Without a description"),
  "created-after": time("Created after"),
  "created-before": time("Created before"),
  "updated-after": time("Changed after"),
  "updated-before": time("Changed before"),
  "closed-after": time("Closed after"),
  "closed-before": time("Closed before"),
  "due-after": time("Due after"),
  "due-before": time("Due before"),
  "defer-after": time("Put off until after"),
  "defer-before": time("Put off until before"),
  overdue: toggle("Due and not closed"),
  deferred: toggle("Put off"),
  pinned: toggle("Pinned only"),
  "no-pinned": toggle("Without pinned ones"),
  "priority-min": text("At least this priority number"),
  "priority-max": text("At most this priority number"),
  "metadata-field": { ...text("key=value in the metadata"), multiple: true },
  "has-metadata-key": text("With this key in the metadata"),
  "mol-type": text("swarm, patrol or work"),
  "wisp-type": text("Kind of wisp"),
  spec: text("How the spec id begins"),
} as const satisfies Flags;

/** The flags as parsed; a command may offer fewer. */
export type FilterValues = Partial<FlagValues<typeof FILTER_FLAGS>>;

/** The query that the flags ask for. @throws {AppError} invalid_argument; not_found (parent) */
export async function queryFromFlags(flags: FilterValues, ctx: BdContext): Promise<IssueQuery> {
  const config = await (await ctx.backend()).config();
  const parent = flags.parent;
  const label = flags["label-exact"];
  return {
    ids: flags.id === undefined || flags.id.length === 0 ? undefined : flags.id,
    status: statusesOf(flags.status, config),
    type: flags.type === undefined ? undefined : list(flags.type).map(normaliseType),
    excludeType: nonEmpty(flags["exclude-type"]?.map(normaliseType)),
    assignee: flags["no-assignee"] === true || flags.assignee === "" ? null : flags.assignee,
    priority: flags.priority === undefined ? undefined : list(flags.priority).map(parsePriority),
    labels: nonEmpty([...(flags.label ?? []), ...(label === undefined ? [] : [label])]),
    labelsAny: nonEmpty(flags["label-any"]),
    excludeLabels: nonEmpty(flags["exclude-label"]),
    labelPattern: flags["label-pattern"],
    labelRegex: regex(flags["label-regex"]),
    noLabels: flags["no-labels"],
    noParent: flags["no-parent"],
    parent: parent === undefined ? undefined : await resolveParent(parent, ctx),
    titleContains: nonEmpty([flags.title, flags["title-contains"]].filter(part => part !== undefined)),
    descriptionContains: flags["desc-contains"],
    notesContains: flags["notes-contains"],
    externalRef: flags["external-ref"],
    externalContains: flags["external-contains"],
    emptyDescription: flags["empty-description"],
    ...times(flags, ctx.now()),
    overdue: flags.overdue,
    deferred: flags.deferred,
    pinned: flags.pinned === true ? true : flags["no-pinned"] === true ? false : undefined,
    priorityMin: flags["priority-min"] === undefined ? undefined : parsePriority(flags["priority-min"]),
    priorityMax: flags["priority-max"] === undefined ? undefined : parsePriority(flags["priority-max"]),
    metadata: metadataFields(flags["metadata-field"]),
    hasMetadataKey: flags["has-metadata-key"],
    molType: flags["mol-type"],
    wispType: flags["wisp-type"],
    spec: flags.spec,
  };
}

/** `--sort` and `--reverse` as the query has them. @throws {AppError} invalid_argument */
export function parseSort(word: string | undefined): IssueSort | undefined {
  if (word === undefined || word === "") return undefined;
  const found = SORTS.find(name => name === word);
  if (found === undefined) throw usageError(`invalid sort field "${word}" (valid: ${SORTS.join(", ")})`);
  return found;
}

/** Statuses of the flag; `all` asks for every one. */
function statusesOf(
  words: string | undefined,
  config: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  if (words === undefined || asksForAll(words)) return undefined;
  return list(words).map(word => requireStatus(word, config));
}

/** True for `--status all`. */
export function asksForAll(status: string | undefined): boolean {
  return status !== undefined && list(status).includes("all");
}

async function resolveParent(word: string, ctx: BdContext): Promise<string> {
  const { resolveId } = await import("./ids.ts");
  return resolveId(ctx, word);
}

function times(flags: FilterValues, now: number) {
  const range = (after: string | undefined, before: string | undefined): TimeRange | undefined =>
    after === undefined && before === undefined
      ? undefined
      : {
          after: after === undefined ? undefined : parseTime(after, now),
          before: before === undefined ? undefined : parseTime(before, now),
        };
  return {
    created: range(flags["created-after"], flags["created-before"]),
    updated: range(flags["updated-after"], flags["updated-before"]),
    closed: range(flags["closed-after"], flags["closed-before"]),
    due: range(flags["due-after"], flags["due-before"]),
    defer: range(flags["defer-after"], flags["defer-before"]),
  };
}

/** `key=value` words as a map. @throws {AppError} invalid_argument */
export function metadataFields(fields: readonly string[] | undefined): Record<string, string> | undefined {
  if (fields === undefined || fields.length === 0) return undefined;
  return Object.fromEntries(fields.map(field => parseKeyValue(field, "--metadata-field")));
}

function regex(source: string | undefined): string | undefined {
  if (source === undefined) return undefined;
  try {
    new RegExp(source);
  } catch {
    throw usageError(`--label-regex is not a valid expression: ${source}`);
  }
  return source;
}

function nonEmpty<T>(items: readonly T[] | undefined): readonly T[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}
