/** The section that agents' instruction files get, between markers, so that it can be found again. */
import { VERSION } from "../version.ts";

export const BEGIN = "<!-- BEGIN BEADS INTEGRATION -->";
export const END = "<!-- END BEADS INTEGRATION -->";

/** The section with its markers and a final newline. */
export function agentSection(): string {
  return `${BEGIN}
<!-- Written by bd (gastown ${VERSION}); remove with: bd setup <agent> --remove -->
## Issue tracking with bd

This repository tracks work in beads. Run \`bd prime\` at the start of a session: it says how.

- Find work: \`bd ready\`
- Take it: \`bd update <id> --claim\`
- File what you find: \`bd create "Title" -d "what and why" --deps discovered-from:<id>\`
- Finish it: \`bd close <id> --reason "what was done"\`

Do not keep task lists in Markdown files.
${END}
`;
}

/** The text with the section put in at its end, or renewed in its place. `exists`: there is a file with this text. */
export function withSection(text: string, section: string, exists = true): string {
  const eol = /\r\n/.test(text) && !/(^|[^\r])\n/.test(text) ? "\r\n" : "\n";
  const span = sectionSpan(text);
  if (span !== undefined) {
    const noted = noteOf(text.slice(...span));
    return text.slice(0, span[0]) + noting(section, noted, eol) + text.slice(span[1]);
  }
  if (!exists) return section;
  const breaks = text === "" ? 0 : text.endsWith("\n") ? 1 : 2;
  return text + eol.repeat(breaks) + noting(section, breaks, eol);
}

/** The text as it was before the section was put in; undefined when nothing was there. */
export function withoutSection(text: string): string | undefined {
  const span = sectionSpan(text);
  if (span === undefined) return text;
  const part = text.slice(...span);
  const breaks = noteOf(part);
  const eol = part.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, span[0]);
  const after = text.slice(span[1]);
  const left = breaks === undefined ? before : before.replace(new RegExp(`(${eol}){0,${breaks}}$`), "");
  // What was written below the section since keeps the line break before it.
  const kept = after !== "" && !left.endsWith("\n") ? before : left;
  return breaks === undefined && kept + after === "" ? undefined : kept + after;
}

/** True when the text has the section as it would be written now; "outdated" when it has another one. */
export function sectionState(text: string, section: string): "current" | "outdated" | "absent" {
  const span = sectionSpan(text);
  if (span === undefined) return "absent";
  const plain = text
    .slice(...span)
    .replace(/\r\n/g, "\n")
    .replace(NOTE, "");
  return plain === section ? "current" : "outdated";
}

/** How many line breaks were put before the section stands in its second line: with it they go again. */
const NOTE = /; line breaks before: (\d)(?= -->)/;

function noteOf(section: string): number | undefined {
  const found = NOTE.exec(section)?.[1];
  return found === undefined ? undefined : Number(found);
}

function noting(section: string, breaks: number | undefined, eol: string): string {
  const noted =
    breaks === undefined
      ? section
      : section.replace("--remove -->", `--remove; line breaks before: ${breaks} -->`);
  return noted.replace(/\n/g, eol);
}

/** From the last begin marker before the end marker; begin markers of the original, which carried a version, count. */
function sectionSpan(text: string): [number, number] | undefined {
  const begins = [...text.matchAll(/<!-- BEGIN BEADS INTEGRATION[^>]*-->/g)].map(match => match.index);
  for (const [index, start] of begins.entries()) {
    const end = text.indexOf(END, start);
    const next = begins[index + 1];
    if (end === -1 || (next !== undefined && next < end)) continue;
    const after = end + END.length;
    return [start, after + (/^\r?\n/.exec(text.slice(after, after + 2))?.[0].length ?? 0)];
  }
  return undefined;
}
