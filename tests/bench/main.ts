/**
 * `npm run bench [-- --json FILE] [--runs N]`: the few figures that matter to everybody, as a table and as JSON. Uses
 * `dist/gastown` when it is built, the sources otherwise (the report says which). Nothing here passes or fails.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { openSocket } from "../../runtime/cli/gt/socket.ts";
import { connectTown } from "../../runtime/cli/lib/town-client.ts";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";
import { inPlayground, type Playground, until } from "../helpers/gastown.ts";
import { fill } from "./fixture.ts";

/** One row of the table. */
interface Figure {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  readonly unit: "ms" | "s";
}

const root = join(import.meta.dir, "../..");
const binary = join(root, "dist/gastown");
const compiled = existsSync(binary);
const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const runs = Number(argument("--runs") ?? 5);
const figures: Figure[] = [];

await demoWall();
await commitCost();
await coldReady();
await inPlayground("bench-sling", slingToProcess);
report();

/** From nothing to three merged beads, as a whole process. */
async function demoWall(): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < Math.min(runs, 3); run += 1) {
    await inPlayground("bench-demo", async place => {
      const start = performance.now();
      const { code, stderr } = await place.run([
        "demo",
        "--dir",
        join(place.dir, "town"),
        "--exit",
        "--json",
      ]);
      if (code !== 0) throw new Error(`the demo failed: ${stderr}`);
      times.push((performance.now() - start) / 1_000);
    });
  }
  add("demo: three beads to three merges", times, "s");
}

/** One durable commit of one bead, at 10,000 beads. */
async function commitCost(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "gastown-bench-"));
  try {
    Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
    const store = await openStore({
      gitDir: dir,
      prefix: "gt",
      create: true,
      ports: bunStorePorts(process.env),
    });
    await fill(store, 10_000);
    const ids = (await store.query({ status: ["open"], limit: 200 })).map(bead => bead.id);
    const times: number[] = [];
    for (const [index, id] of ids.slice(0, 40).entries()) {
      const start = performance.now();
      await store.transact({ actor: "bench" }, tx => tx.update(id, { notes: `round ${index}` }));
      times.push(performance.now() - start);
    }
    add("one durable commit, 10,000 beads", times, "ms");
    await store.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** `bd ready` as a whole process, 10,000 beads, index warm. */
async function coldReady(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "gastown-bench-"));
  try {
    Bun.spawnSync(["git", "init", "-q", dir]);
    const store = await openStore({
      gitDir: join(dir, ".git"),
      prefix: "gt",
      create: true,
      ports: bunStorePorts(process.env),
    });
    await fill(store, 10_000);
    await store.close();
    mkdirSync(join(dir, ".beads"));
    const argv = compiled ? [binary, "bd"] : [process.execPath, join(root, "runtime/cli/gastown.ts"), "bd"];
    const times: number[] = [];
    for (let run = 0; run < runs * 2 + 1; run += 1) {
      const start = performance.now();
      const child = Bun.spawnSync([...argv, "ready", "--json"], { cwd: dir });
      if (child.exitCode !== 0) throw new Error(`bd ready failed: ${child.stderr.toString()}`);
      if (run > 0) times.push(performance.now() - start);
    }
    add(`cold bd ready, 10,000 beads (${compiled ? "binary" : "sources"})`, times, "ms");
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** From `gt sling` to the agent's process running. */
async function slingToProcess(place: Playground): Promise<void> {
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
  place.start(["gt", "start", "--dir", town, "--port", "0"], { env });
  await until(
    "the town to answer",
    async () => (await place.run(["gt", "status", "--json"], { env })).code === 0,
  );
  const gt = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await place.run(["gt", ...args, "--json"], { env });
    if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stderr}`);
    return JSON.parse(stdout);
  };
  await gt("rig", "add", "bench", remote, "--prefix", "be");
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const made = await gt("bead", "create", `Bench ${run}`, "--rig", "bench");
    const id = field(made, "id");
    const start = Date.now();
    await gt("sling", id, "--isolation", "none", "--command", "cat");
    const started = await until("the agent to run", async () => {
      const events = await gt("feed", "-n", "200");
      if (!Array.isArray(events)) return undefined;
      return events.find(event => field(event, "type") === "agent.started" && field(event, "bead") === id);
    });
    times.push(Date.parse(field(started, "at")) - start);
  }
  add("sling to the agent's process running", times, "ms");
  await keystrokeEcho(place, env);
  await place.run(["gt", "stop", "--agents"], { env });
}

/** From a key in a viewer's socket to its echo by the agent's terminal (`cat`), through gateway and sandbox. */
async function keystrokeEcho(place: Playground, env: Readonly<Record<string, string>>): Promise<void> {
  const client = connectTown({ env: { ...env, HOME: place.home }, cwd: place.dir });
  let seen = "";
  const socket = await openSocket(client, {
    onFrame: () => undefined,
    onData: (_, bytes) => {
      seen += new TextDecoder().decode(bytes);
    },
  });
  socket.send({ op: "open", ch: 1, agent: "bench/toast", cols: 80, rows: 24 });
  socket.send({ op: "take", ch: 1 });
  const times: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const mark = `k${round}.`;
    const start = performance.now();
    socket.send({ op: "input", ch: 1, data: mark });
    const end = start + 3_000;
    while (!seen.includes(mark) && performance.now() < end) await Bun.sleep(0);
    if (seen.includes(mark)) times.push(performance.now() - start);
  }
  socket.close();
  add("key to its echo", times, "ms");
}

function field(value: unknown, name: string): string {
  if (typeof value !== "object" || value === null) return "";
  return String(Reflect.get(value, name) ?? "");
}

function add(name: string, times: readonly number[], unit: Figure["unit"]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  figures.push({ name, median: at(0.5), min: at(0), max: at(1), runs: sorted.length, unit });
  console.error(`${name}: ${at(0.5).toFixed(1)} ${unit}`);
}

function report(): void {
  const { model = "unknown" } = cpus()[0] ?? {};
  const machine = {
    cpu: model,
    cores: cpus().length,
    bun: Bun.version,
    program: compiled ? "binary" : "sources",
  };
  const path = argument("--json");
  if (path !== undefined) writeFileSync(path, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
  console.log(`${machine.cores} cores, ${machine.cpu}, Bun ${machine.bun}, ${machine.program}\n`);
  console.log(`| figure | median | min | max | runs |\n| --- | ---: | ---: | ---: | ---: |`);
  for (const { name, median, min, max, runs: count, unit } of figures) {
    const show = (value: number): string => `${value.toFixed(unit === "s" ? 2 : 1)} ${unit}`;
    console.log(`| ${name} | ${show(median)} | ${show(min)} | ${show(max)} | ${count} |`);
  }
}
