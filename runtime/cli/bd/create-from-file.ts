/** `bd create --file`: a bead for each `## ` section of a Markdown file. */
import type { Bead } from "../../../store/schema/bead.ts";
import { usageError } from "../lib/args.ts";
import { printable } from "../lib/style.ts";
import type { BdContext } from "./context.ts";
import { type CreateInput, createIn } from "./create-bead.ts";
import { parseDependencyList } from "./dependency-words.ts";
import { issueJson } from "./issue-json.ts";
import { list, parsePriority, readInput, requireType } from "./values.ts";

/** A section of the file: its title, the text right below it, and its parts by their heading in lower case. */
export interface MarkdownSection {
  readonly title: string;
  readonly text: string;
  readonly parts: ReadonlyMap<string, string>;
}

/** Sections by `## `, parts by `### `; headings inside code fences are text. */
export function parseSections(markdown: string): MarkdownSection[] {
  const sections: { title: string; text: string[]; parts: Map<string, string[]> }[] = [];
  let target: string[] | undefined;
  let fenced = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const title = fenced ? null : /^##\s+(.+?)\s*#*$/.exec(line);
    const part = fenced ? null : /^###\s+(.+?)\s*#*$/.exec(line);
    const section = sections.at(-1);
    if (title !== null) {
      const next = { title: title[1] ?? "", text: [] as string[], parts: new Map<string, string[]>() };
      sections.push(next);
      target = next.text;
    } else if (part !== null && section !== undefined) {
      const name = (part[1] ?? "").toLowerCase();
      target = section.parts.get(name) ?? [];
      section.parts.set(name, target);
    } else target?.push(line);
  }
  return sections.map(({ title, text, parts }) => ({
    title,
    text: text.join("\n").trim(),
    parts: new Map([...parts].map(([name, lines]) => [name, lines.join("\n").trim()])),
  }));
}

/** Creates them all in one commit and prints them as an array. */
export async function createFromFile(
  path: string,
  flags: { readonly "dry-run"?: boolean | undefined },
  ctx: BdContext,
): Promise<number> {
  const sections = parseSections(await readInput(path, ctx));
  if (sections.length === 0) throw usageError(`no issues found in "${path}": expected "## Title" headings`);
  const config = await (await ctx.backend()).config();
  const inputs: CreateInput[] = [];
  for (const section of sections) inputs.push(await inputOf(section, config, ctx));
  if (flags["dry-run"] === true) {
    ctx.out.emit(
      inputs.map(({ bead }) => bead),
      () => inputs.map(({ bead }) => `Would create issue: ${printable(bead.title)}`).join("\n"),
    );
    return 0;
  }
  const beads = await (await ctx.backend()).change({ touches: "all" }, tx =>
    inputs.map(input => createIn(tx, input)),
  );
  const last: Bead | undefined = beads.at(-1);
  if (last !== undefined) ctx.touched(last.id, true);
  ctx.out.emit(
    beads.map(bead => issueJson(bead)),
    () =>
      [
        `✓ Created ${beads.length} issues from ${path}:`,
        ...beads.map(bead => `  ${bead.id}: ${printable(bead.title)}`),
      ].join("\n"),
  );
  return 0;
}

async function inputOf(
  section: MarkdownSection,
  config: Readonly<Record<string, string>>,
  ctx: BdContext,
): Promise<CreateInput> {
  const part = (...names: readonly string[]) =>
    names.map(name => section.parts.get(name)).find(text => text !== undefined && text !== "");
  const description = part("description") ?? section.text;
  const words = list((part("labels") ?? "").replace(/\n/g, ","));
  const deps = list((part("dependencies", "deps") ?? "").replace(/^[-*]\s*/gm, "").replace(/\n/g, ","));
  const owner = ctx.owner();
  const [design, acceptance, assignee] = [
    part("design"),
    part("acceptance criteria", "acceptance"),
    part("assignee"),
  ];
  return {
    bead: {
      title: section.title,
      priority: parsePriority(part("priority") ?? "2"),
      issue_type: requireType(part("type") ?? "task", config),
      ...(description === "" ? {} : { description }),
      ...(design === undefined ? {} : { design }),
      ...(acceptance === undefined ? {} : { acceptance_criteria: acceptance }),
      ...(assignee === undefined ? {} : { assignee }),
      ...(owner === undefined ? {} : { owner }),
    },
    labels: words,
    inheritLabels: true,
    edges: await parseDependencyList(deps, ctx),
  };
}
