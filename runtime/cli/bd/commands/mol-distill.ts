/** `bd mol distill`: a formula of work that was done. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { distill } from "../../../../store/molecules/distill.ts";
import type { LoadFormula } from "../../../../store/molecules/resolve.ts";
import { AppError, hasCode } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";
import { formulaLoader, varsFrom } from "../mol/formula-files.ts";

export default defineCommand<BdContext>()({
  summary: "Make a formula of an epic or a molecule, to do the like again",
  examples: [
    { line: "bd mol distill bd-a3f deploy --var service=api", note: "every `api` becomes {{service}}" },
  ],
  positionals: [
    { name: "epic", required: true, complete: "bead" },
    { name: "name", summary: "Of the formula; made of the title when absent" },
  ],
  flags: {
    var: { type: "string", multiple: true, value: "name=text", summary: "Make this text a variable" },
    output: {
      type: "string",
      value: "folder",
      summary: "Where the file goes; .beads/formulas when absent",
      complete: "file",
    },
    "dry-run": { type: "boolean", summary: "Show the formula, write nothing" },
    force: { type: "boolean", short: "f", summary: "Replace a formula of the same name" },
  },
  async run({ flags, args }, ctx) {
    const id = await resolveId(ctx, args[0] ?? "");
    const vars = varsFrom(flags.var);
    const backend = await ctx.backend();
    const formula = await backend.change({ touches: "all" }, tx => distill(tx, id, { name: args[1], vars }));
    const text = `${JSON.stringify(formula, null, 2)}\n`;
    const folder =
      flags.output === undefined
        ? join(ctx.workspace().beadsDir, "formulas")
        : resolve(ctx.cwd, flags.output);
    const path = join(folder, `${formula.formula}.formula.json`);
    if (flags["dry-run"] !== true) {
      if (flags.force !== true) refuseHiding(formula.formula, formulaLoader(ctx));
      mkdirSync(folder, { recursive: true });
      write(path, text, flags.force === true);
    }
    ctx.out.emit(
      {
        formula_name: formula.formula,
        formula_path: path,
        steps: formula.steps?.length ?? 0,
        variables: Object.keys(vars),
        ...(flags["dry-run"] === true ? { dry_run: true } : {}),
      },
      () =>
        flags["dry-run"] === true
          ? text
          : `✓ Wrote ${printable(path)}: ${formula.steps?.length ?? 0} steps\n  bd mol pour ${formula.formula}`,
    );
    return 0;
  },
});

/** A file of this name would be found in place of the formula that is there, e.g. one of the library. */
function refuseHiding(name: string, load: LoadFormula): void {
  try {
    load(name);
  } catch (error) {
    if (hasCode(error, "not_found")) return;
    throw error;
  }
  throw new AppError("already_exists", `a formula named ${name} exists already`, {
    hint: "Use --force to have this one instead, or give another name.",
  });
}

function write(path: string, text: string, replace: boolean): void {
  try {
    writeFileSync(path, text, { flag: replace ? "w" : "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    throw new AppError("already_exists", `${path} exists already`, {
      hint: "Use --force, or give another name.",
    });
  }
}
