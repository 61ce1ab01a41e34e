/** Flags of `bd update`. */
import type { Flags } from "../lib/args.ts";

const text = (summary: string, value = "text") => ({ type: "string", value, summary }) as const;
const toggle = (summary: string) => ({ type: "boolean", summary }) as const;
const words = (summary: string) =>
  ({ type: "string", multiple: true, commas: true, value: "labels", summary }) as const;

export const UPDATE_FLAGS = {
  status: { ...text("New status", "status"), short: "s", complete: "status" },
  priority: { ...text("0-4 or P0-P4", "p"), short: "p" },
  type: { ...text("New type", "type"), short: "t", complete: "type" },
  assignee: { ...text("Who does it; empty for nobody", "name"), short: "a" },
  title: text("New title"),
  description: { ...text("New description"), short: "d", aliases: ["body"] },
  acceptance: { ...text("Acceptance criteria"), aliases: ["acceptance-criteria"] },
  design: text("Design notes"),
  "design-file": { ...text("Design notes from a file, - for standard input", "file"), complete: "file" },
  notes: text("Notes"),
  "append-notes": text("More notes, on a line of their own"),
  "body-file": {
    ...text("Description from a file, - for standard input", "file"),
    complete: "file",
    aliases: ["description-file"],
  },
  stdin: toggle("Description from standard input"),
  "allow-empty-description": toggle("Let an empty file empty the description"),
  estimate: { type: "integer", short: "e", value: "minutes", min: 0, summary: "Estimated minutes" },
  "external-ref": text("Reference in another system", "ref"),
  "spec-id": text("Specification that it follows", "id"),
  due: text("When it is due; empty to clear", "time"),
  defer: text("Put off until; empty to clear", "time"),
  parent: { ...text("New parent; empty for none", "id"), complete: "bead" },
  "add-label": words("Labels to add"),
  "remove-label": words("Labels to remove"),
  "set-labels": words("These labels and no others"),
  metadata: text("A JSON object merged key by key, or @file", "json"),
  "set-metadata": {
    type: "string",
    multiple: true,
    value: "key=value",
    summary: "Set a key of the metadata",
  },
  "unset-metadata": { type: "string", multiple: true, value: "key", summary: "Remove a key of the metadata" },
  claim: toggle("Take it: assignee and in_progress in one step, refused when somebody else has it"),
  session: text("Session that closes it", "id"),
  "await-id": text("What a gate waits for", "id"),
  ephemeral: toggle("Make it a wisp"),
  persistent: toggle("Make a wisp an ordinary bead"),
  history: toggle("Clear no-history"),
  "no-history": toggle("Leave it out of the history where the store can"),
} as const satisfies Flags;
