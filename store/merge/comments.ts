/** Comments only ever grow; an edit or a deletion overrides one by its stamp. */
import { elements } from "./elements.ts";
import { canonicalText, compareText, isFields } from "./json.ts";
import type { Rule } from "./rule.ts";

/** The field `comments`, in the order of creation. */
export const comments: Rule = elements({
  field: "comments",
  stamped: false,
  keyOf,
  compare: (a, b) =>
    compareText(textOf(a.entry, "created_at"), textOf(b.entry, "created_at")) ||
    compareText(textOf(a.entry, "id"), textOf(b.entry, "id")),
});

/** Counted ids of older trackers are not unique between machines, so author and time belong to their key. */
function keyOf(entry: unknown): string {
  if (!isFields(entry)) return canonicalText(entry);
  const id = entry.id;
  if (typeof id === "string" && !/^\d*$/.test(id)) return id;
  return [id, entry.created_at, entry.author].map(part => String(part ?? "")).join(" ");
}

function textOf(entry: unknown, field: string): string {
  const value = isFields(entry) ? entry[field] : undefined;
  return typeof value === "string" ? value : "";
}
