/** `bd create`: one bead, several from a Markdown file, or a graph of them from a plan. */
import type { NewBead } from "../../../../store/schema/bead.ts";
import { defineCommand, type FlagValues, type Input, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { type CreateInput, checkNewId, createBead } from "../create-bead.ts";
import { CREATE_FLAGS } from "../create-flags.ts";
import { parseDependencyList } from "../dependency-words.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";
import { parseTime } from "../time.ts";
import { parseMetadata, parsePriority, readInput, requireStatus, requireType } from "../values.ts";

type CreateFlags = FlagValues<typeof CREATE_FLAGS>;

export default defineCommand<BdContext>()({
  summary: "Create a bead",
  description:
    "Prints the new id. With --file, one bead for each section of a Markdown file; with --graph, a whole plan.",
  examples: [
    { line: 'bd create "Login fails on Safari" -t bug -p 1' },
    {
      line: 'bd create "Write the tests" --parent bd-a3f --deps bd-x7k',
      note: "a child that waits for another bead",
    },
    { line: 'bd create "Found on the way" --deps discovered-from:bd-a3f --json' },
  ],
  positionals: [{ name: "title", summary: "What is to be done, in one line", rest: true }],
  flags: CREATE_FLAGS,
  async run(input, here) {
    const { repo } = input.flags;
    if (repo === undefined) return create(input, here);
    const there = here.at(repo);
    try {
      return await create(input, there);
    } finally {
      await there.dispose();
    }
  },
});

async function create({ flags, args, given }: Input<typeof CREATE_FLAGS>, ctx: BdContext): Promise<number> {
  if (flags.file !== undefined)
    return (await import("../create-from-file.ts")).createFromFile(flags.file, flags, ctx);
  if (flags.graph !== undefined) {
    return (await import("../create-graph.ts")).createGraph(flags.graph, flags["dry-run"] === true, ctx);
  }
  const title = flags.title ?? args.join(" ");
  if (title.trim() === "") throw usageError("title required (or use --file to create from a Markdown file)");
  const input = await createInput(title, flags, ctx);
  if (flags.validate === true) await validateSections(input.bead);
  if (flags["dry-run"] === true) return preview(input, ctx);
  if (input.bead.description === undefined && !given.has("silent")) {
    ctx.out.note("Note: creating without a description; a later reader will not know what was meant.");
  }
  const bead = await createBead(input, ctx);
  ctx.touched(bead.id, true);
  if (flags.silent === true) {
    ctx.out.raw(`${bead.id}\n`);
    return 0;
  }
  ctx.out.emit(issueJson(bead), () => {
    const { green } = ctx.out.style;
    const place = `  Priority: P${bead.priority}\n  Status: ${bead.status}`;
    return `${green("✓")} Created issue: ${bead.id} — ${printable(bead.title)}\n${place}`;
  });
  return 0;
}

/** The flags of the line as what is to be created. @throws {AppError} invalid_argument, not_found */
export async function createInput(title: string, flags: CreateFlags, ctx: BdContext): Promise<CreateInput> {
  const backend = await ctx.backend();
  const config = await backend.config();
  const now = ctx.now();
  const parent = flags.parent === undefined ? undefined : await resolveId(ctx, flags.parent);
  const type = requireType(flags.type, config);
  if (flags.id !== undefined) checkNewId(flags.id, backend.prefix, config, flags.force === true);
  if (flags.ephemeral === true && flags["no-history"] === true) {
    throw usageError("--ephemeral and --no-history are mutually exclusive");
  }
  const event = eventFields(type, flags);
  const spawner = flags["waits-for"] === undefined ? undefined : await resolveId(ctx, flags["waits-for"]);
  const bead: NewBead = {
    title: title.trim(),
    issue_type: type,
    priority: parsePriority(flags.priority),
    ...(flags.id === undefined ? {} : { id: flags.id }),
    ...(parent === undefined ? {} : { parent }),
    ...(flags.status === undefined ? {} : { status: requireStatus(flags.status, config) }),
    ...text("description", await description(flags, ctx)),
    ...text(
      "design",
      flags["design-file"] === undefined ? flags.design : await readInput(flags["design-file"], ctx),
    ),
    ...text("acceptance_criteria", flags.acceptance),
    ...text("notes", [flags.notes, flags["append-notes"]].filter(part => part !== undefined).join("\n")),
    ...text("spec_id", flags["spec-id"]),
    ...text("assignee", flags.assignee),
    ...text("external_ref", flags["external-ref"]),
    ...text("wisp_type", oneOf("wisp-type", flags["wisp-type"], WISP_TYPES)),
    ...text("mol_type", oneOf("mol-type", flags["mol-type"], MOL_TYPES)),
    ...text("owner", ctx.owner()),
    ...(flags.estimate === undefined ? {} : { estimated_minutes: flags.estimate }),
    ...(flags.due === undefined ? {} : { due_at: parseTime(flags.due, now) }),
    ...(flags.defer === undefined ? {} : { defer_until: parseTime(flags.defer, now) }),
    ...(flags.metadata === undefined ? {} : { metadata: parseMetadata(flags.metadata, ctx.cwd) }),
    ...(flags.ephemeral === true ? { ephemeral: true } : {}),
    ...(flags["no-history"] === true ? { no_history: true } : {}),
    ...event,
  };
  return {
    bead,
    labels: flags.labels,
    inheritLabels: flags["no-inherit-labels"] !== true,
    edges: await parseDependencyList(flags.deps, ctx),
    ...(flags.force === true ? { force: true } : {}),
    ...(spawner === undefined ? {} : { waitsFor: { spawner, gate: flags["waits-for-gate"] } }),
  };
}

const WISP_TYPES = ["heartbeat", "ping", "patrol", "gc_report", "recovery", "error", "escalation"];
const MOL_TYPES = ["swarm", "patrol", "work"];

function oneOf(flag: string, word: string | undefined, words: readonly string[]): string | undefined {
  if (word === undefined || word === "" || words.includes(word)) return word;
  throw usageError(`invalid ${flag} "${word}" (valid: ${words.join(", ")})`);
}

async function description(flags: CreateFlags, ctx: BdContext): Promise<string | undefined> {
  const file = flags.stdin === true ? "-" : flags["body-file"];
  const body = file === undefined ? flags.description : await readInput(file, ctx);
  const sections = [
    ...(flags.context === undefined ? [] : [`## Context\n\n${flags.context}`]),
    ...(flags.skills === undefined ? [] : [`## Required Skills\n\n${flags.skills}`]),
  ];
  const parts = [...(body === undefined ? [] : [body.trimEnd()]), ...sections].filter(part => part !== "");
  return parts.length === 0 ? undefined : parts.join("\n\n");
}

function eventFields(type: string, flags: CreateFlags): Partial<NewBead> {
  const fields = {
    ...text("event_kind", flags["event-category"]),
    ...text("actor", flags["event-actor"]),
    ...text("target", flags["event-target"]),
    ...text("payload", flags["event-payload"]),
  };
  if (type !== "event" && Object.keys(fields).length > 0)
    throw usageError("--event-* flags require --type=event");
  return fields;
}

function text<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  // SAFETY: the object has exactly the one key of the type, or none.
  return value === undefined || value === "" ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}

async function validateSections(bead: NewBead): Promise<void> {
  const { missingSections } = await import("../lint-sections.ts");
  const missing = missingSections(bead);
  if (missing.length > 0) {
    throw usageError(
      `missing sections for type ${bead.issue_type}: ${missing.join(", ")}`,
      "Add them to the description.",
    );
  }
}

function preview(input: CreateInput, ctx: BdContext): number {
  const { parent: _parent, id: _id, prefix: _prefix, ...fields } = input.bead;
  const at = new Date(ctx.now()).toISOString();
  const shown = issueJson({
    ...fields,
    status: fields.status ?? "open",
    priority: fields.priority ?? 2,
    issue_type: fields.issue_type ?? "task",
    id: "",
    created_at: at,
    updated_at: at,
    created_by: ctx.actor(),
    labels: [...input.labels],
    dependencies: [],
  });
  const { id: _none, ...rest } = shown;
  ctx.out.emit(
    rest,
    () =>
      `Would create issue: ${printable(input.bead.title)}\n  Type: ${input.bead.issue_type}\n  Priority: P${input.bead.priority}`,
  );
  return 0;
}
