/** Careful looks into JSON that another program printed. */

export type Json = Readonly<Record<string, unknown>>;

/** The object that a line holds; undefined when it is anything else. */
export function parseObject(line: string): Json | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return object(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export function object(value: unknown): Json | undefined {
  // SAFETY: an object that is no array has string keys and unknown values.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A count; 0 for anything that is none. */
export function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

/** The first lines of a long text, for a terminal. */
export function excerpt(value: string, lines = 12): string {
  const all = value.trimEnd().split("\n");
  return all.length <= lines
    ? all.join("\n")
    : `${all.slice(0, lines).join("\n")}\n... ${all.length - lines} more lines`;
}
