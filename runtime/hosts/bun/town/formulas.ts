/** Formulas of a town: `<town>/formulas/NAME.formula.toml` or `.formula.json`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FormulaFiles } from "../../../../actors/deps.ts";
import { hasErrno } from "../files.ts";

const ENDINGS = [".formula.toml", ".formula.json"] as const;

/** Reads the files each time: they are few, small, and edited by hand. */
export function formulaFiles(folder: string): FormulaFiles {
  const files = (): string[] => {
    try {
      return readdirSync(folder).sort();
    } catch (error) {
      if (hasErrno(error, "ENOENT")) return [];
      throw error;
    }
  };
  return {
    names: () =>
      files().flatMap(file => {
        const ending = ENDINGS.find(one => file.endsWith(one));
        return ending === undefined ? [] : [file.slice(0, -ending.length)];
      }),
    read(_town, name) {
      const file = files().find(one => ENDINGS.some(ending => one === name + ending));
      if (file === undefined) return undefined;
      const source = join(folder, file);
      return { text: readFileSync(source, "utf8"), source };
    },
  };
}
