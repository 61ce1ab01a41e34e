/** `gt convoy create` and `gt convoy plan` */
import { readFileSync } from "node:fs";
import { parse as parseToml } from "smol-toml";
import { AppError } from "../../../../store/schema/errors.ts";
import { schemaWords } from "../../../../store/schema/schema-words.ts";
import { convoyModeSchema, planConvoySchema } from "../../../gateway/contract/requests.ts";
import { convoyViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, type Flags, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { AGENT_FLAGS, driverOf } from "../rig-flags.ts";
import { convoyLines } from "../show/convoys.ts";

const CONVOY_FLAGS = {
  owner: { type: "string", value: "name", summary: "told how it goes; you, unless named" },
  watch: { type: "string", multiple: true, commas: true, value: "name", summary: "told as well" },
  mode: {
    type: "string",
    choices: convoyModeSchema.options,
    summary: "merge each bead by itself, or all together by a branch of the convoy's own",
  },
  start: { type: "boolean", summary: "sling its beads at once" },
  rig: { type: "string", short: "r", complete: "rig", summary: "the rig, for beads of the town's own store" },
  ...AGENT_FLAGS,
} as const satisfies Flags;

interface ConvoyFlags {
  readonly owner: string | undefined;
  readonly watch: readonly string[];
  readonly mode: string | undefined;
  readonly start: boolean | undefined;
  readonly rig: string | undefined;
  readonly isolation: string | undefined;
  readonly agent: string | undefined;
  readonly model: string | undefined;
  readonly program: string | undefined;
  readonly command: string | undefined;
}

export const convoyCreate = defineCommand<GtContext>()({
  summary: "Tracks a set of beads, across rigs; it lands when all of them are merged",
  description:
    "Without --start nothing is slung: the convoy follows beads that are worked on anyway, or waits for `gt convoy start`.",
  examples: [
    { line: 'gt convoy create "Search" web-4k2 web-7fj api-2c1 --start' },
    { line: "gt convoy create --epic web-3ab --owner anna", note: "the open work below an epic" },
  ],
  flags: {
    epic: { type: "string", short: "e", complete: "bead", value: "bead", summary: "the open work below it" },
    ...CONVOY_FLAGS,
  },
  positionals: [
    { name: "title", summary: "the epic's own, unless given" },
    { name: "bead", rest: true, complete: "bead" },
  ],
  async run({ flags, args: [title, ...beads] }, context) {
    if (title === undefined && flags.epic === undefined) {
      throw usageError("A convoy needs a title and beads, or --epic.");
    }
    const body = {
      ...(title === undefined ? {} : { title }),
      ...(flags.epic === undefined ? {} : { epic: flags.epic }),
      beads,
      ...optionsOf(flags),
    };
    const convoy = await context.client().send("POST", "/convoys", body, convoyViewSchema);
    context.print(convoy, () => convoyLines(convoy, context.style));
    return undefined;
  },
});

export const convoyPlan = defineCommand<GtContext>()({
  summary: "Makes the beads of a plan with what waits for what, and their convoy: all of it, or nothing",
  description:
    `The plan is JSON or TOML: {"title", "rig", "tasks": [{"key", "title", "description", "type", "priority", "rig", "depends_on": [...]}]}. \
depends_on names keys of tasks (their number, from 1, when they have none) or ids of beads. \
The convoy waits, staged, unless --start.`.replaceAll("\\\n", ""),
  examples: [
    { line: "gt convoy plan search.toml --rig web" },
    { line: "gt convoy plan - --start < plan.json", note: "from standard input" },
  ],
  flags: CONVOY_FLAGS,
  positionals: [{ name: "file", required: true, complete: "file", summary: "the plan; - is standard input" }],
  async run({ flags, args: [file = ""] }, context) {
    const read = planConvoySchema.safeParse({ ...readPlan(file), ...optionsOf(flags) });
    if (!read.success) {
      throw new AppError("invalid_argument", `${file} is no plan: ${schemaWords(read.error)}`, {
        hint: "`gt convoy plan --help` shows what one is made of.",
      });
    }
    const plan = read.data;
    const convoy = await context.client().send("POST", "/convoys/plan", plan, convoyViewSchema);
    context.print(convoy, () => convoyLines(convoy, context.style));
    return undefined;
  },
});

function optionsOf(flags: ConvoyFlags): Record<string, unknown> {
  const driver = driverOf(flags);
  const { owner, watch, mode, start, rig, isolation } = flags;
  const given = {
    owner,
    mode,
    start,
    rig,
    isolation,
    driver,
    ...(watch.length > 0 ? { watchers: watch } : {}),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** @throws {AppError} not_found, invalid_argument */
function readPlan(file: string): Record<string, unknown> {
  const text = read(file);
  try {
    const plan: unknown = /^\s*\{/.test(text) ? JSON.parse(text) : parseToml(text);
    if (typeof plan === "object" && plan !== null) return { ...plan };
  } catch (cause) {
    throw new AppError(
      "invalid_argument",
      `The plan ${file} is neither JSON nor TOML: ${AppError.from(cause).message}`,
      {
        hint: "`gt convoy plan --help` shows what a plan looks like.",
        cause,
      },
    );
  }
  throw new AppError("invalid_argument", `The plan ${file} is no object.`);
}

function read(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new AppError("not_found", `The plan ${file} cannot be read.`, {
      hint: "Is the name right?",
      cause,
    });
  }
}
