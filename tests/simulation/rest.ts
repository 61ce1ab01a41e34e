/** After the trouble: the town comes to rest, everything has ended or says why not, and then it does nothing at all. */

import { mergeRequestState } from "../../actors/states/merge-request.ts";
import { isDone } from "../../actors/states/work.ts";
import { isWorkType } from "../../actors/town/kinds.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { NO_POLECAT_TYPES } from "../../store/schema/bead-words.ts";
import { type Explanation, explanationSchema } from "../../store/schema/explanation.ts";
import { readSatellite, SLUNG_LABEL } from "../../store/schema/satellite.ts";
import { allGreen } from "./forge-deeds.ts";
import type { Sim } from "./sim.ts";
import { checkBooks } from "./spending.ts";
import { waitingNudges } from "./words.ts";

const HOUR = 3_600_000;
/** What people ask about most. */
const EXPLAINED = ["task", "bug", "feature", "chore", "merge-request", "convoy", "escalation"];
/** Longest time that a town may take to come to rest, after everything that stood in its way is gone. */
const REST_MS = 60 * 24 * HOUR;
/** How long it is watched afterwards. */
const IDLE_MS = 48 * HOUR;

/** @throws when something does not hold */
export async function comeToRest(sim: Sim): Promise<void> {
  sim.points.disarm();
  sim.weather.clear();
  await sim.revive(true);
  const by = "ada";
  sim.ask({ kind: "town", method: "thaw", args: { by }, check: () => [] });
  await sim.checked("thawed");
  sim.ask({ kind: "town", method: "resume", args: { by }, check: () => [] });
  for (const agent of (await sim.town.call("view")).agents) {
    sim.ask({ kind: "town", method: "thaw", args: { by, agent: agent.id }, check: () => [] });
  }
  for (const holder of ["town", ...sim.plan.rigs.map(({ name }) => name), ...sim.work()]) {
    sim.ask({ kind: "town", method: "unsetBudget", args: { by, id: holder }, check: () => [] });
  }
  for (const id of sim.work()) {
    sim.ask({ kind: "town", method: "holdBeads", args: { by, beads: [id], held: false }, check: () => [] });
  }
  for (const { name } of sim.plan.rigs) {
    sim.ask({ kind: "town", method: "parkRig", args: { by, rig: name, parked: false }, check: () => [] });
  }
  sim.ask({ kind: "town", method: "updateSettings", args: { by, max_polecats: 4 }, check: () => [] });
  for (const { name } of sim.plan.rigs) {
    sim.ask({
      kind: "town",
      method: "updateRig",
      args: { by, rig: name, settings: { max_polecats: 2, auto_merge: true, auto_merge_delay_minutes: 0 } },
      check: () => [],
    });
  }
  allGreen(sim);
  await sim.checked("peace");
  await settle(sim);
  await allEnded(sim);
  await allExplained(sim);
  sim.violations.push(...checkBooks(sim), ...(await waitingNudges(sim)));
  await sim.checked("ended");
  await staysIdle(sim);
  await sameAfterRestart(sim);
}

/** Lets time pass until nothing is armed and nobody runs. The breaker is closed as often as it trips. */
async function settle(sim: Sim): Promise<void> {
  const { host, sandboxes } = sim.town;
  const end = host.clock.passed + REST_MS;
  const asked = new Set<string>();
  for (;;) {
    const { nextAlarm } = host.system;
    if (nextAlarm === null && sandboxes.live.length === 0 && host.system.idle && sim.pending === 0) {
      if (openGates(sim, asked)) {
        await sim.checked("people open gates");
        continue;
      }
      if (!(await paused(sim))) return;
      sim.ask({ kind: "town", method: "resume", args: { by: "ada" }, check: () => [] });
      await sim.checked("the breaker is closed");
      continue;
    }
    if (host.clock.passed >= end) {
      const what = sandboxes.live.map(run => run.spec.run_id).join(", ");
      sim.violations.push(`no rest after ${REST_MS / HOUR} hours: next alarm ${nextAlarm}, live ${what}`);
    }
    await sim.step(end);
  }
}

/** People answer what they are asked; false when nobody waits for them. */
function openGates(sim: Sim, asked: Set<string>): boolean {
  const open = sim.watcher.ofType(["gate"]).filter(({ id, status }) => status !== "closed" && !asked.has(id));
  for (const gate of open) {
    asked.add(gate.id);
    const question = readSatellite(gate, "gate")?.asked !== undefined;
    const args = question ? { answer: "yes" } : { reason: "fine" };
    const method = question ? "answer" : "approveGate";
    sim.ask({ kind: "town", method, args: { by: "ada", id: gate.id, ...args }, check: () => [] });
  }
  return open.length > 0;
}

async function paused(sim: Sim): Promise<boolean> {
  return (await sim.town.call("view")).paused !== undefined;
}

/** Every open bead is explained, and nobody is said to be at it by himself: at rest, the next move is a person's. */
async function allExplained(sim: Sim): Promise<void> {
  const { beads } = sim.watcher;
  for (const bead of beads.values()) {
    if (isDone(bead.status) || !EXPLAINED.includes(bead.issue_type) || sim.foreign.has(bead.id)) continue;
    const { owner, why, next } = await explanation(sim, bead.id);
    const said = why.map(({ text }) => text).join("; ");
    if (why.length === 0 || next.length === 0)
      sim.violations.push(`${bead.id} is ${bead.status}, and nothing says why`);
    // Who waits for another bead, or for its members, has the moves of those.
    if (why.some(({ rule }) => rule === "blocked") || (bead.issue_type === "convoy" && !isFull(sim, bead)))
      continue;
    const moves = owner.who === "town" || owner.who === "agent" || owner.who === "refinery";
    if (moves)
      sim.violations.push(
        `${bead.id} is ${bead.status}, and it is said to be the ${owner.who}'s move: ${said}`,
      );
  }
}

/** True for a convoy whose members are all closed. */
function isFull({ watcher }: Sim, convoy: Bead): boolean {
  const members = (convoy.dependencies ?? []).filter(({ type }) => type === "tracks");
  return members.every(edge => (watcher.beads.get(edge.depends_on_id)?.status ?? "closed") === "closed");
}

/** Adds what has not ended, unless the town says whose move it is: a person's. */
async function allEnded(sim: Sim): Promise<void> {
  for (const { id, words } of ended(sim)) {
    const said = id === undefined ? undefined : await explanation(sim, id);
    if (said?.owner.who === "person" && said.why.length > 0 && said.hints.length > 0) continue;
    const why = said?.why.map(({ text }) => text).join("; ") ?? "";
    sim.violations.push(`${words}${why === "" ? "" : ` (it says: ${why})`}`);
  }
}

async function explanation({ town }: Sim, id: string): Promise<Explanation> {
  const answer = await town.host.call({ kind: "town", name: "demo" }, "explainOne", { by: "ada", id });
  return explanationSchema.parse(answer);
}

/** What has not ended, and no dependency says why. */
function ended(sim: Sim): { readonly id?: string; readonly words: string }[] {
  const wrong: { readonly id?: string; readonly words: string }[] = [];
  const { beads } = sim.watcher;
  for (const bead of beads.values()) {
    if (
      bead.issue_type === "merge-request" &&
      ["queued", "merging"].includes(mergeRequestState(bead.status))
    ) {
      wrong.push({ id: bead.id, words: `${bead.id} is ${bead.status} for ever` });
    }
    if (!isWorkType(bead.issue_type) || isDone(bead.status)) continue;
    if (!bead.labels?.includes(SLUNG_LABEL)) {
      if (!sim.foreign.has(bead.id) && ["hooked", "in_review"].includes(bead.status)) {
        wrong.push({ id: bead.id, words: `${bead.id} is ${bead.status}, and nobody sees to it` });
      }
      continue;
    }
    if (bead.status === "open" && blockers(sim, bead.id).length > 0) continue;
    // Put aside by a person, or in the hands of somebody who took it beside the town.
    if (["deferred", "blocked", "pinned"].includes(bead.status) || sim.foreign.has(bead.id)) continue;
    wrong.push({
      id: bead.id,
      words: `${bead.id} is slung and ${bead.status} for ever, and nothing says why`,
    });
  }
  const unreleased = sim.town.sandboxes.runs.filter(run => !run.released).map(run => run.spec.run_id);
  if (unreleased.length > 0) wrong.push({ words: `never let go: ${unreleased.join(", ")}` });
  return wrong;
}

/** Open beads that this one waits for. */
function blockers(sim: Sim, id: string): string[] {
  return (sim.watcher.beads.get(id)?.dependencies ?? [])
    .filter(edge => edge.type === "blocks")
    .map(edge => edge.depends_on_id)
    .filter(other => {
      const status = sim.watcher.beads.get(other)?.status;
      return status !== undefined && status !== "closed" && status !== "pinned";
    });
}

/** An idle town does nothing: no commit, no message, no timer. And what it shows is what there is. */
async function staysIdle(sim: Sim): Promise<void> {
  const { host } = sim.town;
  const view = await sim.town.call("view");
  const counts: Record<string, number> = {};
  for (const bead of sim.watcher.beads.values()) {
    if (!NO_POLECAT_TYPES.includes(bead.issue_type)) counts[bead.status] = (counts[bead.status] ?? 0) + 1;
  }
  const shown = Object.fromEntries(Object.entries(view.counts).filter(([, n]) => n > 0));
  if (!Bun.deepEquals(counts, shown)) {
    sim.violations.push(`shown are ${JSON.stringify(shown)}, there are ${JSON.stringify(counts)}`);
  }
  const { commits } = sim.watcher;
  const stored = host.storage.commits;
  const published = sim.town.published.length;
  const { messages } = sim.weather;
  const end = host.clock.passed + IDLE_MS;
  while (await sim.step(end));
  if (sim.watcher.commits !== commits)
    sim.violations.push(`the idle town made ${sim.watcher.commits - commits} commits`);
  if (host.storage.commits !== stored)
    sim.violations.push(`idle actors stored ${host.storage.commits - stored} times`);
  if (sim.weather.messages !== messages)
    sim.violations.push(`idle actors sent ${sim.weather.messages - messages} messages`);
  if (sim.town.published.length !== published) sim.violations.push("the idle town had something to say");
  await sim.checked("idle");
}

/** Killed and started again, a town at rest is what it was. */
async function sameAfterRestart(sim: Sim): Promise<void> {
  const before = sim.watcher.commitsBesideRecords;
  sim.points.arm(1);
  await sim.town.call("pause", { reason: "x" }).catch(() => undefined);
  await sim.checked("the last crash");
  await sim.revive(true);
  await settle(sim);
  if (sim.watcher.commitsBesideRecords !== before)
    sim.violations.push("a restart of the resting town changed beads");
  await allEnded(sim);
  await sim.checked("the end");
}
