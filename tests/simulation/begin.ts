/** The first minutes of a town: its rigs, its work, and what is asked of it before anything befalls it. */
import type { Sim } from "./sim.ts";

const by = "ada";

/** Adds the rigs of the plan, files its beads, limits and slings them. */
export async function beginWork(sim: Sim): Promise<void> {
  const { plan } = sim;
  const ask = (method: string, args: object) =>
    sim.ask({ kind: "town", method, args: { by, ...args }, check: () => [] });
  const [rig] = plan.rigs;
  sim.ask(sim.people.addRig(rig));
  await sim.checked("the first rig");
  for (const other of plan.rigs.slice(1)) sim.ask(sim.people.addRig(other));
  ask("updateSettings", { max_polecats: plan.maxPolecats });
  ask("setMailList", { list: "queues", name: "jobs", value: { workers: [] } });
  ask("setMailList", { list: "channels", name: "news", value: { subscribers: ["mayor"], keep: 5 } });
  await sim.checked("rigs");
  const ids: string[] = [];
  for (const [i, bead] of plan.beads.entries()) {
    const needs = bead.needs.map(index => ({ depends_on_id: ids[index] ?? "", type: "blocks" }));
    const made = await sim.town.call("createBead", {
      by,
      rig: plan.rigs[bead.rig]?.name ?? rig.name,
      title: `work ${i}`,
      priority: bead.priority,
      description: "```sh\ntrue\n```",
      dependencies: needs,
    });
    ids.push(made.id);
  }
  const budgetOf = (of: string, holder: string) => {
    for (const budget of plan.budgets) {
      if (budget.of === of) ask("setBudget", { id: holder, patch: budget.patch });
    }
  };
  budgetOf("town", "town");
  budgetOf("rig", rig.name);
  budgetOf("bead", ids[0] ?? "");
  if (ids.length > 2) {
    const convoy = { by, title: "all of it", beads: ids, mode: plan.convoyMode };
    const made = await sim.town.call("createConvoy", convoy);
    budgetOf("convoy", made.id);
  }
  for (const formula of new Set(plan.beads.map(bead => bead.formula))) {
    const beads = ids.filter((_, i) => plan.beads[i]?.formula === formula);
    ask("sling", { beads, ...(formula === undefined ? {} : { formula }) });
  }
  await sim.checked("work");
}
