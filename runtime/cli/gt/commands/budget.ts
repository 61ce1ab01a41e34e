/** `gt budget show`, `gt budget set` and `gt budget unset` */
import { z } from "zod";
import { type BudgetView, budgetViewSchema, type Meter } from "../../../../store/schema/budget.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";
import { moment } from "../show/moment.ts";

const holder = { name: "id", summary: "a bead, a convoy, a rig, or `town`", complete: "bead" } as const;
const LIMITS = { tokens: "tokens", usd: "usd", wall: "wall_s", attempts: "attempts" } as const;

export const budgetShow = defineCommand<GtContext>()({
  summary: "Shows budgets, and what was used of them",
  examples: [{ line: "gt budget show" }, { line: "gt budget show town" }],
  positionals: [holder],
  async run({ args: [id] }, context) {
    const all = await context.client().get("/budgets", z.array(budgetViewSchema));
    const shown = id === undefined ? all : all.filter(one => one.id === id || one.id.endsWith(`-${id}`));
    context.print(shown, () =>
      shown.length === 0
        ? [id === undefined ? "No budgets: nothing is limited." : `${id} has no budget.`]
        : lines(shown, context),
    );
    return undefined;
  },
});

export const budgetSet = defineCommand<GtContext>()({
  summary: "Limits what a bead, a convoy, a rig or the town may use; at the limit work stops, and is kept",
  description:
    "Tokens are those of input and output together. Money counts as far as the agent's CLI tells it. Limits that are not named stay; 0 takes one away. Raised, work goes on from where it was.",
  examples: [
    { line: "gt budget set web-4k2 --tokens 500000 --attempts 3" },
    { line: "gt budget set web --usd 200 --day-usd 20" },
    { line: "gt budget set town --day-usd 50 --zone Europe/Berlin --warn 70" },
  ],
  flags: {
    tokens: { type: "integer", min: 0, summary: "input and output tokens" },
    usd: { type: "number", min: 0, summary: "US dollars" },
    wall: { type: "integer", min: 0, value: "seconds", summary: "time at work, added up over agents" },
    attempts: { type: "integer", min: 0, summary: "attempts begun" },
    "day-tokens": { type: "integer", min: 0, summary: "tokens of a day; of a rig or the town" },
    "day-usd": { type: "number", min: 0, summary: "US dollars of a day" },
    "day-wall": { type: "integer", min: 0, value: "seconds", summary: "time at work of a day" },
    "day-attempts": { type: "integer", min: 0, summary: "attempts of a day" },
    warn: { type: "number", min: 1, max: 100, value: "percent", summary: "warn from this share on (80)" },
    zone: { type: "string", value: "time-zone", summary: "where the town's days begin at midnight (UTC)" },
  },
  positionals: [{ ...holder, required: true }],
  async run({ flags, args: [id = ""] }, context) {
    const total = limits(kind => flags[kind]);
    const day = limits(kind => flags[`day-${kind}`]);
    const { warn, zone } = flags;
    if (total === undefined && day === undefined && warn === undefined && zone === undefined) {
      throw new AppError("invalid_argument", "No limit was named.", {
        hint: "Name one, e.g. --usd 20 or --day-tokens 1000000.",
      });
    }
    const body = {
      ...(total === undefined ? {} : { total }),
      ...(day === undefined ? {} : { day }),
      ...(warn === undefined ? {} : { warn_at: warn / 100 }),
      ...(zone === undefined ? {} : { zone }),
    };
    const path = `/budgets/${encodeURIComponent(id)}`;
    const view = await context.client().send("PATCH", path, body, budgetViewSchema.nullable());
    context.print(view, () => (view === null ? [`${id} has no limits.`] : lines([view], context)));
    return undefined;
  },
});

export const budgetUnset = defineCommand<GtContext>()({
  summary: "Takes a budget away",
  examples: [{ line: "gt budget unset web-4k2" }],
  positionals: [{ ...holder, required: true }],
  async run({ args: [id = ""] }, context) {
    await context.client().send("DELETE", `/budgets/${encodeURIComponent(id)}`, undefined, z.unknown());
    context.print({ id, budget: null }, () => [`${id} has no budget any more.`]);
    return undefined;
  },
});

function limits(
  of: (kind: keyof typeof LIMITS) => number | undefined,
): Readonly<Record<string, number | null>> | undefined {
  const given = (["tokens", "usd", "wall", "attempts"] as const).flatMap(kind => {
    const value = of(kind);
    return value === undefined ? [] : [[LIMITS[kind], value === 0 ? null : value] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function lines(views: readonly BudgetView[], context: GtContext): string[] {
  const { style } = context;
  const paint = { ok: style.green, warned: style.yellow, over: style.red };
  return table(
    views.flatMap(view =>
      view.meters.map(meter => [
        { text: view.id, paint: style.bold },
        view.scope,
        meter.period,
        figures(meter),
        { text: `${Math.round((100 * meter.used) / meter.limit)} %`, paint: paint[view.state] },
        meter.period === "day" && view.resets_at !== undefined
          ? `new day ${moment(view.resets_at, context.now())}`
          : "",
      ]),
    ),
    context.io.stdout.columns,
  );
}

function figures({ kind, used, limit }: Meter): string {
  const words = { tokens: "tokens", usd: "USD", wall_s: "s at work", attempts: "attempts" }[kind];
  return `${kind === "usd" ? used.toFixed(2) : Math.round(used)} of ${limit} ${words}`;
}
