/** Splits a feed line at the bead and agent ids that the event names, so that they can be links. Pure. */
export interface TextPart {
  readonly text: string;
  readonly link?: "bead" | "agent";
}

/** The text in parts; ids that the text does not contain are left out. */
export function linkedText(
  text: string,
  ids: { readonly bead?: string | undefined; readonly agent?: string | undefined },
): readonly TextPart[] {
  const parts: TextPart[] = [];
  let rest = text;
  while (rest !== "") {
    const hit = firstHit(rest, ids);
    if (hit === undefined) break;
    if (hit.at > 0) parts.push({ text: rest.slice(0, hit.at) });
    parts.push({ text: hit.id, link: hit.link });
    rest = rest.slice(hit.at + hit.id.length);
  }
  if (rest !== "") parts.push({ text: rest });
  return parts;
}

function firstHit(
  text: string,
  ids: { readonly bead?: string | undefined; readonly agent?: string | undefined },
) {
  let best: { at: number; id: string; link: "bead" | "agent" } | undefined;
  for (const link of ["bead", "agent"] as const) {
    const id = ids[link];
    if (id === undefined || id === "") continue;
    const at = wordAt(text, id);
    if (at !== -1 && (best === undefined || at < best.at)) best = { at, id, link };
  }
  return best;
}

/** Where the id stands as a word of its own; -1 when nowhere. */
function wordAt(text: string, id: string): number {
  const edge = /[A-Za-z0-9_-]/;
  for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + 1)) {
    if (!edge.test(text[at - 1] ?? " ") && !edge.test(text[at + id.length] ?? " ")) return at;
  }
  return -1;
}
