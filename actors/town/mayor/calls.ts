/** What may be asked of a town about its mayor as an agent. */
import { z } from "zod";
import { mayorChoiceSchema } from "../../../store/schema/requests.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import { mayorView, restartMayor, startMayor, stopMayor } from "./session.ts";

export const mayorCalls = {
  /** -> MayorView */
  mayor: read(z.strictObject({ by }), ctx => mayorView(ctx)),
  /** -> MayorView. Asking again changes nothing. Errors: invalid_argument, conflict */
  startMayor: write(
    mayorChoiceSchema.extend({ by }),
    (ctx, { by: asked, ...choice }) => {
      peopleOnly(asked, "start the mayor");
      startMayor(ctx, asked, choice);
      return mayorView(ctx);
    },
    { subject: () => "Start the mayor" },
  ),
  /** -> MayorView. A new session, whether one runs or not. Errors: invalid_argument */
  restartMayor: write(
    mayorChoiceSchema.extend({ by }),
    (ctx, { by: asked, ...choice }) => {
      peopleOnly(asked, "restart the mayor");
      restartMayor(ctx, asked, choice);
      return mayorView(ctx);
    },
    { subject: () => "Restart the mayor" },
  ),
  /** -> MayorView */
  stopMayor: write(
    z.strictObject({ by, reason: z.string().min(1).max(500).optional() }),
    (ctx, { by: asked, reason }) => {
      peopleOnly(asked, "stop the mayor");
      stopMayor(ctx, asked, reason ?? `stopped by ${asked}`);
      return mayorView(ctx);
    },
    { subject: () => "Stop the mayor" },
  ),
} satisfies TownCalls;
