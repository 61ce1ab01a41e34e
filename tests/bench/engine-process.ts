/** What a town costs as a process of its own: at rest, at its start, for each command, and until agents run. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Playground, until } from "../helpers/gastown.ts";
import { add, at } from "./engine-figures.ts";
import { makeBeads } from "./store-data.ts";

/** A started town with 10,000 beads and nothing to do. */
export async function idleTown(place: Playground): Promise<void> {
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
  await answers(place, env);
  await place.run(["gt", "stop", "--agents"], { env });
  const again = performance.now();
  place.start(["gt", "start", "--dir", town, "--port", "0"], { env });
  await until("the town", async () => (await place.run(["gt", "status", "--json"], { env })).code === 0);
  add("start of a town with 10,000 beads", performance.now() - again, "ms", Number.POSITIVE_INFINITY);
  await place.run(["gt", "stop", "--agents"], { env });
}

/** Whole commands against the town, from sources, beside what starting any costs. */
async function answers(place: Playground, env: Record<string, string>): Promise<void> {
  for (const args of [["--version"], ["status"], ["beads"], ["ready"]]) {
    const times: number[] = [];
    for (let run = 0; run < 9; run++) {
      const start = performance.now();
      const { code, stderr } = await place.run(["gt", ...args], { env });
      if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stderr}`);
      times.push(performance.now() - start);
    }
    const name = `\`gt ${args.join(" ")}\``;
    add(`${name} beside 10,000 beads, median`, at(times, 0.5), "ms", Number.POSITIVE_INFINITY);
  }
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
export async function slings(place: Playground): Promise<void> {
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
