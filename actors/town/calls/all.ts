/** All calls of the town that are kept in tables. */
import { convoyCalls } from "../convoys/calls.ts";
import { escalationCalls } from "../escalations/calls.ts";
import { nudgeCalls } from "../nudges/calls.ts";
import type { TownCalls } from "./table.ts";

export const TOWN_CALLS: TownCalls = {
  ...convoyCalls,
  ...escalationCalls,
  ...nudgeCalls,
};
