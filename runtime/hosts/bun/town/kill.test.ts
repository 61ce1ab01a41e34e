/** `kill -9` of the process that runs a town, several times in the middle of its work: it lands all of it, once each. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createActors } from "../../../../actors/index.ts";
import { bootId } from "../process/identity.ts";
import { killTree } from "../process/tree.ts";
import { livingProcess } from "../sandboxes/records.ts";
import { openTown } from "./town.ts";

const PROGRAM = join(import.meta.dir, "../testing/killable-town.ts");
const SELF = [process.execPath, join(import.meta.dir, "../../../cli/gastown.ts")];
const BEADS = 3;
/** Moments of the kills, ms after the town has opened. */
const KILLS_MS = [150, 400, 700, 1_000];

let dir: string;

const env = () => ({
  PATH: process.env.PATH ?? "",
  HOME: join(dir, "home"),
  GIT_CONFIG_NOSYSTEM: "1",
  XDG_RUNTIME_DIR: join(dir, "x"),
});

async function git(at: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"];
  const child = Bun.spawn(["git", "-C", at, ...identity, ...args], {
    env: env(),
    stdout: "pipe",
    stderr: "inherit",
  });
  const out = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return out.trim();
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gt-kill-"));
  for (const name of ["home", "x", "seed"]) mkdirSync(join(dir, name), { mode: 0o700 });
});
afterEach(async () => {
  const agents = join(dir, "town/agents");
  const runs = existsSync(agents)
    ? [...new Bun.Glob("*/*/runs/*").scanSync({ cwd: agents, onlyFiles: false })]
    : [];
  for (const run of runs) {
    const living = livingProcess(join(agents, run), bootId());
    if (living !== undefined) await killTree(living.pid, living.pid_start);
  }
  rmSync(dir, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  Bun.spawn([process.execPath, PROGRAM, join(dir, "town"), ...args], {
    env: env(),
    stdout: "pipe",
    stderr: "inherit",
  });

test("a town that is killed again and again lands everything, once", async () => {
  const seed = join(dir, "seed");
  const remote = join(dir, "remote.git");
  await git(seed, "init", "-q", "-b", "main");
  writeFileSync(join(seed, "README.md"), "# sample\n");
  await git(seed, "add", "-A");
  await git(seed, "commit", "-q", "-m", "Start");
  await git(dir, "clone", "-q", "--bare", seed, remote);

  const first = run(remote, String(BEADS));
  let told = "";
  for await (const chunk of first.stdout) {
    told += new TextDecoder().decode(chunk);
    if (told.includes("\n")) break;
  }
  const ids: string[] = JSON.parse(told);
  first.kill("SIGKILL");
  await first.exited;
  for (const ms of KILLS_MS) {
    const again = run("-");
    // The delay is what is under test: another moment of the work each time.
    await Bun.sleep(ms + 300);
    again.kill("SIGKILL");
    await again.exited;
  }

  const town = await openTown({
    dir: join(dir, "town"),
    actors: createActors,
    self: SELF,
    env: env(),
    version: "0.0.0",
    agentToken: async spec => `token-${spec.run_id}`,
  });
  try {
    await town.start("http://127.0.0.1:9");
    const end = Date.now() + 90_000;
    const statuses = () => Promise.all(ids.map(async id => (await town.beads.get(id))?.status));
    while (!(await statuses()).every(status => status === "closed") && Date.now() < end) await Bun.sleep(100);
    expect(await statuses()).toEqual(ids.map(() => "closed"));
    const merges = (await git(remote, "log", "--merges", "--format=%s", "main")).split("\n").filter(Boolean);
    expect(merges.length).toBeLessThanOrEqual(BEADS);
    expect(new Set(merges).size).toBe(merges.length);
    const files = (await git(remote, "ls-tree", "--name-only", "main")).split("\n");
    expect(files).toEqual(["README.md", "file-0.txt", "file-1.txt", "file-2.txt"]);
    const adds = (await git(remote, "log", "--no-merges", "--format=%s", "main")).split("\n").sort();
    expect(adds).toEqual(["Add file 0", "Add file 1", "Add file 2", "Start"]);
    for (const repo of [town.paths.hq, town.paths.repo("sample"), remote])
      await git(repo, "fsck", "--strict");
  } finally {
    await town.close({ agents: true });
  }
}, 180_000);
