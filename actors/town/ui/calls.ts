/** Something is shown on the dashboards that are open now. Nothing is kept: who looks later is not moved about. */
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import { type UiAction, uiActionSchema } from "../../../store/schema/ui-action.ts";
import { by, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import type { TownTurn } from "../town-turn.ts";
import { oneAgent } from "../views/views.ts";

export const uiCalls = {
  /** -> UiAction, with the full id. Errors: not_found, ambiguous, invalid_argument (no convoy), forbidden for agents at work */
  uiAction: write(z.strictObject({ by, show: uiActionSchema }), async (ctx, { by: asked, show }) => {
    peopleOnly(asked, "show things on the dashboard");
    const action: UiAction = { ...show, id: await idOf(ctx, show) };
    ctx.turn.publish({ op: "ui", by: asked, ...action });
    return action;
  }),
} satisfies TownCalls;

async function idOf(ctx: TownTurn, { action, id }: UiAction): Promise<string> {
  if (action === "open_agent") return oneAgent(ctx, id).id;
  const bead = ctx.tx.require(await ctx.resolve(id));
  if (action !== "open_convoy" || bead.issue_type === "convoy") return bead.id;
  throw new AppError("invalid_argument", `${bead.id} is a ${bead.issue_type}, and no convoy.`, {
    hint: "`gt convoy list` shows the convoys; `gt ui open-bead` opens anything else.",
    data: { id: bead.id },
  });
}
