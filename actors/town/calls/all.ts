/** All calls of the town that are kept in tables. */
import { brakeCalls } from "../brakes/calls.ts";
import { budgetCalls } from "../budgets/calls.ts";
import { convoyCalls } from "../convoys/calls.ts";
import { dueCalls } from "../dispatch/due.ts";
import { escalationCalls } from "../escalations/calls.ts";
import { explainCalls } from "../explain/calls.ts";
import { mailCalls } from "../mail/calls.ts";
import { mayorCalls } from "../mayor/calls.ts";
import { moleculeCalls } from "../molecules/calls.ts";
import { forgeGateCalls } from "../molecules/forge-gates.ts";
import { nudgeCalls } from "../nudges/calls.ts";
import { pastCalls } from "../past/calls.ts";
import { patrolCalls } from "../patrol/calls.ts";
import { refineryCalls } from "../refinery/calls.ts";
import { pullCalls } from "../refinery/pull-calls.ts";
import { reportCalls } from "../reports/calls.ts";
import { uiCalls } from "../ui/calls.ts";
import { settingsCalls } from "./settings.ts";
import type { TownCalls } from "./table.ts";

export const TOWN_CALLS: TownCalls = {
  ...brakeCalls,
  ...budgetCalls,
  ...convoyCalls,
  ...settingsCalls,
  ...explainCalls,
  ...pastCalls,
  ...patrolCalls,
  ...dueCalls,
  ...escalationCalls,
  ...mailCalls,
  ...mayorCalls,
  ...nudgeCalls,
  ...refineryCalls,
  ...pullCalls,
  ...moleculeCalls,
  ...forgeGateCalls,
  ...reportCalls,
  ...uiCalls,
};
