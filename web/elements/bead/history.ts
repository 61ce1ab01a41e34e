/** One line of a bead's history, from the facts that commits carry. Pure. */
import { z } from "zod";

/** What is read of an event; anything else in it is left alone. */
export const historyEventSchema = z.looseObject({
  type: z.string(),
  actor: z.string().optional(),
  at: z.string().optional(),
  field: z.string().optional(),
  old: z.unknown().optional(),
  new: z.unknown().optional(),
});
export type HistoryEvent = z.infer<typeof historyEventSchema>;

/** The events that can be read, in the order given. */
export function readHistory(events: readonly unknown[]): readonly HistoryEvent[] {
  return events.flatMap(event => {
    const parsed = historyEventSchema.safeParse(event);
    return parsed.success ? [parsed.data] : [];
  });
}

/** What happened, in words. */
export function historyText(event: HistoryEvent): string {
  switch (event.type) {
    case "created":
      return "filed it";
    case "status_changed":
      return `moved it from ${brief(event.old)} to ${brief(event.new)}`;
    case "closed":
      return "closed it";
    case "reopened":
      return "reopened it";
    case "claimed":
      return "claimed it";
    case "commented":
      return "commented";
    case "dependency_added":
      return `made it depend on ${brief(event.new)}`;
    case "dependency_removed":
      return `no longer has it depend on ${brief(event.old)}`;
    case "label_added":
      return `added the label ${brief(event.new)}`;
    case "label_removed":
      return `removed the label ${brief(event.old)}`;
    case "updated":
      return event.field === undefined ? "changed it" : `changed ${event.field.replaceAll("_", " ")}`;
    default:
      return event.type.replaceAll("_", " ");
  }
}

/** A value in few words: a status, an id, or what an edge points to. */
function brief(value: unknown): string {
  if (typeof value === "string") return value.replaceAll("_", " ").slice(0, 80);
  if (typeof value === "object" && value !== null && "depends_on_id" in value)
    return String(value.depends_on_id);
  return value === undefined || value === null ? "nothing" : String(value).slice(0, 80);
}
