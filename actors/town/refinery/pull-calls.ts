/** The forge's answers, and the timer that looks at pull requests: for the town alone. */
import { z } from "zod";
import { ERROR_STATUS, type ErrorCode } from "../../../store/schema/errors.ts";
import { pullFactsSchema } from "../../ports.ts";
import { internal, type TownCall, type TownCalls } from "../calls/table.ts";
import type { TownTurn } from "../town-turn.ts";
import { pullMerged, pullUpdated } from "./pull-done.ts";
import { forgeFailed, lookAgain, pullLooked, pullOpened } from "./pulls.ts";

const by = z.literal("town").default("town");
const context = z.object({ id: z.string() });
const code = z.custom<ErrorCode>(value => typeof value === "string" && Object.hasOwn(ERROR_STATUS, value));
const error = z.object({
  code,
  message: z.string(),
  hint: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  retryable: z.boolean().optional(),
});

/** How the port `forge` answers the town: a value or an error, about the thing whose id is in the context. */
export const forgeReplySchema = z.discriminatedUnion("ok", [
  z.object({ by, ok: z.literal(true), value: z.unknown(), context }),
  z.object({ by, ok: z.literal(false), error, context }),
]);

/** Takes an answer in; one that is none counts as the forge being away. */
function answered<V extends z.ZodType>(
  value: V,
  act: (ctx: TownTurn, id: string, value: z.output<V>) => void,
): TownCall {
  return internal(forgeReplySchema, (ctx, answer) => {
    const { id } = answer.context;
    if (!answer.ok) {
      forgeFailed(ctx, id, answer.error);
      return;
    }
    const parsed = value.safeParse(answer.value);
    if (parsed.success) act(ctx, id, parsed.data);
    else forgeFailed(ctx, id, { code: "unavailable", message: "The forge's answer cannot be read." });
  });
}

export const pullCalls = {
  pullDue: internal(z.object({ by, id: z.string() }), (ctx, { id }) => lookAgain(ctx, id)),
  pullOpened: answered(
    z.object({ number: z.int().positive(), url: z.string(), adopted: z.boolean() }),
    pullOpened,
  ),
  pullLooked: answered(pullFactsSchema, pullLooked),
  pullMerged: answered(
    z.object({ merged: z.boolean(), commit: z.string().optional(), reason: z.string().optional() }),
    pullMerged,
  ),
  pullUpdated: answered(z.object({ updated: z.boolean(), reason: z.string().optional() }), pullUpdated),
} satisfies TownCalls;
