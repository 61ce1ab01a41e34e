/** Help pages from command definitions. */
import type { Command, Flag, Flags, Positional } from "./args.ts";
import type { Program, Tree } from "./program.ts";
import type { Style } from "./style.ts";

/** Help for the root or a group: the commands under it. */
export function groupHelp<C>(
  program: Program<C>,
  path: readonly string[],
  tree: Tree<C>,
  summary: string,
  style: Style,
): string {
  const line = [program.name, ...path].join(" ");
  const visible = Object.entries(tree).filter(([, entry]) => entry.hidden !== true);
  const groups = Map.groupBy(visible, ([, entry]) => entry.group ?? "Commands");
  const sections = [...groups].map(([title, entries]) =>
    section(title, columns(entries.map(([name, entry]) => [name, entry.summary])), style),
  );
  return page([
    summary,
    section("Usage", [`${line} <command> [flags]`], style),
    ...sections,
    flagSections(program.globals, style),
    path.length === 0 ? (program.footer ?? "") : "",
    `Run "${line} <command> --help" for more about a command.`,
  ]);
}

/** Help for one command. */
export function commandHelp<C>(
  program: Program<C>,
  path: readonly string[],
  command: Command<C>,
  subcommands: Tree<C>,
  style: Style,
): string {
  const line = [program.name, ...path].join(" ");
  const flags = command.flags ?? {};
  const positionals = command.positionals ?? [];
  const usage = [line, ...positionals.map(positionalUsage), Object.keys(flags).length > 0 ? "[flags]" : ""];
  if (command.trailing !== undefined) usage.push(`[-- ${command.trailing.name}...]`);
  const words = [...positionals, ...(command.trailing === undefined ? [] : [command.trailing])];
  const described = words.filter(p => p.summary !== undefined);
  const children = Object.entries(subcommands).filter(([, entry]) => entry.hidden !== true);
  return page([
    `${command.summary}.`,
    command.description ?? "",
    section("Usage", [usage.filter(Boolean).join(" ")], style),
    section("Arguments", columns(described.map(p => [p.name, p.summary ?? ""])), style),
    section("Commands", columns(children.map(([name, entry]) => [name, entry.summary])), style),
    flagSections(flags, style),
    section("Global flags", flagLines(program.globals), style),
    section(
      "Examples",
      (command.examples ?? []).flatMap(({ line: example, note }) =>
        note === undefined ? [example] : [style.dim(`# ${note}`), example],
      ),
      style,
    ),
  ]);
}

function flagSections(flags: Flags, style: Style): string {
  const groups = Map.groupBy(Object.entries(flags), ([, flag]) => flag.group ?? "Flags");
  return [...groups]
    .map(([title, entries]) => section(title, flagLines(Object.fromEntries(entries)), style))
    .filter(Boolean)
    .join("\n\n");
}

function flagLines(flags: Flags): string[] {
  const visible = Object.entries(flags).filter(([, flag]) => flag.hidden !== true);
  return columns(visible.map(([name, flag]) => [flagUsage(name, flag), flagSummary(flag)]));
}

function flagUsage(name: string, flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  if (flag.type === "boolean") return `${short}--${flag.negatable === true ? "[no-]" : ""}${name}`;
  return `${short}--${name} <${flag.value ?? (flag.type === "string" ? "text" : "n")}>`;
}

function flagSummary(flag: Flag): string {
  const notes: string[] = [];
  if (flag.type === "string" && flag.choices !== undefined) notes.push(`one of ${flag.choices.join(", ")}`);
  if (flag.type !== "boolean" && flag.multiple === true) notes.push("repeatable");
  if (flag.default !== undefined && flag.default !== false) notes.push(`default ${String(flag.default)}`);
  return notes.length === 0 ? flag.summary : `${flag.summary} (${notes.join("; ")})`;
}

function positionalUsage(positional: Positional): string {
  const name = `${positional.name}${positional.rest === true ? "..." : ""}`;
  return positional.required === true ? `<${name}>` : `[${name}]`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) =>
    left.length > width ? `${left}\n  ${" ".repeat(width + 2)}${right}` : `${left.padEnd(width + 2)}${right}`,
  );
}

function section(title: string, lines: readonly string[], style: Style): string {
  return lines.length === 0 ? "" : `${style.bold(title)}\n${lines.map(line => `  ${line}`).join("\n")}`;
}

function page(parts: readonly string[]): string {
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}
