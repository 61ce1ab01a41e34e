/** What befalls a town from outside. */
import { AppError } from "../../store/schema/errors.ts";
import { onForge } from "./forge-deeds.ts";
import type { PlannedEvent } from "./plan.ts";
import type { Sim } from "./sim.ts";

/** Lets an event of the plan happen; what follows of it comes with the next steps. */
export function befall(sim: Sim, event: PlannedEvent): void {
  const { weather, town } = sim;
  switch (event.kind) {
    case "person": {
      for (const asked of sim.people.ask(event.act, event.draws)) sim.ask(asked);
      return;
    }
    case "crash":
      sim.armCrash(event.points, event.downMs);
      return;
    case "kill": {
      const { live } = town.sandboxes;
      const run = live[Math.floor(event.draw * live.length)];
      if (run === undefined) return;
      sim.say(`${run.spec.run_id} is killed`);
      town.sandboxes.kill(run);
      return;
    }
    case "zombie":
      speakAgain(sim, event.draws);
      return;
    case "clock":
      // What waits for a time of the clock waits that much longer when the clock is set back.
      weather.stir(Math.max(0, -event.byMs));
      town.host.clock.jump(event.byMs);
      return;
    case "disk":
      weather.begin("disk", event.forMs, event.p);
      return;
    case "network":
      weather.begin("network", event.forMs, event.p, event.delayMs);
      return;
    case "partition":
      weather.begin("partition", event.forMs, 1);
      return;
    case "ports":
      weather.begin("ports", event.forMs, event.p);
      return;
    case "pull":
      onForge(sim, event.deed, event.draw);
      return;
    case "forge":
      weather.begin("forge", event.forMs, event.p);
      return;
    case "foreign":
      writeBeside(sim, event.draws);
      return;
    default:
      event satisfies never;
  }
}

/** A run that is over says something, as a process does that was taken for dead. Nobody may heed it. */
function speakAgain(sim: Sim, [a = 0, b = 0, c = 0]: readonly number[]): void {
  const over = sim.town.sandboxes.runs.filter(run => !run.alive && run.released);
  const run = over[Math.floor(a * over.length)];
  if (run === undefined) return;
  const { spec } = run;
  const { container, run_id, generation, job } = spec;
  if (job.kind === "session") return;
  const at = new Date(sim.town.host.clock.now()).toISOString();
  const seq = b < 0.5 ? run.log.length + 1 : Math.max(1, Math.floor(b * run.log.length));
  const event =
    job.kind === "merge"
      ? { type: "merge_result", seq, at, result: { kind: "conflict", files: [], output: "from beyond" } }
      : {
          type: "submitted",
          seq,
          at,
          bead: job.bead.id,
          attempt: job.attempt,
          branch: job.branch,
          head: "dead".repeat(10),
          base: "0".repeat(40),
          commits: 1,
        };
  sim.say(`${run_id} speaks from beyond: ${event.type}`);
  const ignore = () => undefined;
  const { host } = sim.town;
  host
    .call({ kind: "container", name: container }, "sandboxEvent", { run_id, generation, event })
    .catch(ignore);
  if (c < 0.5) return;
  // Even its agent lets it through: the town itself has to know the numbers.
  const agent = `${spec.agent.rig}/${spec.agent.name}`;
  const name = job.kind === "merge" ? job.merge_request : job.bead.id;
  const status = { state: "idle", since: at, has_terminal: false };
  const report = { by: agent, agent, job: name, attempt: job.attempt, generation, status, event };
  if (!current(sim, name, job.attempt)) {
    host.call({ kind: "town", name: "demo" }, "agentEvent", report).catch(ignore);
  }
}

/** True while the number is the latest: what is said under it counts. */
function current(sim: Sim, id: string, attempt: number): boolean {
  const bead = sim.watcher.beads.get(id);
  const metadata = bead?.metadata as
    | { work?: { attempt?: number }; merge_request?: { run?: number } }
    | undefined;
  return metadata?.work?.attempt === attempt || metadata?.merge_request?.run === attempt;
}

/** Somebody writes to the branch beside the town, which hears of it: `bd` in the repository, or a sync. */
function writeBeside(sim: Sim, [a = 0, b = 0, c = 0]: readonly number[]): void {
  const work = sim.work();
  const id = work[Math.floor(a * work.length)];
  const store = [sim.town.hq, ...sim.town.rigs.values()].find(each => id?.startsWith(`${each.prefixes[0]}-`));
  if (id === undefined || store === undefined || sim.down) return;
  sim.foreign.add(id);
  const deed = ["close", "open", "title", "unassign", "delete"][Math.floor(b * 5)];
  if (deed === "delete" && c < 0.3) sim.wishes.ask("delete", id);
  sim.say(`somebody else writes to ${id}: ${deed}`);
  store
    .transact({ actor: "bd" }, tx => {
      if (tx.get(id) === undefined) return;
      if (deed === "close") tx.close(id, "closed by bd");
      else if (deed === "open") tx.update(id, { status: "open" });
      else if (deed === "unassign") tx.update(id, { assignee: null });
      else if (deed === "delete" && c < 0.3) tx.delete(id, "deleted by bd");
      else tx.update(id, { title: `${tx.require(id).title.replace(/^.*?(work \d+)$/, "renamed $1")}` });
    })
    .then(() => sim.town.host.call({ kind: "town", name: "demo" }, "beadsChanged", { by: "host", ids: [id] }))
    .catch((error: unknown) => sim.say(`bd: ${AppError.from(error).code}`));
}
