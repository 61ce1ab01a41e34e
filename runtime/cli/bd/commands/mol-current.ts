/** `bd mol current`: where the work on molecules stands. */
import { moleculeOf, type Progress, progressOf } from "../../../../store/molecules/progress.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "Current and next step of a molecule, or of all that one is working on",
  positionals: [{ name: "molecule", complete: "bead" }],
  flags: {
    for: { type: "string", value: "assignee", summary: "Whose; oneself when absent" },
    limit: { type: "integer", short: "n", min: 0, default: 50, summary: "Steps shown as text" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const actor = flags.for ?? ctx.actor();
    const wanted = args[0] === undefined ? undefined : await resolveId(ctx, args[0]);
    const found = await backend.change({ touches: "all" }, tx => {
      if (wanted !== undefined) return [progressOf(tx, moleculeOf(tx, wanted)?.id ?? wanted)];
      const roots = new Set(
        tx
          .query({ status: ["in_progress", "hooked"], assignee: actor })
          .flatMap(bead => moleculeOf(tx, bead.id)?.id ?? []),
      );
      return [...roots].map(root => progressOf(tx, root));
    });
    const shapes = found.map(progress => currentJson(progress));
    ctx.out.emit(
      // One that was asked for is an object; whatever is in hand is a list.
      wanted === undefined ? shapes : shapes[0],
      () => {
        if (found.length === 0) return `No molecule is being worked on by ${printable(actor)}.`;
        return found.map(progress => text(progress, flags.limit)).join("\n\n");
      },
    );
    return 0;
  },
});

/** One molecule as `mol current` shows it. */
export function currentJson(progress: Progress) {
  return {
    molecule_id: progress.root.id,
    molecule_title: progress.root.title,
    ...(progress.root.assignee === undefined ? {} : { assignee: progress.root.assignee }),
    current_step: progress.current ? issueJson(progress.current.bead) : null,
    next_step: progress.next ? issueJson(progress.next.bead) : null,
    steps: progress.steps.map(step => ({
      issue: issueJson(step.bead),
      status: step.state,
      is_current: step === progress.current,
    })),
    completed: progress.completed,
    total: progress.total,
  };
}

const MARK = { done: "✓", current: "▶", ready: "○", blocked: "●", pending: "·" } as const;

function text(progress: Progress, limit: number): string {
  const shown = limit === 0 ? progress.steps : progress.steps.slice(0, limit);
  return [
    `${progress.root.id} — ${printable(progress.root.title)} (${progress.completed}/${progress.total})`,
    ...shown.map(
      step =>
        `  ${MARK[step.state]} ${step.bead.id}  ${printable(step.bead.title)}${step.state === "blocked" ? `  (waits for ${step.blockedBy.join(" ")})` : ""}`,
    ),
  ].join("\n");
}
