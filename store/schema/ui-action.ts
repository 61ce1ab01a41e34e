/** What may be shown on the dashboards of a town by others than their viewers: a closed list, so that nothing else can be. */
import { z } from "zod";

const id = z.string().min(1).max(200);

export const uiActionSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("open_bead"), id: id.describe("Id of the bead") }),
  z.strictObject({ action: z.literal("open_agent"), id: id.describe("<rig>/<name>") }),
  z.strictObject({ action: z.literal("open_convoy"), id: id.describe("Id of the convoy") }),
  z.strictObject({ action: z.literal("highlight_bead"), id: id.describe("Id of the bead") }),
]);
export type UiAction = z.infer<typeof uiActionSchema>;

export const UI_ACTIONS = [
  "open_bead",
  "open_agent",
  "open_convoy",
  "highlight_bead",
] as const satisfies readonly UiAction["action"][];
