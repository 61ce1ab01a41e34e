/** `bd close --continue`: from a closed step on to the next one of its molecule. */
import { moleculeOf, progressOf } from "../../../store/molecules/progress.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { printable } from "../lib/style.ts";
import type { BdContext } from "./context.ts";
import { issueJson } from "./issue-json.ts";

/** Takes up the next ready step (unless `claim` is false) and closes the molecule after its last one. */
export async function continueMolecule(
  closed: Bead,
  options: { readonly claim: boolean },
  ctx: BdContext,
): Promise<number> {
  const backend = await ctx.backend();
  const actor = ctx.actor();
  const after = await backend.change({ touches: "all" }, tx => {
    const root = moleculeOf(tx, closed.id);
    if (root === undefined) return undefined;
    const progress = progressOf(tx, root.id);
    if (progress.complete && root.status !== "closed") tx.close(root.id, "All steps are done");
    const ready = progress.steps.find(step => step.state === "ready")?.bead;
    const next =
      ready && options.claim ? tx.update(ready.id, { status: "in_progress", assignee: actor }) : ready;
    return { root: root.id, next, complete: progress.complete };
  });
  const next = after?.next;
  if (next) ctx.touched(next.id, true);
  ctx.out.emit(
    {
      closed: [issueJson(closed)],
      continue: {
        closed_step: issueJson(closed),
        next_step: next ? issueJson(next) : null,
        auto_advanced: next !== undefined && options.claim,
        molecule_complete: after?.complete ?? false,
        molecule_id: after?.root ?? "",
      },
    },
    () => {
      const lines = [`✓ Closed ${closed.id} — ${printable(closed.title)}`];
      if (after === undefined) lines.push("It is no step of a molecule.");
      else if (after.complete) lines.push(`Molecule ${after.root} is complete.`);
      else if (next)
        lines.push(
          `${options.claim ? "→ Now working on" : "Next step:"} ${next.id} — ${printable(next.title)}`,
        );
      else lines.push(`No step of ${after.root} is ready: the rest waits.`);
      return lines.join("\n");
    },
  );
  return 0;
}
