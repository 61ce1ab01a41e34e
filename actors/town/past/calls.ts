/** What may be asked of a town about the past of its beads, and what brings it back. */
import { z } from "zod";
import type { BeadVersion } from "../../../store/api.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import { undoSubject } from "../../../store/work/undo-target.ts";
import { by, read, type TownCalls, write } from "../calls/table.ts";
import { isLeased } from "../dispatch/take-back.ts";
import { prefixOf, TOWN_TYPES } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { withTownsShare } from "./plain.ts";
import { bringBack, pastOf, undo, undoPlan } from "./undo.ts";

const id = z.string().min(1).max(200);
const commit = z.string().regex(/^[0-9a-f]{4,40}$/, "the id of a commit, or the start of one");
/** A commit, a ref of the beads, or a time; nothing that git would take for an option. */
const revision = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/:+~^-]{0,199}$/, "a commit, or a time");
const rig = z.string().max(64).optional();

export const pastCalls = {
  /** -> {id, rig?, versions}: newest first, also of a deleted bead. Errors: not_found, ambiguous, not_supported */
  beadHistory: read(
    z.strictObject({ by, id, limit: z.int().min(1).max(10_000).default(1_000) }),
    async (ctx, { id: partial, limit }) => {
      const { full, rig: home } = await place(ctx, partial);
      const versions = await pastOf(ctx).history(full, limit);
      if (versions.length === 0) throw noBead(partial);
      return { id: full, ...home, versions: versions.map(versionView) };
    },
  ),
  /** -> {bead?}. Errors: not_found, ambiguous, not_supported */
  beadAsOf: read(z.strictObject({ by, id, revision }), async (ctx, args) => {
    const bead = await pastOf(ctx).asOf((await place(ctx, args.id)).full, args.revision);
    return bead === undefined ? {} : { bead };
  }),
  /** -> Bead. As a change of its own. Errors: not_found, invalid_argument, invalid_transition, not_supported */
  restoreBead: write(z.strictObject({ by, id, commit: revision }), restoreBead, {
    subject: args => `Restore ${args.id}`,
  }),
  /** -> UndoPlan. Errors: not_found, invalid_argument, not_supported */
  undoPlan: read(
    z.strictObject({ by, rig, commit: commit.optional(), own: z.boolean().default(true) }),
    undoPlan,
  ),
  /** -> UndoReport. `subject` is that of the commit. Errors: as undoPlan */
  undo: write(
    z.strictObject({ by, rig, commit, own: z.boolean().default(true), subject: z.string().max(1_000) }),
    undo,
    { subject: args => undoSubject(args.commit, args.subject) },
  ),
} satisfies TownCalls;

/** The whole id, also of a bead that is gone, and its rig. */
async function place(
  ctx: TownTurn,
  partial: string,
): Promise<{ readonly full: string; readonly rig: { readonly rig?: string } }> {
  const full = await ctx.resolve(partial).catch((error: unknown) => {
    if (hasCode(error, "not_found")) return partial;
    throw error;
  });
  const bead = ctx.tx.get(full);
  const prefix = prefixOf(full);
  const rig =
    bead === undefined ? [...ctx.rigs.values()].find(each => each.prefix === prefix) : ctx.rigOf(bead);
  return { full, rig: rig === undefined ? {} : { rig: rig.name } };
}

function versionView({ bead, ...version }: BeadVersion): object {
  return { ...version, ...(bead === undefined ? {} : { bead }) };
}

async function restoreBead(
  ctx: TownTurn,
  args: { readonly by: string; readonly id: string; readonly commit: string },
): Promise<Bead> {
  const { full } = await place(ctx, args.id);
  const wanted = await pastOf(ctx).asOf(full, args.commit);
  if (wanted === undefined) throw noBead(`${args.id} at ${args.commit}`);
  const current = ctx.tx.get(full);
  if (TOWN_TYPES.includes(current?.issue_type ?? wanted.issue_type)) {
    throw new AppError("invalid_argument", `${full} is the town's own record.`, {
      hint: "Its history can be read; what it says is the town's to write.",
    });
  }
  if (current !== undefined && isLeased(current)) {
    throw new AppError("invalid_transition", `${full} is ${current.status}: ${current.assignee} has it.`, {
      hint: `Take it back first: \`gt unsling ${full}\`.`,
      data: { id: full, from: current.status },
    });
  }
  const bead = { ...wanted, updated_at: ctx.nowText };
  const after =
    current === undefined
      ? ctx.putBack(withTownsShare(bead, undefined))
      : bringBack(ctx, current, bead, args.by);
  ctx.say("bead.restored", `${args.by} restores ${full} as of ${args.commit.slice(0, 12)}`, { bead: full });
  return after;
}

function noBead(name: string): AppError {
  return new AppError("not_found", `no issue found matching "${name}"`, {
    hint: "`bd history <id>` shows the commits of a bead.",
  });
}
