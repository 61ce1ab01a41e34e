/** `gt bead update`, `gt bead comment` */
import { beadSchema } from "../../../../store/schema/bead.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { beadLines } from "../show/beads.ts";

const text = (summary: string) => ({ type: "string", summary: `${summary}; empty takes it away` }) as const;

export const beadUpdate = defineCommand<GtContext>()({
  summary: "Changes fields of a bead; what is not named stays",
  description:
    "An agent keeps notes, design and labels of its own bead; the rest is for people. To change what is asked of work that waits gives it all its tries anew.",
  examples: [
    { line: "gt bead update web-4k2 --priority 0 --add-label urgent" },
    { line: "gt bead update web-4k2 -d - < task.md", note: "the description from standard input" },
  ],
  flags: {
    title: { type: "string", summary: "what it is called" },
    description: { ...text("what is to be done; - reads standard input"), short: "d" },
    acceptance: text("when it is done"),
    design: text("how it is to be done"),
    notes: text("what whoever comes after should know"),
    status: { type: "string", short: "s", summary: "open, blocked, deferred, pinned, or one of your own" },
    priority: { type: "integer", short: "p", min: 0, max: 4, summary: "0 is the most urgent" },
    type: { type: "string", short: "t", summary: "task, bug, feature, chore, ..." },
    assignee: { type: "string", complete: "agent", summary: "whose it is; empty makes it nobody's" },
    "add-label": { type: "string", multiple: true, commas: true, summary: "label to add" },
    "remove-label": { type: "string", multiple: true, commas: true, summary: "label to take away" },
  },
  positionals: [{ name: "bead", required: true, complete: "bead" }],
  async run({ flags, args: [id = ""] }, context) {
    const description = flags.description === "-" ? await context.io.readStdin() : flags.description;
    const orNull = (value: string | undefined) => (value === "" ? null : value);
    const body = Object.fromEntries(
      Object.entries({
        title: flags.title,
        description: orNull(description),
        acceptance_criteria: orNull(flags.acceptance),
        design: orNull(flags.design),
        notes: orNull(flags.notes),
        status: flags.status,
        priority: flags.priority,
        issue_type: flags.type,
        assignee: orNull(flags.assignee),
        add_labels: flags["add-label"].length === 0 ? undefined : flags["add-label"],
        remove_labels: flags["remove-label"].length === 0 ? undefined : flags["remove-label"],
      }).filter(([, value]) => value !== undefined),
    );
    if (Object.keys(body).length === 0) {
      throw new AppError("invalid_argument", "Nothing to change was named.", {
        hint: "Name a field, e.g. --priority 1; `gt bead update --help` lists them.",
      });
    }
    const bead = await context.client().send("PATCH", `/beads/${encodeURIComponent(id)}`, body, beadSchema);
    context.print(bead, () => beadLines([bead], context));
    return undefined;
  },
});

export const beadComment = defineCommand<GtContext>()({
  summary: "Writes a comment on a bead; whoever works on it next reads it",
  examples: [{ line: 'gt bead comment web-4k2 "The API has moved to v2"' }],
  positionals: [
    { name: "bead", required: true, complete: "bead" },
    { name: "text", required: true, rest: true },
  ],
  async run({ args: [id = "", ...words] }, context) {
    const body = { text: words.join(" ") };
    const bead = await context
      .client()
      .send("POST", `/beads/${encodeURIComponent(id)}/comments`, body, beadSchema);
    context.print(bead, () => [`Written on ${bead.id}.`]);
    return undefined;
  },
});
