/** `bd mol bond`: joins two molecules, or a formula to a molecule. */
import { BOND_TYPES, bond } from "../../../../store/molecules/phases.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";
import { listFormulas, varsFrom } from "../mol/formula-files.ts";
import { pourFormula } from "../mol/pour-formula.ts";

export default defineCommand<BdContext>()({
  summary: "Join two molecules: one after the other, beside it, or if it fails",
  examples: [
    { line: "bd mol bond bd-mol-x bd-mol-y --type sequential" },
    { line: "bd mol bond bd-mol-x review --var branch=topic" },
  ],
  positionals: [
    { name: "first", summary: "Molecule", required: true, complete: "bead" },
    { name: "second", summary: "Molecule, or a formula that is poured first", required: true },
  ],
  flags: {
    type: { type: "string", choices: BOND_TYPES, default: "sequential", summary: "How" },
    var: {
      type: "string",
      multiple: true,
      value: "name=value",
      summary: "Value of a variable, for a formula",
    },
    ephemeral: { type: "boolean", summary: "Pour the formula as a wisp" },
    pour: { type: "boolean", summary: "Pour the formula as a persistent molecule (the default)" },
    "dry-run": { type: "boolean", summary: "Say what would be joined" },
  },
  async run({ flags, args }, ctx) {
    const first = await resolveId(ctx, args[0] ?? "");
    const word = args[1] ?? "";
    const isFormula = /\.(toml|json)$/.test(word) || listFormulas(ctx).some(item => item.name === word);
    const type = BOND_TYPES.find(item => item === flags.type) ?? "sequential";
    if (flags["dry-run"] === true) {
      ctx.out.emit(
        { dry_run: true, first, second: word, bond_type: type },
        () => `Would bond ${word} to ${first} (${type})`,
      );
      return 0;
    }
    const poured = isFormula
      ? await pourFormula(
          { formula: word, vars: varsFrom(flags.var), phase: flags.ephemeral === true ? "vapor" : "liquid" },
          ctx,
        )
      : undefined;
    const second = poured?.root ?? (await resolveId(ctx, word));
    await (await ctx.backend()).change({ touches: "all" }, tx => bond(tx, first, second, type));
    ctx.touched(second, true);
    ctx.out.emit(
      {
        result_id: first,
        result_type: "compound_molecule",
        bond_type: type,
        spawned: poured?.created ?? 0,
        id_mapping: poured?.ids ?? {},
      },
      () => `✓ Bonded ${second} to ${first} (${type})`,
    );
    return 0;
  },
});
