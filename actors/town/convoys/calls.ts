/** What may be asked of a town about convoys. */
import { z } from "zod";
import {
  createConvoySchema,
  planConvoySchema,
  startConvoySchema,
  updateConvoySchema,
} from "../../../store/schema/requests.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import { convoyViews } from "../views/views.ts";
import { convoyView } from "./convoys.ts";
import { createConvoy, planConvoy } from "./create.ts";
import {
  addToConvoy,
  closeConvoy,
  removeFromConvoy,
  requireConvoy,
  startConvoy,
  updateConvoy,
} from "./start.ts";

/** Convoys shown at once. */
const MAX_SHOWN = 1_000;

const convoy = z.string().min(1).max(200);
const beads = z.array(z.string().min(1).max(200)).min(1).max(1_000);

export const convoyCalls = {
  /** -> ConvoyView. Errors: not_found, ambiguous, invalid_argument, dependency_cycle */
  createConvoy: write(
    createConvoySchema.extend({ by }),
    async (ctx, { by: asker, ...args }) => {
      if (args.start) peopleOnly(asker, "start convoys");
      return convoyView(ctx, await createConvoy(ctx, args));
    },
    { subject: ({ title, epic }) => `Convoy: ${(title ?? `the work below ${epic}`).slice(0, 100)}` },
  ),
  /** -> ConvoyView, its beads made along with it. Errors: as `createConvoy` */
  planConvoy: write(
    planConvoySchema.extend({ by }),
    async (ctx, { by: asker, ...plan }) => {
      peopleOnly(asker, "plan convoys");
      return convoyView(ctx, await planConvoy(ctx, plan));
    },
    { subject: ({ title, tasks }) => `Convoy of ${tasks.length} tasks: ${title.slice(0, 100)}` },
  ),
  /** -> ConvoyView. Errors: invalid_transition when it is over, and those of `sling` */
  startConvoy: write(
    startConvoySchema.extend({ by, convoy }),
    async (ctx, { by: asker, convoy: id, ...options }) => {
      peopleOnly(asker, "start convoys");
      return convoyView(ctx, await startConvoy(ctx, await requireConvoy(ctx, id), options));
    },
    { subject: args => `Start the convoy ${args.convoy}` },
  ),
  /** -> ConvoyView. Errors: not_found, invalid_argument */
  addToConvoy: write(z.strictObject({ by, convoy, beads }), async (ctx, args) => {
    peopleOnly(args.by, "change convoys");
    return convoyView(ctx, await addToConvoy(ctx, await requireConvoy(ctx, args.convoy), args.beads));
  }),
  /** -> ConvoyView. Errors: not_found */
  removeFromConvoy: write(z.strictObject({ by, convoy, beads }), async (ctx, args) => {
    peopleOnly(args.by, "change convoys");
    return convoyView(ctx, await removeFromConvoy(ctx, await requireConvoy(ctx, args.convoy), args.beads));
  }),
  /** -> ConvoyView. Errors: not_found, invalid_transition */
  updateConvoy: write(
    updateConvoySchema.extend({ by, convoy }),
    async (ctx, { by: asker, convoy: id, ...patch }) => {
      peopleOnly(asker, "change convoys");
      return convoyView(ctx, updateConvoy(ctx, await requireConvoy(ctx, id), patch));
    },
  ),
  /** -> ConvoyView. Its beads stay as they are */
  closeConvoy: write(
    z.strictObject({ by, convoy, reason: z.string().max(2_000).optional() }),
    async (ctx, args) => {
      peopleOnly(args.by, "close convoys");
      return convoyView(ctx, closeConvoy(ctx, await requireConvoy(ctx, args.convoy), args.reason));
    },
  ),
  /** -> ConvoyView. Errors: not_found */
  convoy: read(z.strictObject({ by, convoy }), async (ctx, args) =>
    convoyView(ctx, await requireConvoy(ctx, args.convoy)),
  ),
  /** -> ConvoyView[], newest first */
  convoys: read(z.strictObject({ by }), ctx => convoyViews(ctx, MAX_SHOWN)),
} satisfies TownCalls;
