/** What others than the viewer may show on a dashboard. */
import { uiActionSchema } from "../../../store/schema/ui-action.ts";
import { inTown } from "./params.ts";
import { defineRoute } from "./route.ts";

export const uiRoutes = [
  defineRoute({
    method: "post",
    path: "/towns/:town/ui-actions",
    summary:
      "Show a bead, an agent or a convoy on the dashboards that are open; never while their viewer types",
    tag: "towns",
    action: "ui.act",
    params: inTown,
    body: uiActionSchema,
    answer: uiActionSchema,
    resource: ({ params }) => ({ town: params.town }),
    handle: ({ town, by, body }) => town("uiAction", { by, show: body }),
  }),
] as const;
