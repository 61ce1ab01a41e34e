/** Beads that wait for a person: those with the label `human`. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { BdContext } from "./context.ts";

export const HUMAN_LABEL = "human";

/** All of them, closed ones too. */
export async function humanBeads(ctx: BdContext): Promise<Bead[]> {
  return (await ctx.backend()).issues({ labels: [HUMAN_LABEL] });
}
