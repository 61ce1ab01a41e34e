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

/** The text with the section put in, or renewed in its place. */
export function withSection(text: string, section: string): string {
  const [start, end] = sectionSpan(text);
  if (start === -1) return text.trim() === "" ? section : `${text.replace(/\n*$/, "\n")}\n${section}`;
  return text.slice(0, start) + section + text.slice(end);
}

/** The text without the section and the empty line before it. */
export function withoutSection(text: string): string {
  const [start, end] = sectionSpan(text);
  if (start === -1) return text;
  const before = text.slice(0, start).replace(/\n{2,}$/, "\n");
  const after = text.slice(end);
  return before.trim() === "" ? after.replace(/^\n+/, "") : before + after;
}

/** True when the text has the section as it would be written now; "outdated" when it has another one. */
export function sectionState(text: string, section: string): "current" | "outdated" | "absent" {
  const [start, end] = sectionSpan(text);
  if (start === -1) return "absent";
  return text.slice(start, end) === section ? "current" : "outdated";
}

/** Begin markers of the original, which carried a version, count as well. */
function sectionSpan(text: string): [number, number] {
  const begin = /<!-- BEGIN BEADS INTEGRATION[^>]*-->/.exec(text);
  if (begin === null) return [-1, -1];
  const end = text.indexOf(END, begin.index);
  if (end === -1) return [-1, -1];
  const after = end + END.length;
  return [begin.index, text[after] === "\n" ? after + 1 : after];
}
