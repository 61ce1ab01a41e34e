/** What may be asked of a town about convoys. */
import { z } from "zod";
import { createConvoySchema } from "../../../store/schema/requests.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { convoyViews } from "../views/views.ts";
import { convoyView, createConvoy } from "./convoys.ts";

/** Convoys shown at once. */
const MAX_SHOWN = 1_000;

export const convoyCalls = {
  /** -> ConvoyView. Errors: not_found, invalid_argument */
  createConvoy: write(
    createConvoySchema.extend({ by }),
    async (ctx, { title, beads }) => convoyView(ctx, await createConvoy(ctx, title, beads)),
    { subject: ({ title }) => `Convoy: ${title.slice(0, 100)}` },
  ),
  /** -> ConvoyView[], newest first */
  convoys: read(z.strictObject({ by }), ctx => convoyViews(ctx, MAX_SHOWN)),
} satisfies TownCalls;
