/** What may be asked of a town about its reasons. */
import { z } from "zod";
import { by, read, type TownCalls } from "../calls/table.ts";
import { explainOne } from "./explain.ts";

export const explainCalls = {
  /** -> Explanation of a bead, agent or rig. Errors: not_found, ambiguous */
  explainOne: read(z.strictObject({ by, id: z.string().min(1).max(200) }), (ctx, { id }) =>
    explainOne(ctx, id),
  ),
} satisfies TownCalls;
