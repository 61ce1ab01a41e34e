/** `gt bead create` */
import { beadSchema } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

export const beadCreate = defineCommand<GtContext>()({
  summary: "Makes a bead in a rig",
  examples: [
    { line: 'gt bead create "Add a greeting" --rig web -d "Write greeting.txt."' },
    {
      line: 'gt bead create "Fix it" --rig web -d - < notes.md',
      note: "the description from standard input",
    },
    { line: 'gt bead create "Search" --rig web --type epic', note: "then its parts with --parent" },
  ],
  flags: {
    rig: {
      type: "string",
      short: "r",
      complete: "rig",
      summary: "the rig that it is work in; the town's own store without one",
    },
    description: { type: "string", short: "d", summary: "what is to be done; - reads standard input" },
    type: { type: "string", short: "t", default: "task", summary: "task, bug, feature, chore, ..." },
    priority: { type: "integer", short: "p", min: 0, max: 4, default: 2, summary: "0 is the most urgent" },
    label: { type: "string", short: "l", multiple: true, commas: true, summary: "labels" },
    acceptance: { type: "string", summary: "when it is done" },
    parent: { type: "string", complete: "bead", summary: "the epic that it is part of" },
    deps: {
      type: "string",
      multiple: true,
      commas: true,
      complete: "bead",
      summary: "beads that must be done before",
    },
  },
  positionals: [{ name: "title", required: true }],
  async run({ flags, args: [title = ""] }, context) {
    const description = flags.description === "-" ? await context.io.readStdin() : flags.description;
    const bead = await context.client().send(
      "POST",
      "/beads",
      {
        title,
        issue_type: flags.type,
        priority: flags.priority,
        ...(flags.rig === undefined ? {} : { rig: flags.rig }),
        ...(description === undefined ? {} : { description }),
        ...(flags.acceptance === undefined ? {} : { acceptance_criteria: flags.acceptance }),
        ...(flags.parent === undefined ? {} : { parent: flags.parent }),
        ...(flags.label.length === 0 ? {} : { labels: flags.label }),
        ...(flags.deps.length === 0 ? {} : { dependencies: flags.deps.map(id => ({ depends_on_id: id })) }),
      },
      beadSchema,
    );
    context.print(bead, () => [`${context.style.bold(bead.id)}  ${bead.title}`]);
    return undefined;
  },
});
