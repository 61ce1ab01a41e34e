/** What a schema refuses, for people: `title: Too small; tasks.0.rig: ...`. */
import type { z } from "zod";

/** Most issues that are named; the rest is counted. */
const MAX_NAMED = 5;

/** One line: each member that is wrong, and how. */
export function schemaWords({ issues }: z.ZodError): string {
  const named = issues
    .slice(0, MAX_NAMED)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`));
  const more = issues.length - named.length;
  return `${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}
