/** Framing of text that others wrote: it is material for the agent, never part of its instructions. */

/** Longest text of one field in a prompt, in characters. */
const MAX_FIELD_CHARS = 24_000;

/** The text with a bar before each line, so that nothing in it can look like the end of it. */
export function quoted(text: string, limit = MAX_FIELD_CHARS): string {
  const cut = text.length > limit;
  const shown = cut ? text.slice(0, limit) : text;
  const lines = plain(shown).trimEnd().split("\n");
  if (cut) lines.push(`[cut here: ${text.length - limit} more characters]`);
  return lines.map(line => (line === "" ? "|" : `| ${line}`)).join("\n");
}

/** The text as one line within a line of ours, in quotes that nothing in it can close. */
export function inline(text: string, limit = 200): string {
  const line = plain(text).replaceAll(/\s+/g, " ").replaceAll('"', "'").trim();
  return `"${line.length > limit ? `${line.slice(0, limit - 1)}…` : line}"`;
}

/** Every way to begin a new line is one, and nothing steers a terminal or turns the direction of reading. */
function plain(text: string): string {
  return text
    .replaceAll(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, "\n")
    .replaceAll(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu, "");
}

/** A heading with quoted text under it; nothing for an absent or empty text. */
export function section(heading: string, text: string | undefined, limit?: number): string[] {
  if (text === undefined || text.trim() === "") return [];
  return [`${heading}:`, quoted(text, limit), ""];
}

/** The end of a long text: of an output, the last lines tell most. */
export function tail(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(text.length - limit);
  const line = cut.indexOf("\n");
  return `[...]\n${line >= 0 && line < 200 ? cut.slice(line + 1) : cut}`;
}

/** The beginning of a text, so long that its JSON form has at most this many bytes. */
export function clipToBytes(text: string, bytes: number): string {
  let clipped = text.length > bytes ? text.slice(0, bytes) : text;
  const encoder = new TextEncoder();
  for (;;) {
    const size = encoder.encode(JSON.stringify(clipped)).length;
    if (size <= bytes) return clipped;
    clipped = clipped.slice(0, Math.floor((clipped.length * bytes) / size));
  }
}
