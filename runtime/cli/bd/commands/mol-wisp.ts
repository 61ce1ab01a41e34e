/** `bd mol wisp`: a formula becomes an ephemeral molecule. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { varsFrom } from "../mol/formula-files.ts";
import { pourFormula } from "../mol/pour-formula.ts";

export default defineCommand<BdContext>()({
  summary: "Make a wisp of a formula: ephemeral, never synced",
  examples: [{ line: "bd mol wisp review --var branch=topic" }],
  positionals: [{ name: "formula", summary: "Name or file", required: true }],
  flags: {
    var: { type: "string", multiple: true, value: "name=value", summary: "Value of a variable" },
    title: { type: "string", summary: "Title of the root" },
    assignee: { type: "string", short: "a", summary: "Who works on it" },
    type: {
      type: "string",
      value: "class",
      summary: "How long it lives: heartbeat, ping, patrol, gc_report, recovery, error, escalation",
    },
    "root-only": { type: "boolean", summary: "Make the root alone; the steps are shown from the formula" },
    "search-path": {
      type: "string",
      multiple: true,
      value: "folder",
      summary: "Look for formulas here first",
    },
    "dry-run": { type: "boolean", summary: "Show the steps, make nothing" },
  },
  async run({ flags, args }, ctx) {
    const formula = args[0] ?? "";
    const vars = varsFrom(flags.var);
    if (flags["dry-run"] === true)
      return (await import("../mol/preview.ts")).previewPlan(formula, vars, flags["search-path"], ctx);
    const poured = await pourFormula(
      {
        formula,
        vars,
        phase: "vapor",
        title: flags.title,
        assignee: flags.assignee,
        wispType: flags.type,
        ...(flags["root-only"] === true ? { rootOnly: true } : {}),
        searchPath: flags["search-path"],
      },
      ctx,
    );
    ctx.out.emit(
      {
        new_epic_id: poured.root,
        id_mapping: poured.ids,
        created: poured.created,
        attached: 0,
        phase: "vapor",
      },
      () =>
        `✓ Made wisp ${poured.root} of ${printable(formula)}: ${poured.created} beads\n  Squash it with: bd mol squash ${poured.root}`,
    );
    return 0;
  },
});
