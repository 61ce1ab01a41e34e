/** JSON as `bd` prints it: two spaces, HTML-safe, a schema version in objects, and an optional envelope. */

/** Version of the shapes; objects carry it as `schema_version`. */
export const SCHEMA_VERSION = 1;

/** One value as indented JSON with `<`, `>`, `&` and the two line separators escaped, and a final newline. */
export function prettyJson(value: unknown): string {
  return `${escapeHtml(JSON.stringify(value, null, 2))}\n`;
}

/** One value as a single line of JSON with the same escapes, without a newline. */
export function lineJson(value: unknown): string {
  return escapeHtml(JSON.stringify(value));
}

/**
 * The payload as it goes out: arrays as they are; objects with `schema_version` and their keys sorted.
 * With `envelope`, anything becomes `{"schema_version", "data"}`.
 */
export function present(payload: unknown, envelope: boolean): unknown {
  if (envelope) return { schema_version: SCHEMA_VERSION, data: payload };
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return payload;
  const entries = Object.entries({ ...payload, schema_version: SCHEMA_VERSION });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

function escapeHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, char => ESCAPES[char] ?? char);
}
