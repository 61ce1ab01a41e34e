/** Where each agent reads its instructions, and which of them can run `bd prime` by itself. */

/** How `bd prime` is run at the start of a session: a JSON file of settings with hooks. */
export interface HookFile {
  readonly path: string;
  /** Events that run it. */
  readonly events: readonly string[];
  /** How one entry of an event looks. */
  readonly entry: (command: string) => unknown;
}

export interface Recipe {
  readonly name: string;
  readonly title: string;
  /** Instruction file, relative to the project. The section goes into it, or the file is ours alone. */
  readonly file: string;
  /** True when nothing else is in the file: it goes with `--remove`. */
  readonly ownFile?: boolean;
  /** Text before the section in a file of our own. */
  readonly header?: string;
  /** The same for the user as a whole, relative to the home folder. */
  readonly globalFile?: string;
  readonly hooks?: HookFile;
  readonly globalHooks?: HookFile;
}

const claudeEntry = (command: string) => ({ matcher: "", hooks: [{ type: "command", command }] });
const SESSION_EVENTS = ["SessionStart", "PreCompact"];

export const RECIPES: readonly Recipe[] = [
  {
    name: "claude",
    title: "Claude Code",
    file: "CLAUDE.md",
    globalFile: ".claude/CLAUDE.md",
    hooks: { path: ".claude/settings.json", events: SESSION_EVENTS, entry: claudeEntry },
    globalHooks: { path: ".claude/settings.json", events: SESSION_EVENTS, entry: claudeEntry },
  },
  {
    name: "gemini",
    title: "Gemini CLI",
    file: "GEMINI.md",
    globalFile: ".gemini/GEMINI.md",
    hooks: { path: ".gemini/settings.json", events: ["SessionStart", "PreCompress"], entry: claudeEntry },
    globalHooks: {
      path: ".gemini/settings.json",
      events: ["SessionStart", "PreCompress"],
      entry: claudeEntry,
    },
  },
  { name: "codex", title: "Codex CLI", file: "AGENTS.md", globalFile: ".codex/AGENTS.md" },
  { name: "opencode", title: "OpenCode", file: "AGENTS.md", globalFile: ".config/opencode/AGENTS.md" },
  { name: "factory", title: "Factory Droid", file: "AGENTS.md" },
  { name: "mux", title: "Mux", file: ".mux/AGENTS.md", globalFile: ".mux/AGENTS.md" },
  {
    name: "cursor",
    title: "Cursor",
    file: ".cursor/rules/beads.mdc",
    ownFile: true,
    header: "---\ndescription: Issue tracking with bd\nalwaysApply: true\n---\n\n",
  },
  { name: "windsurf", title: "Windsurf", file: ".windsurf/rules/beads.md", ownFile: true },
  { name: "cody", title: "Cody", file: ".cody/rules/beads.md", ownFile: true },
  { name: "kilocode", title: "Kilo Code", file: ".kilocode/rules/beads.md", ownFile: true },
  { name: "copilot", title: "GitHub Copilot", file: ".github/copilot-instructions.md" },
  { name: "aider", title: "Aider", file: "CONVENTIONS.md" },
  { name: "junie", title: "Junie", file: ".junie/guidelines.md" },
];
