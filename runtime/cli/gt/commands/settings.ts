/** `gt settings` and `gt settings set` */
import { z } from "zod";
import { isolationSchema } from "../../../../store/schema/agent.ts";
import { priceNameSchema, priceSchema } from "../../../../store/schema/budget.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";
import { AGENT_FLAGS, driverOf, PATROL_FLAGS, patrolOf } from "../rig-flags.ts";
import { directivesFrom } from "../rig-settings.ts";

const settingsSchema = z.looseObject({});
const UNSETTABLE = ["agent", "isolation"] as const;

export const settingsShow = defineCommand<GtContext>()({
  summary: "Settings of the town as a whole; those of a rig are shown by `gt rig show`",
  examples: [{ line: "gt settings" }],
  async run(_, context) {
    print(context, await context.client().get("/settings", settingsSchema));
    return undefined;
  },
});

export const settingsSet = defineCommand<GtContext>()({
  summary: "Changes settings of the town; what is not named stays",
  description: "A rig's own settings, and what is said when slinging, come before the town's.",
  examples: [
    { line: "gt settings set --max-polecats 20", note: "agents at work at once, in all rigs together" },
    { line: "gt settings set --agent claude", note: "for rigs that name none" },
    { line: "gt settings set --price gpt-5.5=1.25,10", note: "so that budgets in money count codex too" },
    { line: "gt settings set --unset agent" },
    {
      line: "gt settings set --patrol-nudge 30 --patrol-triage 90 --patrol-stop 240",
      note: "for rigs that set none",
    },
  ],
  flags: {
    "max-polecats": { type: "integer", min: 0, max: 1_000, summary: "agents at work at once, in all rigs" },
    directives: {
      type: "string",
      value: "text",
      summary: "what every agent of the town is told besides its work; @FILE reads a file, none unsets",
    },
    ...AGENT_FLAGS,
    ...PATROL_FLAGS,
    price: {
      type: "string",
      multiple: true,
      value: "name=in,out",
      summary:
        "USD per million tokens in and out, of a model or of all of an agent CLI, where the program tells no money itself; name=none forgets it",
    },
    unset: {
      type: "string",
      multiple: true,
      commas: true,
      choices: UNSETTABLE,
      summary: "back to what it was without",
    },
  },
  async run({ flags }, context) {
    const driver = driverOf(flags);
    const most = flags["max-polecats"];
    const body = {
      ...(most === undefined ? {} : { max_polecats: most }),
      ...(driver === undefined ? {} : { driver }),
      ...(flags.isolation === undefined ? {} : { isolation: isolationSchema.parse(flags.isolation) }),
      ...(flags.directives === undefined ? {} : { directives: directivesFrom(flags.directives) }),
      ...patrolOf(flags),
      ...(flags.price.length === 0 ? {} : { prices: Object.fromEntries(flags.price.map(priceFrom)) }),
      ...(flags.unset.includes("agent") ? { driver: null } : {}),
      ...(flags.unset.includes("isolation") ? { isolation: null } : {}),
    };
    if (Object.keys(body).length === 0) throw usageError("Nothing to change was named.");
    print(context, await context.client().send("PATCH", "/settings", body, settingsSchema));
    return undefined;
  },
});

/** `name=in,out`. @throws {AppError} invalid_argument (a usage error) */
function priceFrom(text: string): [string, { input: number; output: number } | null] {
  const cut = text.lastIndexOf("=");
  const name = text.slice(0, cut);
  const words = text.slice(cut + 1);
  const [input, output, ...more] = words
    .split(",")
    .map(word => (word.trim() === "" ? Number.NaN : Number(word)));
  const named = priceNameSchema.safeParse(name).success;
  if (named && words === "none") return [name, null];
  const price = priceSchema.safeParse({ input, output });
  if (named && price.success && more.length === 0) return [name, price.data];
  throw usageError(
    `--price takes name=in,out in USD per million tokens, not "${text}".`,
    "For example: --price gpt-5.5=1.25,10; or --price codex=none to forget one.",
  );
}

function print(context: GtContext, settings: Readonly<Record<string, unknown>>): void {
  context.print(settings, () =>
    Object.entries(settings).map(
      ([key, value]) =>
        `${key.padEnd(16)} ${printable(typeof value === "string" ? value : JSON.stringify(value))}`,
    ),
  );
}
