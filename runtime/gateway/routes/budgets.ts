/** Budgets, and what was used. */
import { z } from "zod";
import {
  budgetPatchSchema,
  budgetViewSchema,
  USAGE_GROUPS,
  usageReportSchema,
} from "../../../store/schema/budget.ts";
import { beadId, inTown, townName, whole } from "./params.ts";
import { defineRoute } from "./route.ts";

const ofTown = ({ params }: { readonly params: { readonly town: string } }) => ({ town: params.town });
const ofBudget = z.object({ town: townName, id: beadId });

export const budgetRoutes = [
  defineRoute({
    method: "get",
    path: "/towns/:town/budgets",
    summary: "All budgets, with what was used of them",
    tag: "budgets",
    action: "town.read",
    params: inTown,
    answer: z.array(budgetViewSchema),
    resource: ofTown,
    handle: ({ town, by }) => town("budgets", { by }),
  }),
  defineRoute({
    method: "patch",
    path: "/towns/:town/budgets/:id",
    summary: "Set limits of a bead, a convoy, a rig, or `town`; null takes a limit away",
    tag: "budgets",
    action: "town.configure",
    params: ofBudget,
    body: budgetPatchSchema,
    answer: budgetViewSchema.nullable(),
    resource: ofTown,
    handle: ({ town, by, params, body }) => town("setBudget", { by, id: params.id, patch: body }),
  }),
  defineRoute({
    method: "delete",
    path: "/towns/:town/budgets/:id",
    summary: "Take a budget away",
    tag: "budgets",
    action: "town.configure",
    params: ofBudget,
    status: 204,
    resource: ofTown,
    handle: ({ town, by, params }) => town("unsetBudget", { by, id: params.id }),
  }),
  defineRoute({
    method: "get",
    path: "/towns/:town/usage",
    summary: "Tokens, money and time that were used, by bead, agent, rig or day",
    tag: "budgets",
    action: "town.read",
    params: inTown,
    query: z.strictObject({ by: z.enum(USAGE_GROUPS).optional(), days: whole.optional() }),
    answer: usageReportSchema,
    resource: ofTown,
    handle: ({ town, by, query }) =>
      town("usage", {
        by,
        group: query.by ?? "day",
        ...(query.days === undefined ? {} : { days: query.days }),
      }),
  }),
] as const;
