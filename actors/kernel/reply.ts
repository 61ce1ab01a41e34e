/** The argument of `onReply` methods, for an actor's list of methods. */
import { z } from "zod";
import { ERROR_STATUS, type ErrorCode } from "../../store/schema/errors.ts";

const code = z.custom<ErrorCode>(value => typeof value === "string" && Object.hasOwn(ERROR_STATUS, value));

/** Schema of a `Reply`: how a message that was sent with `onReply` ended. */
export const replySchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), value: z.unknown().optional(), context: z.unknown().optional() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code,
      message: z.string(),
      hint: z.string().optional(),
      data: z.record(z.string(), z.unknown()).optional(),
      retryable: z.boolean().optional(),
    }),
    context: z.unknown().optional(),
  }),
]);
