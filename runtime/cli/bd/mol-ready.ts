/** `bd ready --mol` and `bd ready --gated`: what a molecule can go on with. */
import { moleculeOf, type Progress, progressOf } from "../../../store/molecules/progress.ts";
import { printable } from "../lib/style.ts";
import type { BdContext } from "./context.ts";
import { resolveId } from "./ids.ts";
import { issueJson } from "./issue-json.ts";

/** Steps of one molecule that are ready, with what can run beside what. */
export async function readyMolecule(word: string, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const id = await resolveId(ctx, word);
  const progress = await backend.change({ touches: "all" }, tx => progressOf(tx, id));
  const groups = waves(progress);
  const ready = progress.steps.filter(step => step.state === "ready");
  const blocks = (step: string) =>
    progress.steps.filter(other => other.blockedBy.includes(step)).map(other => other.bead.id);
  const steps = ready.map(step => {
    const group = groups.find(([, ids]) => ids.includes(step.bead.id))?.[0];
    return {
      issue: issueJson(step.bead),
      parallel_info: {
        step_id: step.bead.id,
        status: step.state,
        is_ready: true,
        parallel_group: group ?? "",
        blocked_by: step.blockedBy,
        blocks: blocks(step.bead.id),
        can_parallel: ready.filter(other => other !== step).map(other => other.bead.id),
      },
      ...(group === undefined ? {} : { parallel_group: group }),
    };
  });
  ctx.out.emit(
    {
      molecule_id: id,
      molecule_title: progress.root.title,
      total_steps: progress.total,
      ready_steps: ready.length,
      steps,
      parallel_groups: Object.fromEntries(groups),
    },
    () => {
      if (ready.length === 0)
        return `No step of ${id} is ready (${progress.completed}/${progress.total} done).`;
      return [
        `Ready steps of ${id} — ${printable(progress.root.title)} (${progress.completed}/${progress.total} done):`,
        ...ready.map(step => `  ○ ${step.bead.id}  ${printable(step.bead.title)}`),
      ].join("\n");
    },
  );
  return 0;
}

/** Molecules that can go on because a gate of theirs was closed. */
export async function gatedMolecules(ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const found = await backend.change({ touches: "all" }, tx =>
    tx.query({ type: ["gate"], status: ["closed"] }).flatMap(gate => {
      const root = moleculeOf(tx, gate.id);
      if (root === undefined || root.status === "closed") return [];
      const step = tx
        .query({ dependsOn: gate.id, edgeType: "blocks", status: ["open"] })
        .find(bead => tx.blockers(bead.id).length === 0);
      return step
        ? [
            {
              molecule_id: root.id,
              molecule_title: root.title,
              closed_gate: issueJson(gate),
              ready_step: issueJson(step),
            },
          ]
        : [];
    }),
  );
  ctx.out.emit({ molecules: found, count: found.length }, () =>
    found.length === 0
      ? "No molecule waits behind a gate that has opened."
      : found.map(item => `${item.molecule_id}  ${printable(item.molecule_title)}`).join("\n"),
  );
  return 0;
}

/** Steps that are not done, by how many steps must come before them: those of one wave can run side by side. */
function waves(progress: Progress): [string, string[]][] {
  const open = progress.steps.filter(step => step.state !== "done");
  const depth = new Map<string, number>();
  const measure = (id: string, path: readonly string[]): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    const step = open.find(item => item.bead.id === id);
    const before = step?.blockedBy.filter(other => !path.includes(other)) ?? [];
    const own =
      step === undefined ? 0 : 1 + Math.max(0, ...before.map(other => measure(other, [...path, id])));
    depth.set(id, own);
    return own;
  };
  const groups = new Map<string, string[]>();
  for (const step of open) {
    const name = `wave-${measure(step.bead.id, [])}`;
    groups.set(name, [...(groups.get(name) ?? []), step.bead.id]);
  }
  return [...groups].filter(([, ids]) => ids.length > 1);
}
