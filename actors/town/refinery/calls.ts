/** What may be asked of a town about merge requests. */
import { z } from "zod";
import { AppError } from "../../../store/schema/errors.ts";
import { mergeVerdictTextSchema } from "../../../store/schema/requests.ts";
import { requireSatellite } from "../../../store/schema/satellite.ts";
import type { MergeRequestView } from "../../../store/schema/views.ts";
import { by, read, type TownCall, type TownCalls, write } from "../calls/table.ts";
import { peopleOnly } from "../calls/who.ts";
import type { TownTurn } from "../town-turn.ts";
import { rejectByPerson, retryMerge } from "./people.ts";
import { giveVerdict, type Verdict } from "./review.ts";
import { scored } from "./views.ts";

const id = z.string().min(1).max(200);

export const refineryCalls = {
  /** -> MergeRequestView. Errors: not_found, ambiguous */
  mergeRequest: read(z.strictObject({ by, id }), async (ctx, args) => view(ctx, await find(ctx, args.id))),
  /** -> MergeRequestView, queued anew with its retries forgiven. Errors: not_found, ambiguous, invalid_transition */
  retryMergeRequest: write(
    z.strictObject({ by, id }),
    async (ctx, args) => {
      peopleOnly(args.by, "have merges tried again");
      const found = await find(ctx, args.id);
      retryMerge(ctx, ctx.tx.require(found), args.by);
      return view(ctx, found);
    },
    { subject: args => `Merge again: ${args.id}` },
  ),
  /** -> MergeRequestView, rejected; its bead goes back to an agent with the reason. Errors: not_found, ambiguous, invalid_transition */
  rejectMergeRequest: write(
    z.strictObject({ by, id, reason: mergeVerdictTextSchema }),
    async (ctx, args) => {
      peopleOnly(args.by, "reject merge requests");
      const found = await find(ctx, args.id);
      rejectByPerson(ctx, ctx.tx.require(found), args.by, args.reason);
      return view(ctx, found);
    },
    { subject: args => `Reject ${args.id}` },
  ),
  /** -> MergeRequestView. The verdict of the agent that reviews it now, or of a person. Errors: not_found, forbidden, invalid_transition */
  reviewApprove: verdict("approve"),
  reviewRequestChanges: verdict("request_changes"),
  reviewEscalate: verdict("escalate"),
} satisfies TownCalls;

function verdict(kind: Verdict["verdict"]): TownCall {
  return write(
    z.strictObject({ by, id, text: mergeVerdictTextSchema.optional() }),
    async (ctx, args) => {
      const found = await find(ctx, args.id);
      giveVerdict(ctx, ctx.tx.require(found), args.by, { verdict: kind, text: args.text });
      return view(ctx, found);
    },
    { subject: args => `${args.by}: ${kind.replaceAll("_", " ")} ${args.id}` },
  );
}

/** Full id of a merge request, named by its own id or by that of its bead. @throws {AppError} not_found, ambiguous */
async function find(ctx: TownTurn, partial: string): Promise<string> {
  const bead = ctx.tx.require(await ctx.resolve(partial));
  if (bead.issue_type === "merge-request") {
    requireSatellite(bead, "merge_request");
    return bead.id;
  }
  const [latest] = ctx
    .query({ dependsOn: bead.id, type: ["merge-request"] })
    .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  if (latest !== undefined) return latest.id;
  throw new AppError("not_found", `${bead.id} has no merge request.`, {
    hint: "One is made when an agent submits its work; `gt mq list --all` shows them.",
    data: { id: bead.id },
  });
}

function view(ctx: TownTurn, found: string): MergeRequestView {
  const [shown] = scored(ctx, [ctx.tx.require(found)]);
  if (shown === undefined) throw new AppError("corrupt", `${found} cannot be read as a merge request.`);
  return shown;
}
