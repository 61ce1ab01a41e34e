/** JSON with one spelling per value: sorted keys, two spaces, LF, a final newline. */

/** Canonical text of a JSON value. Keys are ordered by UTF-16 code units; `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return `${format(value, "\n")}\n`;
}

function format(value: unknown, newline: string): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const inner = `${newline}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${inner}${value.map(item => format(item, inner)).join(`,${inner}`)}${newline}]`;
  }
  const members: string[] = [];
  for (const [key, member] of Object.entries(value).sort(byKey)) {
    if (member !== undefined) members.push(`${JSON.stringify(key)}: ${format(member, inner)}`);
  }
  return members.length === 0 ? "{}" : `{${inner}${members.join(`,${inner}`)}${newline}}`;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
