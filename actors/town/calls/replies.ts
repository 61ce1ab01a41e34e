/** Replies of the host's ports to what the town sent them, and the town's own timers. */
import { z } from "zod";
import type { TownTurn } from "../town-turn.ts";
import { rigCloned, rigFailedUnheard } from "./rigs.ts";

const error = z.looseObject({ code: z.string(), message: z.string(), hint: z.string().optional() });

function reply<V extends z.ZodType, C extends z.ZodType>(value: V, context: C) {
  return z.discriminatedUnion("ok", [
    z.object({ ok: z.literal(true), value, context }),
    z.object({ ok: z.literal(false), error, context }),
  ]);
}

const cloned = z.looseObject({
  path: z.string(),
  default_branch: z.string().default(""),
  head: z.string().default(""),
});
const cloneReplySchema = reply(cloned, z.object({ rig: z.string() }));
const branchReplySchema = reply(z.unknown().optional(), z.object({ rig: z.string(), branch: z.string() }));

/** For the kernel only: timers and replies. */
export const townInternal = {
  tick: z.unknown(),
  patrol: z.unknown(),
  cloneAgain: z.object({ rig: z.string() }),
  cloneReply: cloneReplySchema,
  branchRetired: branchReplySchema,
} as const;

/** The clone that was asked for again after a crash. */
export function cloneReply(ctx: TownTurn, answer: z.infer<typeof cloneReplySchema>): void {
  const { rig } = answer.context;
  if (!ctx.rigs.has(rig)) return;
  if (answer.ok) rigCloned(ctx, { by: "town", rig, ...pickClone(answer.value) });
  else rigFailedUnheard(ctx, rig, answer.error.message);
}

/** A branch that could not be retired stays where it is; that is said, and nothing is lost. */
export function branchRetired(ctx: TownTurn, answer: z.infer<typeof branchReplySchema>): void {
  if (answer.ok) return;
  const { rig, branch } = answer.context;
  ctx.say("merge.branch_kept", `The branch ${branch} stays: ${answer.error.message}`, { rig, level: "warn" });
}

function pickClone({ path, default_branch, head }: z.infer<typeof cloned>): z.infer<typeof cloned> {
  return { path, default_branch, head };
}
