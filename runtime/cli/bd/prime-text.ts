/** What an agent needs to know of `bd`, in few words; the command names in it are checked by a test. */

/** Longest text in tokens. */
export const PRIME_BUDGET_TOKENS = 1_500;
/** By which tokens are counted here; English has a few more. */
export const CHARS_PER_TOKEN = 3.8;

/** For agents that call commands. `stealth` leaves git out. */
export function primeText(options: { readonly stealth: boolean; readonly prefix: string }): string {
  return `# Beads: the issue tracker of this repository

Work is tracked in **beads** with the \`bd\` command: on a git branch of its own, shared by everybody, kept between sessions. Use it for all work that outlives this conversation; keep no task lists in Markdown files or in your head.

## At the start
- \`bd ready\`: what can be worked on now. \`bd show <id>\`: one bead with what it needs. \`bd prime\`: this text again.
- Take a bead before you work on it: \`bd update <id> --claim\`, or \`bd ready --claim --json\` for the first one. If it is taken, take another.

## While you work
- Found something else to do? \`bd create "Title" -d "what and why" -t bug|feature|task -p 0-4 --deps discovered-from:<id>\`. Do not do it now unless it is in your way.
- Write down what a successor would need: \`bd note <id> "..."\` or \`bd comment <id> "..."\`.
- Cannot go on? \`bd dep add <id> <blocker-id>\`, or \`bd update <id> --status blocked\` with a comment saying why; then \`bd ready\` for other work.
- Learned something that holds for every session here? \`bd remember "..."\`.

## At the end
- \`bd close <id> --reason "what was done"\` when it is done and tested, several ids at once if you like. Then \`bd ready\`.${
    options.stealth
      ? ""
      : `
- Commit your code as usual and name the bead in the message, e.g. \`${options.prefix}-a3f: fix the login\`. Beads need no commit; \`bd sync\` shares them through the git remote.`
  }

## Reference
- Find: \`bd list --status open,in_progress\`, \`bd search "words"\`, \`bd query "status=open AND priority<=1"\`, \`bd blocked\`, \`bd stale\`, \`bd stats\`
- Change: \`bd update <id> --status S --priority P --assignee A --title T --description D --append-notes N --add-label L\`
- Order: \`bd dep add A B\` (A needs B), \`bd dep tree <id>\`, \`bd create ... --parent <epic>\`, \`bd epic status\`
- Undo: \`bd undo\`, \`bd history <id>\`, \`bd restore <id>\`, \`bd reopen <id>\`
- Types: task, bug, feature, chore, epic, decision, spike, story, milestone. Priorities: 0 critical, 1 high, 2 normal, 3 low, 4 backlog.
- Add \`--json\` for output that a program reads, and never open an editor: \`bd edit\` is for people.
`;
}

/** For agents that have the tools over MCP. */
export function primeMcpText(): string {
  return `# Beads
This repository tracks work in beads. Use the beads tools rather than task lists of your own: ready to find work, show for one bead, update with claim to take it, create for what you find, close with a reason when it is done.
`;
}

/** A memory that is longer is not shown when there is no room for it, even when it is the only one. */
const LONG_MEMORY = 1_000;

/** The section with memories. */
export function memoriesText(
  memories: readonly (readonly [string, string])[],
  limits: { readonly count: number; readonly chars: number },
): string {
  if (memories.length === 0) return "";
  const shown: string[] = [];
  let size = 0;
  for (const [key, value] of memories) {
    const entry = `- **${key}**: ${value.replace(/\n/g, "\n  ")}`;
    const full =
      (limits.count > 0 && shown.length >= limits.count) ||
      (limits.chars > 0 && size + entry.length > limits.chars);
    if (full && (shown.length > 0 || entry.length > LONG_MEMORY)) break;
    shown.push(entry);
    size += entry.length;
  }
  const left = memories.length - shown.length;
  const note = left === 0 ? [] : [`(${left} more: \`bd memories\`)`];
  return [`## Memories of earlier sessions`, ...note, ...shown, ""].join("\n");
}
