/** `bd formula convert`: JSON formulas as TOML. */
import { writeFileSync } from "node:fs";
import { stringify } from "smol-toml";
import { parseFormula } from "../../../../store/molecules/parse.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { formulaText } from "../mol/formula-files.ts";
import { failure } from "../output.ts";

export default defineCommand<BdContext>()({
  summary: "Write a JSON formula as TOML",
  positionals: [{ name: "formula", required: true }],
  flags: { stdout: { type: "boolean", summary: "Print it; without this, a file beside the JSON" } },
  run({ flags, args }, ctx) {
    const { text, source } = formulaText(ctx, args[0] ?? "");
    if (!source.endsWith(".json")) throw failure(`${source} is TOML already`);
    parseFormula(text, source);
    const toml = stringify(JSON.parse(text));
    const target = source.replace(/\.json$/, ".toml");
    if (flags.stdout === true) ctx.out.raw(toml);
    else {
      writeFileSync(target, toml, { flag: "wx" });
      ctx.out.emit({ converted: target, source }, () => `✓ Wrote ${printable(target)}`);
    }
    return 0;
  },
});
