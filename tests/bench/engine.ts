/**
 * `npm run bench:engine [-- --json FILE] [--only reconcile,events,idle,sling]`: what the town's engine costs, as a table and
 * as JSON. Nothing here passes or fails; targets stand beside the figures.
 */
import { heapStats } from "bun:jsc";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { inPlayground } from "../helpers/gastown.ts";
import { add, at, figures } from "./engine-figures.ts";
import { idleTown, slings } from "./engine-process.ts";
import { type BenchRun, type BenchTown, benchTown } from "./engine-town.ts";

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const only = argument("--only")?.split(",");
const PARTS = {
  reconcile,
  events,
  idle: () => inPlayground("bench-idle", idleTown),
  sling: () => inPlayground("bench-engine", slings),
} as const;

for (const [name, run] of Object.entries(PARTS)) if (only === undefined || only.includes(name)) await run();
report();

/** Looking at the whole town and planning, over 10,000 open beads and 200 agents at work. */
async function reconcile(): Promise<void> {
  const town = await benchTown({ beads: 10_000, agents: 200 });
  try {
    await measureLook(town, "every place taken");
  } finally {
    await town[Symbol.asyncDispose]();
  }
}

async function measureLook(town: BenchTown, when: string): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < 60; run++) {
    const start = performance.now();
    await town.look();
    if (run >= 10) times.push(performance.now() - start);
  }
  add(`reconcile, 10,000 open beads and 200 agents, ${when}: median`, at(times, 0.5), "ms", 20);
  add(`the same, minimum`, at(times, 0), "ms", Number.POSITIVE_INFINITY);
}

/** 500 agents, each with one event a second, while people and tools ask the town. */
async function events(): Promise<void> {
  const agents = 500;
  const seconds = 20;
  const town = await benchTown({ beads: 2_000, agents });
  try {
    const times = new Map<string, number[]>();
    const emitted: Promise<void>[] = [];
    await town.settled();
    let going = true;
    const asking = ask(town, times, () => going);
    const used = process.cpuUsage();
    const start = performance.now();
    for (let tick = 0; tick < seconds * agents; tick++) {
      const due = start + (tick * 1_000) / agents;
      const early = due - performance.now();
      if (early > 1) await Bun.sleep(early);
      const run = town.runs[tick % agents];
      if (run !== undefined) emitted.push(town.emit(run, eventOf(run)));
    }
    const sent = (performance.now() - start) / 1_000;
    await Promise.all(emitted);
    going = false;
    await asking;
    // The town has the last report of the last agent when nothing runs or waits any more.
    while (!town.host.system.idle) await Bun.sleep(5);
    const total = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(used);
    const all = [...times.values()].flat();
    add(`call latency, ${agents} agents at 1 event/s, 99th percentile`, at(all, 0.99), "ms", 50);
    add("call latency, median", at(all, 0.5), "ms", Number.POSITIVE_INFINITY);
    for (const [method, own] of times) {
      add(`call \`${method}\`, median`, at(own, 0.5), "ms", Number.POSITIVE_INFINITY);
      add(`call \`${method}\`, longest of ${own.length}`, at(own, 1), "ms", Number.POSITIVE_INFINITY);
    }
    add(`time until the town had ${seconds} s of events`, total, "s", seconds * 1.1);
    add("CPU time for each event, calls included", (user + system) / 1_000 / (seconds * agents), "ms", 2);
    await burst(town, agents);
    console.error(`events sent in ${sent.toFixed(1)} s, ${all.length} calls`);
  } finally {
    await town[Symbol.asyncDispose]();
  }
}

/** Every agent at once, again and again: what an event costs where nobody waits for the clock, and what stays in memory. */
async function burst(town: BenchTown, agents: number): Promise<void> {
  const rounds = 20;
  const round = async () => {
    await Promise.all(town.runs.map(run => town.emit(run, eventOf(run))));
    while (!town.host.system.idle) await Bun.sleep(1);
  };
  for (let i = 0; i < 4; i++) await round();
  const heap = () => {
    Bun.gc(true);
    return heapStats().heapSize;
  };
  const before = heap();
  const used = process.cpuUsage();
  for (let i = 0; i < rounds; i++) await round();
  const { user, system } = process.cpuUsage(used);
  add("CPU time for each event, all agents at once", (user + system) / 1_000 / (rounds * agents), "ms", 1);
  add(`heap gained by ${rounds * agents} events`, (heap() - before) / 1e6, "MB", 5);
}

/** What people and tools ask, one after another, twenty times a second. */
async function ask(town: BenchTown, times: Map<string, number[]>, going: () => boolean): Promise<void> {
  const calls: readonly [method: string, args: object][] = [
    ["agents", {}],
    ["ready", { limit: 20 }],
    ["agent", { agent: agentOf(town.runs[0]) }],
    ["feed", { limit: 50 }],
    ["prime", {}],
  ];
  for (let i = 0; going(); i++) {
    const [method, args] = calls[i % calls.length] ?? ["agents", {}];
    const start = performance.now();
    await town.call(method, args);
    times.set(method, [...(times.get(method) ?? []), performance.now() - start]);
    await Bun.sleep(50);
  }
}

function agentOf(run: BenchRun | undefined): string {
  return run?.container.slice(run.container.indexOf("/") + 1) ?? "";
}

function eventOf({ seq }: BenchRun): NewSandboxEvent {
  switch (seq % 4) {
    case 0:
      return { type: "note", text: `Step ${seq}: reads the tests` };
    case 1:
      return { type: "usage", input_tokens: 1_000, output_tokens: 100, cost_usd: 0.01 };
    case 2:
      return { type: "activity", activity: "working", detail: `step ${seq}` };
    default:
      return { type: "activity", activity: "idle" };
  }
}

function report(): void {
  const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, bun: Bun.version };
  const path = argument("--json");
  if (path !== undefined) writeFileSync(path, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
  console.log(`${machine.cores} cores, ${machine.cpu}, Bun ${machine.bun}\n`);
  console.log("| figure | value | target | met | load |\n| --- | ---: | ---: | --- | ---: |");
  for (const { name, value, unit, target, met, load } of figures) {
    console.log(
      `| ${name} | ${value.toFixed(2)} ${unit} | ${target} | ${target === "" ? "" : met ? "yes" : "no"} | ${load.toFixed(1)} |`,
    );
  }
}
