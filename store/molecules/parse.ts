/** Reads a formula from TOML or JSON text and says, by key, what is wrong with it. */
import { parse as parseToml, TomlError } from "smol-toml";
import { AppError } from "../schema/errors.ts";
import { formulaFault } from "./check-formula.ts";
import { type Formula, formulaSchema } from "./formula.ts";

/** Limit on the text of one formula. */
export const MAX_FORMULA_BYTES = 1_048_576;

/**
 * The formula in `text`; `source` (a path or name) is named in errors, its ending tells the syntax.
 * @throws {AppError} invalid_argument: no TOML or JSON, an unknown key, a wrong value, a type without its part
 */
export function parseFormula(text: string, source: string): Formula {
  if (text.length > MAX_FORMULA_BYTES) throw refuse(source, "it is larger than 1 MiB");
  const parsed = formulaSchema.safeParse(source.endsWith(".json") ? json(text, source) : toml(text, source));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path
      .map(part => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
      .join("");
    const where = at ? `${at.replace(/^\./, "")}: ` : "";
    const what =
      issue?.code === "unrecognized_keys"
        ? `unknown ${issue.keys.length > 1 ? "keys" : "key"} ${issue.keys.map(key => `\`${key}\``).join(", ")}`
        : (issue?.message ?? "it has the wrong shape");
    throw refuse(source, `${where}${what}`);
  }
  const formula = parsed.data;
  const type = formula.type ?? inferType(formula);
  if (type === "expansion" && !formula.template?.length && !formula.extends?.length) {
    throw refuse(source, "an expansion needs `template`");
  }
  if (type === "aspect" && !formula.advice?.length && !formula.extends?.length) {
    throw refuse(source, "an aspect needs `advice`");
  }
  if ((type === "workflow" || type === "convoy") && !formula.steps?.length && !formula.extends?.length) {
    throw refuse(source, `a ${type} needs \`steps\``);
  }
  const fault = formulaFault(formula, type);
  if (fault !== undefined) throw refuse(source, fault);
  return { ...formula, type };
}

function inferType(formula: Formula): NonNullable<Formula["type"]> {
  if (formula.steps?.length) return "workflow";
  if (formula.template?.length) return "expansion";
  return formula.advice?.length ? "aspect" : "workflow";
}

function toml(text: string, source: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    if (error instanceof TomlError)
      throw refuse(
        source,
        `line ${error.line}, column ${error.column}: ${error.message.split("\n")[0] ?? ""}`,
      );
    throw error;
  }
}

function json(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(source, error instanceof Error ? error.message : "it is no JSON");
  }
}

function refuse(source: string, why: string): AppError {
  return new AppError("invalid_argument", `formula ${source}: ${why}`, {
    hint: "`bd formula show <name>` prints a formula that works; docs/formulas.md lists the keys.",
  });
}
