/**
 * Several databases in one: the platform gives an object a single SQLite database, and the index of each store wants its
 * own. The names of tables and indexes in a statement get a prefix; a table keeps its own name as its alias, so that
 * columns and conditions stay as they are.
 */
import { TABLES } from "../../../../store/index/tables.ts";

/** Tables of a full-text index are known by the name itself within statements, so it is replaced everywhere. */
const TEXT_TABLE = "bead_text";
const TABLE = `(${TABLES.flatMap(text => /^CREATE TABLE (\w+)/.exec(text)?.[1] ?? []).join("|")})`;
/** Words behind a table's name that are no alias of it. */
const NO_ALIAS =
  "(?!\\s+(?:AS\\s+)?(?!(?:WHERE|JOIN|LEFT|INNER|CROSS|ON|GROUP|ORDER|LIMIT|UNION|SET|HAVING|EXCEPT|INTERSECT|INDEXED|NOT)\\b)[A-Za-z_])";

const RULES: readonly (readonly [RegExp, (prefix: string) => string])[] = [
  // What is made or dropped, and what is filled, is named alone.
  [
    new RegExp(`\\b((?:CREATE|DROP) TABLE(?: IF(?: NOT)? EXISTS)?|INTO)\\s+${TABLE}\\b`, "gi"),
    p => `$1 ${p}$2`,
  ],
  [
    new RegExp(`\\b(CREATE (?:UNIQUE )?INDEX(?: IF NOT EXISTS)?)\\s+(\\w+)\\s+ON\\s+${TABLE}\\b`, "gi"),
    p => `$1 ${p}$2 ON ${p}$3`,
  ],
  [new RegExp(`\\b(FROM|JOIN|UPDATE)\\s+${TABLE}\\b${NO_ALIAS}`, "gi"), p => `$1 ${p}$2 AS $2`],
  // With an alias of its own.
  [new RegExp(`\\b(FROM|JOIN|UPDATE)\\s+${TABLE}\\b(?! AS \\2\\b)`, "gi"), p => `$1 ${p}$2`],
  [new RegExp(`\\b${TEXT_TABLE}\\b`, "g"), p => `${p}${TEXT_TABLE}`],
];

/** A statement of the index over tables with a prefix, e.g. `i3_`. */
export function withTablePrefix(sql: string, prefix: string): string {
  return RULES.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement(prefix)), sql);
}
