/**
 * `npm run bench:engine [-- --json FILE] [--only reconcile,events,idle,sling]`: what the town's engine costs, as a table and
 * as JSON. Nothing here passes or fails; targets stand beside the figures.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import { inPlayground, type Playground, until } from "../helpers/gastown.ts";
import { type BenchRun, type BenchTown, benchTown } from "./engine-town.ts";
import { makeBeads } from "./store-data.ts";

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "s" | "%" | "";
  readonly target: string;
  readonly met: boolean;
  /** Load of the machine, one minute, when it was measured. */
  readonly load: number;
}

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const only = argument("--only")?.split(",");
const figures: Figure[] = [];
const PARTS = {
  reconcile,
  events,
  idle: () => inPlayground("bench-idle", idle),
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
    const times: number[] = [];
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
    const total = (performance.now() - start) / 1_000;
    add(`call latency, ${agents} agents at 1 event/s, 99th percentile`, at(times, 0.99), "ms", 50);
    add("call latency, median", at(times, 0.5), "ms", Number.POSITIVE_INFINITY);
    add(`time until ${seconds} s of events were handled`, total, "s", seconds * 1.1);
    const { user, system } = process.cpuUsage(used);
    add("CPU time for each event, in one process", (user + system) / 1_000 / (seconds * agents), "ms", 2);
    console.error(`events sent in ${sent.toFixed(1)} s, ${times.length} calls`);
  } finally {
    await town[Symbol.asyncDispose]();
  }
}

/** What people and tools ask, one after another, twenty times a second. */
async function ask(town: BenchTown, times: number[], going: () => boolean): Promise<void> {
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
    times.push(performance.now() - start);
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

/** A started town with 10,000 beads and nothing to do. */
async function idle(place: Playground): Promise<void> {
  const { town, env, pid } = await startTown(place);
  const file = join(place.dir, "beads.jsonl");
  const lines = makeBeads(10_000, { prefix: "be", now: Date.now() }).map(bead => JSON.stringify(bead));
  writeFileSync(file, `${lines.join("\n")}\n`);
  const rig = join(town, "rigs/bench.git");
  const imported = await place.run(["bd", "import", file], { env, cwd: rig });
  if (imported.code !== 0) throw new Error(`bd import: ${imported.stderr}`);
  await Bun.sleep(5_000);
  const commits = async () => [await head(place, rig), await head(place, join(town, "hq.git"))].join(" ");
  const before = await commits();
  const cpu = cpuSeconds(pid);
  const start = performance.now();
  await Bun.sleep(30_000);
  const share = ((cpuSeconds(pid) - cpu) * 1_000 * 100) / (performance.now() - start);
  add("idle town, 10,000 beads: share of one core", share, "%", 0.5);
  add("idle town: commits in 30 s", (await commits()) === before ? 0 : 1, "", 0);
  await place.run(["gt", "stop", "--agents"], { env });
}

function head(place: Playground, gitDir: string): Promise<string> {
  return place.git(place.dir, "--git-dir", gitDir, "rev-parse", "refs/heads/beads");
}

/** User and system time that a process has used, in seconds. */
function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** From `sling` to the agent's process, in a rig whose clone is warm: one at a time, then 25 at once. */
async function slings(place: Playground): Promise<void> {
  const { env } = await startTown(place);
  const gt = gtOf(place, env);
  await gt("rig", "set", "bench", "--max-polecats", "40", "--command", "cat", "--isolation", "none");
  await gt("settings", "set", "--max-polecats", "40");
  const one: number[] = [];
  for (let run = 0; run < 7; run++) one.push(...(await slingAndWait(gt, 1, run)));
  add("sling to the agent's process running, median", at(one.slice(1), 0.5), "ms", 700);
  const all = await slingAndWait(gt, 25, 100);
  add("25 slings at once: the last process running", Math.max(...all) / 1_000, "s", 8);
  await place.run(["gt", "stop", "--agents"], { env });
}

type Gt = (...args: string[]) => Promise<unknown>;

/** Milliseconds from the call to each agent's start. */
async function slingAndWait(gt: Gt, count: number, mark: number): Promise<number[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    ids.push(field(await gt("bead", "create", `Bench ${mark}.${i}`, "--rig", "bench"), "id"));
  }
  const start = Date.now();
  await gt("sling", ...ids);
  const found = await until("the agents to run", async () => {
    const feed = await gt("feed", "-n", "500");
    const started = Array.isArray(feed) ? feed.filter(event => field(event, "type") === "agent.started") : [];
    const times = ids.flatMap(id => {
      const event = started.find(one => field(one, "bead") === id);
      return event === undefined ? [] : [Date.parse(field(event, "at")) - start];
    });
    return times.length === ids.length ? times : undefined;
  });
  if (count === 1) await gt("unsling", ...ids);
  return found;
}

async function startTown(
  place: Playground,
): Promise<{ town: string; env: Record<string, string>; pid: number }> {
  const town = join(place.dir, "town");
  const env = { GASTOWN_TOWN: town };
  const seed = join(place.dir, "seed");
  mkdirSync(seed);
  await place.git(seed, "init", "-q", "-b", "main");
  writeFileSync(join(seed, "README.md"), "# Bench\n");
  await place.git(seed, "add", ".");
  await place.git(seed, "-c", "user.name=b", "-c", "user.email=b@example.com", "commit", "-q", "-m", "Start");
  const remote = join(place.dir, "remote.git");
  await place.git(place.dir, "clone", "-q", "--bare", seed, remote);
  const { pid } = place.start(["gt", "start", "--dir", town, "--port", "0"], { env });
  await until(
    "the town to answer",
    async () => (await place.run(["gt", "status", "--json"], { env })).code === 0,
  );
  await gtOf(place, env)("rig", "add", "bench", remote, "--prefix", "be");
  if (!existsSync(town)) throw new Error("The town has no folder.");
  return { town, env, pid };
}

function gtOf(place: Playground, env: Record<string, string>): Gt {
  return async (...args) => {
    const { code, stdout, stderr } = await place.run(["gt", ...args, "--json"], { env });
    if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stderr}`);
    return JSON.parse(stdout);
  };
}

function field(value: unknown, name: string): string {
  if (typeof value !== "object" || value === null) return "";
  return String(Reflect.get(value, name) ?? "");
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** @param target what the figure must not exceed; infinite when there is none */
function add(name: string, value: number, unit: Figure["unit"], target: number): void {
  const text = Number.isFinite(target) ? `<= ${target} ${unit}`.trim() : "";
  const load = loadavg()[0] ?? 0;
  figures.push({ name, value, unit, target: text, met: value <= target, load });
  console.error(
    `${name}: ${value.toFixed(2)} ${unit} ${text === "" ? "" : `(${text})`} load ${load.toFixed(1)}`,
  );
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
