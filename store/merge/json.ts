/** Plain JSON values as the merge sees them: compared by content, in an order that is the same on every machine. */

/** A bead, edge or comment as its file has it, unknown fields included. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for a JSON object, as opposed to an array, null or a scalar. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a field that the object itself has: names such as "constructor" are names like all others here. */
export function ownValue(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** JSON with sorted keys and no spaces; the empty text for `undefined`, which therefore sorts before everything. */
export function canonicalText(value: unknown): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return `[${value.map(item => canonicalText(item ?? null)).join(",")}]`;
  if (!isFields(value)) return JSON.stringify(value);
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    if (value[key] !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalText(value[key])}`);
  }
  return `{${parts.join(",")}}`;
}

/** Order of texts by UTF-16 code units: negative, zero or positive. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of values by content; `undefined` is the smallest. Texts are ordered as they are, all else by canonical text. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  return compareText(canonicalText(a), canonicalText(b));
}

/** True when both values have the same content. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameValue(item, b[i]));
  }
  return sameFields(a, b);
}

function sameFields(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = Object.entries(b);
  if (left.length !== right.length) return false;
  const values = new Map(right);
  return left.every(([key, value]) => values.has(key) && sameValue(value, values.get(key)));
}

/** The value, or undefined for what is never written: null, "", false and []. */
export function unsetIfEmpty(value: unknown): unknown {
  if (value === null || value === "" || value === false) return undefined;
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}
