/** A claim is made known to the other machines before it is reported. */
import { AppError } from "../../../store/schema/errors.ts";
import type { BdContext } from "./context.ts";
import { hasRemote, wasSynced } from "./workspace.ts";

/** A remote that does not answer within this time is left alone. */
const PATIENCE_MS = 2_500;

/**
 * Pushes the claim of a bead when beads were synced with a remote before, and says so when that could not be done.
 * The setting `no-push` turns it off.
 * @throws {AppError} already_claimed when somebody else was first
 */
export async function shareClaim(id: string, ctx: BdContext): Promise<void> {
  const backend = await ctx.backend();
  const { gitDir } = ctx.workspace();
  if (backend.pushClaim === undefined) return;
  if (!wasSynced(gitDir)) {
    if (hasRemote(gitDir))
      ctx.out.note("Claimed on this machine only: the beads were never synced. bd sync shares them.");
    return;
  }
  if ((await backend.config())["no-push"] === "true") return;
  const result = await backend.pushClaim({ id, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (result.outcome === "lost") {
    const winner = result.winner ?? "somebody else";
    throw new AppError("already_claimed", `already claimed by ${winner} (on ${result.remote})`, {
      hint: `bd show ${id}`,
    });
  }
  if (result.outcome === "local") {
    const why = result.error.message.replace(/[.\s]*$/, ".");
    ctx.out.warn(`Claimed on this machine only: ${why} Another machine may be first; bd sync tells.`);
  }
}
