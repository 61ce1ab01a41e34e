/** Formulas by name: files in the formula folders first, then the library that comes with the program. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Formula } from "../../../../store/molecules/formula.ts";
import { LIBRARY } from "../../../../store/molecules/library.ts";
import { parseFormula } from "../../../../store/molecules/parse.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { BdContext } from "../context.ts";

const ENDINGS = [".formula.toml", ".formula.json"] as const;
/** Where a formula of the library is said to come from. */
export const BUILT_IN = "built-in";

/** A formula that can be named. */
export interface FormulaFile {
  readonly name: string;
  /** Path, or `built-in`. */
  readonly source: string;
}

/** Folders that are searched, first found wins: the workspace's, the checkout's, the person's, the town's. */
export function formulaFolders(ctx: BdContext, more: readonly string[] = []): string[] {
  const workspace = ctx.findWorkspace();
  const home = ctx.io.env.HOME ?? homedir();
  const town = ctx.io.env.GT_ROOT;
  const folders = [
    ...more.map(folder => resolve(ctx.cwd, folder)),
    ...(workspace ? [join(workspace.beadsDir, "formulas"), join(workspace.root, ".beads/formulas")] : []),
    join(home, ".beads/formulas"),
    ...(town ? [join(town, ".beads/formulas")] : []),
  ];
  return [...new Set(folders)];
}

/** All formulas, by name. */
export function listFormulas(ctx: BdContext, more: readonly string[] = []): FormulaFile[] {
  const found = new Map<string, FormulaFile>();
  for (const folder of formulaFolders(ctx, more)) {
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).sort()) {
      const ending = ENDINGS.find(item => file.endsWith(item));
      const name = ending === undefined ? undefined : file.slice(0, -ending.length);
      if (name && !found.has(name)) found.set(name, { name, source: join(folder, file) });
    }
  }
  for (const name of Object.keys(LIBRARY)) {
    if (!found.has(name)) found.set(name, { name, source: BUILT_IN });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Text of a formula, by name or by path. @throws {AppError} not_found */
export function formulaText(
  ctx: BdContext,
  name: string,
  more: readonly string[] = [],
): { text: string; source: string } {
  const path = isAbsolute(name) ? name : resolve(ctx.cwd, name);
  if (/\.(toml|json)$/.test(name) && existsSync(path))
    return { text: readFileSync(path, "utf8"), source: path };
  const all = listFormulas(ctx, more);
  const found = all.find(item => item.name === name);
  if (found === undefined) {
    throw new AppError("not_found", `no formula named ${JSON.stringify(name)}`, {
      hint: `${
        didYouMean(
          name,
          all.map(item => item.name),
        ) ?? ""
      } \`bd formula list\` shows all.`.trim(),
    });
  }
  if (found.source === BUILT_IN) return { text: LIBRARY[name] ?? "", source: `${name}.formula.toml` };
  return { text: readFileSync(found.source, "utf8"), source: found.source };
}

/** A loader for {@link planFormula}; reads each formula once. */
export function formulaLoader(ctx: BdContext, more: readonly string[] = []): (name: string) => Formula {
  const read = new Map<string, Formula>();
  return name => {
    const known = read.get(name);
    if (known) return known;
    const { text, source } = formulaText(ctx, name, more);
    const formula = parseFormula(text, source);
    read.set(name, formula);
    return formula;
  };
}

/** `k=v` words as values. @throws {AppError} invalid_argument */
export function varsFrom(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map(word => {
      const at = word.indexOf("=");
      if (at < 1) throw new AppError("invalid_argument", `--var ${word}: write it as name=value`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
