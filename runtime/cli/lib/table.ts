/** Tables for people: aligned columns, no borders, cut to the terminal's width. */

/** A cell: its text, and how to colour it once its width is settled. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/**
 * Lines of a table. Columns are as wide as their widest cell; the last one is cut when `width` is exceeded.
 * Texts must be printable, without newlines.
 */
export function table(rows: readonly (readonly (Cell | string)[])[], width: number): string[] {
  const cells = rows.map(row => row.map(cell => (typeof cell === "string" ? { text: cell } : cell)));
  const count = Math.max(0, ...cells.map(row => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...cells.map(row => Bun.stringWidth(row[column]?.text ?? ""))),
  );
  const before = widths.slice(0, -1).reduce((sum, w) => sum + w + 2, 0);
  return cells.map(row =>
    row
      .map((cell, column) => {
        const isLast = column === count - 1;
        const text = isLast ? cut(cell.text, Math.max(12, width - before)) : cell.text;
        const pad = isLast ? "" : " ".repeat((widths[column] ?? 0) - Bun.stringWidth(text));
        return `${cell.paint === undefined ? text : cell.paint(text)}${pad}`;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** The text, shortened with an ellipsis to at most `width` columns. */
export function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let result = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += Bun.stringWidth(segment);
    if (used > width - 1) break;
    result += segment;
  }
  return `${result}…`;
}

/** How long ago, for lists: "now", "12s", "5m", "3h", "2d". */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1_000));
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
