/** What may be asked of a town about budgets and usage. */
import { z } from "zod";
import {
  type Budget,
  type BudgetView,
  budgetPatchSchema,
  budgetSchema,
  type Limits,
  limitsSchema,
  USAGE_GROUPS,
  type Usage,
  type UsageReport,
} from "../../../store/schema/budget.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import { isWorkType, rigBeadId, TOWN_BEAD } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { dayOf } from "./days.ts";
import { days, zoneOf } from "./ledger.ts";
import { budgetView, gauges } from "./meters.ts";
import { NO_USAGE, sum } from "./usage.ts";

const id = z.string().min(1).max(200);
const DAY_MS = 86_400_000;

export const budgetCalls = {
  /** -> BudgetView[] */
  budgets: read(z.strictObject({ by }), ctx => gauges(ctx).map(budgetView)),
  /** -> BudgetView or null when no limit is left. Errors: not_found, ambiguous, invalid_argument */
  setBudget: write(
    z.strictObject({ by, id, patch: budgetPatchSchema }),
    async (ctx, args) => {
      peopleOnly(args.by, "set budgets");
      const holder = await holderOf(ctx, args.id);
      return setBudget(ctx, holder, args.patch);
    },
    { subject: args => `Budget of ${args.id}` },
  ),
  /** -> null. Errors: not_found, ambiguous, invalid_argument */
  unsetBudget: write(
    z.strictObject({ by, id }),
    async (ctx, args) => {
      peopleOnly(args.by, "take budgets away");
      removeBudget(ctx, await holderOf(ctx, args.id));
      return null;
    },
    { subject: args => `No budget for ${args.id}` },
  ),
  /** -> UsageReport of the last `days` days, today included */
  usage: read(
    z.strictObject({ by, group: z.enum(USAGE_GROUPS), days: z.int().min(1).max(400).default(7) }),
    (ctx, args) => usageReport(ctx, args.group, args.days),
  ),
} satisfies TownCalls;

async function holderOf(ctx: TownTurn, name: string): Promise<string> {
  if (name === "town") return TOWN_BEAD;
  if (ctx.rigs.has(name)) return rigBeadId(name);
  const bead = ctx.tx.require(await ctx.resolve(name));
  if (isWorkType(bead.issue_type) || bead.issue_type === "convoy" || bead.id === TOWN_BEAD) return bead.id;
  if (readSatellite(bead, "rig") !== undefined) return bead.id;
  throw new AppError("invalid_argument", `${bead.id} is a ${bead.issue_type}, which uses nothing itself.`, {
    hint: "Set a budget for a bead that is work, a convoy, a rig, or `town`.",
  });
}

function setBudget(
  ctx: TownTurn,
  holder: string,
  patch: z.infer<typeof budgetPatchSchema>,
): BudgetView | null {
  const wide = holder === TOWN_BEAD || holder.startsWith(rigBeadId(""));
  if (patch.day !== undefined && !wide) {
    throw new AppError("invalid_argument", "Only a rig and the town have a budget by day.", {
      hint: "Leave out --per-day, or name a rig or `town`.",
    });
  }
  if (patch.zone !== undefined) {
    if (holder !== TOWN_BEAD) {
      throw new AppError("invalid_argument", "The time zone of days is the town's.", {
        hint: "`gt budget set town --zone Europe/Berlin`",
      });
    }
    dayOf(ctx.now, patch.zone);
    ctx.setSettings({ budget_zone: patch.zone });
  }
  // The town's bead is made with its first setting.
  if (ctx.tx.get(TOWN_BEAD) === undefined) ctx.setSettings({});
  const old = readSatellite(ctx.tx.require(holder), "budget") ?? budgetSchema.parse({});
  const total = merged(old.total, patch.total);
  const day = merged(old.day, patch.day);
  const next: Budget = {
    warn_at: patch.warn_at ?? old.warn_at,
    said: old.said,
    ...(total === undefined ? {} : { total }),
    ...(day === undefined ? {} : { day }),
  };
  if (total === undefined && day === undefined) {
    if (old.total !== undefined || old.day !== undefined) removeBudget(ctx, holder);
    return null;
  }
  ctx.update(holder, { metadata: { budget: next } });
  const { budgeted = [] } = ctx.settings;
  if (!budgeted.includes(holder)) ctx.setSettings({ budgeted: [...budgeted, holder] });
  ctx.say("budget.set", `${ctx.by} sets the budget of ${holder}`, {});
  const gauge = gauges(ctx).find(({ bead }) => bead === holder);
  return gauge === undefined ? null : budgetView(gauge);
}

function removeBudget(ctx: TownTurn, holder: string): void {
  const { budgeted = [] } = ctx.settings;
  if (!budgeted.includes(holder)) return;
  const rest = budgeted.filter(one => one !== holder);
  ctx.setSettings({ budgeted: rest.length === 0 ? undefined : rest });
  if (ctx.tx.get(holder) !== undefined) ctx.update(holder, { metadata: { budget: null } });
  ctx.say("budget.set", `${ctx.by} takes the budget of ${holder} away`, {});
}

function merged(
  old: Limits | undefined,
  patch: Readonly<Record<string, number | null | undefined>> | undefined,
): Limits | undefined {
  const all = Object.entries({ ...old, ...patch }).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return all.length === 0 ? undefined : limitsSchema.parse(Object.fromEntries(all));
}

function usageReport(ctx: TownTurn, group: (typeof USAGE_GROUPS)[number], count: number): UsageReport {
  const zone = zoneOf(ctx);
  const to = dayOf(ctx.now, zone);
  const from = dayOf(ctx.now - (count - 1) * DAY_MS, zone);
  const found = new Map<string, Usage>();
  const add = (key: string, usage: Usage): void => {
    found.set(key, sum([found.get(key) ?? NO_USAGE, usage]));
  };
  for (const book of days(ctx).filter(one => one.day >= from && one.day <= to)) {
    for (const entry of Object.values(book.bookings)) {
      add(group === "day" ? book.day : entry[group], entry.used);
    }
    for (const [rig, usage] of Object.entries(book.folded)) {
      add(group === "day" ? book.day : group === "rig" ? rig : `(others in ${rig})`, usage);
    }
  }
  const lines = [...found].map(([key, usage]) => ({ key, usage }));
  lines.sort((a, b) =>
    group === "day"
      ? a.key < b.key
        ? -1
        : 1
      : b.usage.usd - a.usage.usd || tokens(b.usage) - tokens(a.usage),
  );
  return { by: group, from, to, zone, lines, total: sum(lines.map(({ usage }) => usage)) };
}

function tokens({ input_tokens, output_tokens }: Usage): number {
  return input_tokens + output_tokens;
}
