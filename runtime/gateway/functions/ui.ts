/** What the mayor shows to the person who watches the town. */
import { z } from "zod";
import { UI_ACTIONS, uiActionSchema } from "../../../store/schema/ui-action.ts";
import { defineFunction } from "./function.ts";

const shape = z.object({ action: z.enum(UI_ACTIONS), id: z.string() });

export const uiFunctions = [
  defineFunction({
    name: "ui_action",
    roles: ["mayor"],
    description:
      "Shows something on the dashboards that are open: opens a bead, an agent or a convoy, or marks a bead on the board. Who types is left alone.",
    input: shape
      .extend({
        id: z.string().min(1).max(200).describe("Id of the bead or convoy, or <rig>/<name> of the agent"),
      })
      .strict(),
    output: shape,
    route: "post /towns/:town/ui-actions",
    command: { words: ["ui", "open-bead"], args: "<bead>", does: "opens a bead on the dashboard" },
    request: input => ({ body: uiActionSchema.parse(input) }),
  }),
];
