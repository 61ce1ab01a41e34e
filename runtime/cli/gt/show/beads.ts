/** Beads as lines for a person. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { printable, type Style } from "../../lib/style.ts";
import { table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";

/** A table: id, priority, status, assignee, title. */
export function beadLines(beads: readonly Bead[], context: Pick<GtContext, "style" | "io">): string[] {
  const { style } = context;
  return table(
    beads.map(bead => [
      { text: bead.id, paint: style.bold },
      { text: `P${bead.priority}`, paint: bead.priority === 0 ? style.red : style.dim },
      { text: bead.status, paint: statusColour(bead.status, style) },
      { text: bead.assignee ?? "", paint: style.dim },
      printable(bead.title).replaceAll(/\s+/g, " "),
    ]),
    context.io.stdout.columns,
  );
}

/** The colour of a status. */
export function statusColour(status: string, style: Style): (text: string) => string {
  switch (status) {
    case "closed":
      return style.green;
    case "failed":
    case "blocked":
      return style.red;
    case "hooked":
    case "in_progress":
      return style.cyan;
    case "in_review":
      return style.magenta;
    default:
      return text => text;
  }
}
