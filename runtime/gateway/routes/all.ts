/** The table of routes. What is not in it does not exist. */
import { agentRoutes } from "./agents.ts";
import { beadRoutes } from "./beads.ts";
import { brakeRoutes } from "./brakes.ts";
import { budgetRoutes } from "./budgets.ts";
import { convoyRoutes } from "./convoys.ts";
import { escalationRoutes } from "./escalations.ts";
import { mailRoutes } from "./mail.ts";
import { mayorRoutes } from "./mayor.ts";
import { mergeRequestRoutes } from "./merge-requests.ts";
import { moleculeRoutes } from "./molecules.ts";
import { pastRoutes } from "./past.ts";
import { patrolRoutes } from "./patrol.ts";
import { reportRoutes } from "./reports.ts";
import type { Route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { syncRoutes } from "./sync.ts";
import { townRoutes } from "./towns.ts";
import { uiRoutes } from "./ui.ts";
import { workRoutes } from "./work.ts";

/** All routes below `/api/v1` that stand behind `authorize`. */
export const ROUTES: readonly Route[] = [
  ...sessionRoutes,
  ...townRoutes,
  ...syncRoutes,
  ...beadRoutes,
  ...pastRoutes,
  ...workRoutes,
  ...convoyRoutes,
  ...mergeRequestRoutes,
  ...escalationRoutes,
  ...mailRoutes,
  ...mayorRoutes,
  ...brakeRoutes,
  ...patrolRoutes,
  ...budgetRoutes,
  ...agentRoutes,
  ...moleculeRoutes,
  ...reportRoutes,
  ...uiRoutes,
];
