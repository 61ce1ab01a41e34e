/** What a person's model is offered besides the mayor's functions: the town itself, its brakes, rigs and budgets. */
import { z } from "zod";
import { USAGE_GROUPS } from "../../../store/schema/budget.ts";
import type { AgentFunction } from "./function.ts";
import { ofRoute } from "./of-route.ts";

const roles = ["person"] as const;
const town = "/towns/:town";

export const peopleTownFunctions: readonly AgentFunction[] = [
  {
    name: "town_status",
    route: `get ${town}`,
    description:
      "The whole town at this moment: rigs, agents, work, what needs somebody, what holds it back.",
  },
  {
    name: "explain",
    route: `get ${town}/explain`,
    description:
      "Why a bead, agent, container, merge request, convoy, molecule, step, message, nudge, escalation, gate or rig is where it is, what comes next, when, and whose move it is; without an id, what the town would do now.",
  },
  {
    name: "feed",
    route: `get ${town}/feed`,
    description: "What happened lately, oldest first; with `since` what came after that sequence number.",
    query: { since: z.int().min(0).optional(), limit: z.int().min(1).max(1_000).default(50) },
  },
  {
    name: "settings_show",
    route: `get ${town}/settings`,
    description: "Settings of the town as a whole.",
  },
  {
    name: "settings_set",
    route: `patch ${town}/settings`,
    description: "Changes settings of the town: the cap on agents, by which program they run; null unsets.",
  },
  {
    name: "pause",
    route: `post ${town}/pause`,
    description: "Starts nothing new until resumed; what runs goes on.",
  },
  {
    name: "resume",
    route: `post ${town}/resume`,
    description: "Starts work again after a pause, a drain or the breaker.",
  },
  {
    name: "drain",
    route: `post ${town}/drain`,
    description: "Starts nothing new; what runs finishes, and then the town says that it is drained.",
  },
  {
    name: "estop",
    route: `post ${town}/estop`,
    description: "Freezes every agent, or the one named <rig>/<name>, where it is, now.",
  },
  { name: "thaw", route: `post ${town}/thaw`, description: "Lets what was frozen go on where it stood." },
  {
    name: "sync",
    route: `post ${town}/sync`,
    description: "Exchanges beads with the git remotes of the rigs, and says how each exchange went.",
  },
  {
    name: "rig_add",
    route: `post ${town}/rigs`,
    description: "Adds a repository as a rig: it is cloned first, and nothing stays when that fails.",
  },
  {
    name: "rig_set",
    route: `patch ${town}/rigs/:rig`,
    description:
      "Changes settings of a rig: gates, cap, merge strategy, reviewer, batch size, directives, formula; what is not named stays.",
  },
  {
    name: "rig_park",
    route: `post ${town}/rigs/:rig/park`,
    description: "Starts nothing new in a rig until it is unparked.",
  },
  {
    name: "rig_unpark",
    route: `post ${town}/rigs/:rig/unpark`,
    description: "Starts work in a parked rig again.",
  },
  {
    name: "list_budgets",
    route: `get ${town}/budgets`,
    description: "All budgets of beads, convoys, rigs and the town, with what was used of each.",
  },
  {
    name: "budget_set",
    route: `patch ${town}/budgets/:id`,
    description:
      "Limits what a bead, convoy, rig, or `town` may use, in all or by day: tokens, usd, wall_s (seconds), attempts; null takes a limit away. At the limit work stops and is kept.",
  },
  {
    name: "budget_unset",
    route: `delete ${town}/budgets/:id`,
    description: "Takes the budget of a bead, convoy, rig or `town` away.",
  },
  {
    name: "usage",
    route: `get ${town}/usage`,
    description: "Tokens, money and time that were used, by bead, agent, rig or day.",
    query: { by: z.enum(USAGE_GROUPS).optional(), days: z.int().min(1).max(366).optional() },
  },
  {
    name: "escalation_settings",
    route: `get ${town}/escalation-settings`,
    description: "By which ways escalations are told, and when they are raised again.",
  },
  {
    name: "escalation_settings_set",
    route: `patch ${town}/escalation-settings`,
    description: "Changes by which ways escalations are told by severity, and when they are raised again.",
  },
].map(spec => ofRoute({ ...spec, roles }));
