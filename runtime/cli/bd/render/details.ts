/** A bead on a page of its own, for people. */
import type { Bead } from "../../../../store/schema/bead.ts";
import { printable, type Style } from "../../lib/style.ts";
import { type Details, epicProgress } from "../details.ts";
import { priorityText, statusIcon } from "./line.ts";

interface PageOptions {
  readonly long?: boolean;
  readonly localTime?: boolean;
}

const GROUPS: readonly (readonly [string, string, string])[] = [
  ["dependencies", "parent-child", "PARENT"],
  ["dependencies", "blocks", "DEPENDS ON"],
  ["dependencies", "", "RELATED TO"],
  ["dependents", "parent-child", "CHILDREN"],
  ["dependents", "blocks", "BLOCKS"],
  ["dependents", "", "REFERRED TO BY"],
];

/** The page, sections left out when empty. */
export function detailsPage(details: Details, style: Style, options: PageOptions = {}): string {
  const { bead } = details;
  const progress = bead.issue_type === "epic" ? epicProgress(details) : undefined;
  const lines = [
    `${statusIcon(bead.status, style)} ${style.cyan(bead.id)} · ${style.bold(printable(bead.title))}   [${priorityText(bead.priority, style)} · ${bead.status.toUpperCase()}]`,
    facts([
      ["Type", bead.issue_type],
      ["Owner", bead.owner],
      ["Assignee", bead.assignee],
      ["Estimate", bead.estimated_minutes === undefined ? undefined : `${bead.estimated_minutes} min`],
    ]),
    facts([
      [
        "Created",
        `${when(bead.created_at, options)}${bead.created_by === undefined ? "" : ` by ${bead.created_by}`}`,
      ],
      ["Updated", when(bead.updated_at, options)],
      ["Closed", bead.closed_at === undefined ? undefined : when(bead.closed_at, options)],
    ]),
    facts([
      ["Due", bead.due_at === undefined ? undefined : when(bead.due_at, options)],
      ["Deferred until", bead.defer_until === undefined ? undefined : when(bead.defer_until, options)],
      ["External", bead.external_ref],
      ["Spec", bead.spec_id],
    ]),
    facts([
      ["Labels", bead.labels?.join(", ")],
      ["Close reason", bead.close_reason],
      [
        "Progress",
        progress === undefined ? undefined : `${progress.closed}/${progress.total} children closed`,
      ],
    ]),
    ...(options.long === true ? longFacts(bead, options) : []),
  ].filter(Boolean);
  const sections = [
    section("DESCRIPTION", bead.description, style),
    section("DESIGN", bead.design, style),
    section("ACCEPTANCE CRITERIA", bead.acceptance_criteria, style),
    section("NOTES", bead.notes, style),
    ...GROUPS.map(([side, type, title]) => neighbours(details, side, type, title, style)),
    comments(bead, style, options),
  ].filter(Boolean);
  return [lines.join("\n"), ...sections].join("\n\n");
}

/** Date and time to the minute, UTC unless local time is asked for. */
export function when(instant: string, options: PageOptions = {}): string {
  if (options.localTime !== true) return instant.slice(0, 16).replace("T", " ");
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 16)
    .replace("T", " ");
}

function facts(pairs: readonly (readonly [string, string | undefined])[]): string {
  return pairs
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}: ${printable(value ?? "")}`)
    .join(" · ");
}

function longFacts(bead: Bead, options: PageOptions): string[] {
  return [
    facts([
      ["Started", bead.started_at === undefined ? undefined : when(bead.started_at, options)],
      ["Closed by session", bead.closed_by_session],
      ["Source", bead.source_system],
    ]),
    facts([
      [
        "Waits for",
        bead.await_type === undefined ? undefined : `${bead.await_type} ${bead.await_id ?? ""}`.trim(),
      ],
      ["Waiters", bead.waiters?.join(", ")],
      ["Molecule", bead.mol_type],
      ["Wisp", bead.wisp_type],
      ["Formula", bead.source_formula],
    ]),
    bead.metadata === undefined ? "" : `Metadata: ${JSON.stringify(bead.metadata)}`,
  ];
}

function section(title: string, text: string | undefined, style: Style): string {
  return text === undefined || text.trim() === "" ? "" : `${style.bold(title)}\n${printable(text.trimEnd())}`;
}

function neighbours(details: Details, side: string, type: string, title: string, style: Style): string {
  const all = side === "dependencies" ? details.dependencies : details.dependents;
  const wanted = all.filter(other =>
    type === "" ? !["blocks", "parent-child"].includes(other.type) : other.type === type,
  );
  if (wanted.length === 0) return "";
  const arrow = side === "dependencies" ? "→" : "←";
  const lines = wanted.map(other => {
    const kind = type === "" ? ` (${other.type})` : "";
    return `  ${arrow} ${statusIcon(other.bead.status, style)} ${other.bead.id}: ${printable(other.bead.title)}${kind} [${priorityText(other.bead.priority, style)}]`;
  });
  return `${style.bold(title)}\n${lines.join("\n")}`;
}

function comments(bead: Bead, style: Style, options: PageOptions): string {
  if (bead.comments === undefined || bead.comments.length === 0) return "";
  const entries = bead.comments.map(
    comment =>
      `  ${style.dim(`${when(comment.created_at, options)} ${printable(comment.author)}`)}\n    ${printable(comment.text).replace(/\n/g, "\n    ")}`,
  );
  return `${style.bold("COMMENTS")}\n${entries.join("\n")}`;
}
