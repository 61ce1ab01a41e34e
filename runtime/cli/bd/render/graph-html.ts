/** A graph of beads as a page that stands on its own: layers from left to right, no scripts, nothing from the network. */
import type { Bead } from "../../../../store/schema/bead.ts";

const WIDTH = 240;
const HEIGHT = 56;
const GAP_X = 90;
const GAP_Y = 18;

/** The page, in pieces. */
export function* graphHtml(beads: readonly Bead[], layers: readonly (readonly Bead[])[]): Generator<string> {
  const places = new Map<string, { readonly x: number; readonly y: number }>();
  layers.forEach((layer, column) => {
    layer.forEach(
      (bead, row) =>
        void places.set(bead.id, { x: 20 + column * (WIDTH + GAP_X), y: 20 + row * (HEIGHT + GAP_Y) }),
    );
  });
  const rows = Math.max(1, ...layers.map(layer => layer.length));
  const width = 40 + layers.length * (WIDTH + GAP_X);
  const height = 40 + rows * (HEIGHT + GAP_Y);
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Beads</title>
<style>
:root { color-scheme: light dark; font: 13px/1.35 system-ui, sans-serif }
rect { fill: light-dark(#fff, #1e1e1e); stroke: light-dark(#999, #666) }
.closed rect { fill: light-dark(#e6f4ea, #17301e) } .in_progress rect { fill: light-dark(#fff6dd, #3a3115) }
.blocked rect, .failed rect { fill: light-dark(#fdeaea, #3a1b1b) }
text { fill: light-dark(#111, #eee) } .id { font-weight: 600 }
path { fill: none; stroke: light-dark(#888, #888) } .parent-child { stroke-dasharray: 2 4 }
</style></head><body>
<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Dependencies of ${beads.length} beads">
<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" style="fill:#888;stroke:none"/></marker></defs>
`;
  for (const bead of beads) {
    for (const edge of bead.dependencies ?? [])
      yield `${line(places.get(edge.depends_on_id), places.get(bead.id), edge.type)}\n`;
  }
  for (const bead of beads) yield `${box(bead, places.get(bead.id))}\n`;
  yield "</svg></body></html>\n";
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function line(from: Place | undefined, to: Place | undefined, type: string): string {
  if (from === undefined || to === undefined) return "";
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  const bend = Math.max(30, Math.abs(x2 - x1) / 2);
  return `<path class="${escapeText(type)}" d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" marker-end="url(#a)"/>`;
}

function box(bead: Bead, place: Place | undefined): string {
  if (place === undefined) return "";
  const title = bead.title.length > 34 ? `${bead.title.slice(0, 33)}…` : bead.title;
  return `<g class="${escapeText(bead.status)}" transform="translate(${place.x} ${place.y})"><title>${escapeText(bead.title)}</title><rect width="${WIDTH}" height="${HEIGHT}" rx="8"/><text class="id" x="12" y="22">${escapeText(bead.id)} · P${bead.priority} · ${escapeText(bead.status)}</text><text x="12" y="42">${escapeText(title)}</text></g>`;
}

function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
