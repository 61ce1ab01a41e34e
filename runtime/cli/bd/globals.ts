/** Flags that every command of `bd` takes, those of older versions included. */
import type { Flags } from "../lib/args.ts";

const ignored = (summary: string) => ({ type: "boolean", summary, hidden: true }) as const;

export const GLOBAL_FLAGS = {
  json: { type: "boolean", summary: "Print JSON" },
  format: { type: "string", summary: "json is the same as --json", hidden: true },
  actor: { type: "string", value: "name", summary: "Who does it, for the history" },
  directory: {
    type: "string",
    short: "C",
    value: "dir",
    summary: "Work in this folder",
    complete: "directory",
  },
  quiet: { type: "boolean", short: "q", summary: "Print errors only" },
  verbose: { type: "boolean", short: "v", summary: "Print more" },
  readonly: { type: "boolean", summary: "Refuse to change anything" },
  db: { type: "string", value: "path", summary: "A .beads folder, or a file in it", hidden: true },
  sandbox: ignored("Understood and without effect: nothing is pushed unless asked"),
  global: ignored("Understood and without effect"),
  profile: ignored("Understood and without effect"),
  "dolt-auto-commit": { type: "string", summary: "Understood and without effect", hidden: true },
  "ignore-schema-skew": ignored("Understood and without effect"),
  "no-color": ignored("No colours; NO_COLOR does the same"),
  "no-daemon": ignored("Understood and without effect: there is no daemon"),
  "no-auto-flush": ignored("Understood and without effect"),
  "no-auto-import": ignored("Understood and without effect"),
  "allow-stale": ignored("Import rows that are older than what is here"),
  "no-db": ignored("Understood and without effect"),
  "lock-timeout": { type: "string", summary: "Understood and without effect", hidden: true },
} as const satisfies Flags;
