/** `bd swarm create`. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";
import { failure } from "../output.ts";
import { analyse, swarms } from "../swarms.ts";

export default defineCommand<BdContext>()({
  summary: "Make a swarm of an epic",
  description: "A single bead is wrapped into an epic of its own first.",
  positionals: [{ name: "epic", required: true, complete: "bead" }],
  flags: {
    coordinator: { type: "string", value: "name", summary: "Who leads it" },
    force: { type: "boolean", summary: "Also when there is one already" },
  },
  async run({ flags, args }, ctx) {
    const backend = await ctx.backend();
    const bead = await requireBead(ctx, args[0] ?? "");
    const isEpic = bead.issue_type === "epic" || bead.issue_type === "molecule";
    const children = isEpic ? await backend.issues({ parent: bead.id }) : [bead];
    const existing = isEpic ? (await swarms(backend)).find(({ epicId }) => epicId === bead.id) : undefined;
    if (existing !== undefined && flags.force !== true) {
      throw new AppError("already_exists", `swarm already exists: ${existing.swarm.id}`, {
        hint: "Use --force for another one.",
      });
    }
    const analysis = analyse({ epic: bead, children });
    if (!analysis.swarmable) throw failure(`epic is not swarmable: ${analysis.errors.join("; ")}`);
    const made = await backend.change({ touches: "all" }, tx => {
      const epic = isEpic
        ? bead
        : tx.create({ title: `Swarm Epic: ${bead.title}`, issue_type: "epic", priority: bead.priority });
      if (!isEpic) tx.addDependency(bead.id, epic.id, "parent-child");
      const swarm = tx.create({
        title: `Swarm: ${epic.title}`,
        description: `Leads the work under ${epic.id}.`,
        issue_type: "molecule",
        mol_type: "swarm",
        priority: epic.priority,
        ...(flags.coordinator === undefined ? {} : { assignee: flags.coordinator }),
      });
      tx.addDependency(swarm.id, epic.id, "relates-to");
      return { swarm: swarm.id, epic: epic.id };
    });
    ctx.touched(made.swarm, true);
    ctx.out.emit(
      {
        swarm_id: made.swarm,
        epic_id: made.epic,
        coordinator: flags.coordinator ?? "",
        analysis: { ...analysis, epic_id: made.epic },
      },
      () => `✓ Created swarm molecule: ${made.swarm}\n  Epic: ${made.epic}`,
    );
    return 0;
  },
});
