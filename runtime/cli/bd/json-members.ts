/** A JSON object written member by member: its long arrays come in pages and are never held together. */
import { present, prettyJson, SCHEMA_VERSION } from "./json.ts";

/**
 * Writes what `prettyJson(present(members))` would say, where an async iterable stands for the array of its pages' items.
 * The pages are read in the order in which the keys are written.
 */
export async function writeMembers(
  out: { write(text: string): void },
  members: Readonly<Record<string, unknown>>,
  envelope: boolean,
): Promise<void> {
  if (envelope) {
    const whole: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(members))
      whole[key] = isPages(value) ? await collect(value) : value;
    out.write(prettyJson(present(whole, true)));
    return;
  }
  const entries = Object.entries({ ...members, schema_version: SCHEMA_VERSION })
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  let start = "{\n";
  for (const [key, value] of entries) {
    out.write(`${start}  ${JSON.stringify(key)}: `);
    start = ",\n";
    if (isPages(value)) await writePages(out, value);
    else out.write(indented(prettyJson(value).slice(0, -1)));
  }
  out.write("\n}\n");
}

async function writePages(
  out: { write(text: string): void },
  pages: AsyncIterable<readonly unknown[]>,
): Promise<void> {
  let first = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    // An array is "[\n", its items, "\n]\n": the items of all pages make one array.
    out.write(`${first ? "[\n  " : ",\n  "}${indented(prettyJson(page).slice(2, -3))}`);
    first = false;
  }
  out.write(first ? "[]" : "\n  ]");
}

/** One level deeper; strings of JSON have no line breaks of their own. */
function indented(json: string): string {
  return json.replaceAll("\n", "\n  ");
}

async function collect(pages: AsyncIterable<readonly unknown[]>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

function isPages(value: unknown): value is AsyncIterable<readonly unknown[]> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
