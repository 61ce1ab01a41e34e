/** A town on the Bun host with everything real but the gateway: actors, git, bead branches, sandbox processes. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createActors } from "../../../../actors/index.ts";
import type { Bead } from "../../../../store/schema/bead.ts";
import type { RunInfo, TerminalSession } from "../../../gateway/deps.ts";
import { bootId } from "../process/identity.ts";
import { killTree } from "../process/tree.ts";
import { livingProcess } from "../sandboxes/records.ts";
import { type OpenTown, openTown, type TownOptions } from "./town.ts";

const SELF = [process.execPath, join(import.meta.dir, "../../../cli/gastown.ts")];
const URL = "http://127.0.0.1:9";
const by = "ada";

let dir: string;
let remote: string;
const open: OpenTown[] = [];

const env = () => ({
  PATH: process.env.PATH,
  HOME: join(dir, "home"),
  GIT_CONFIG_NOSYSTEM: "1",
  XDG_RUNTIME_DIR: join(dir, "x"),
});

async function git(at: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"];
  const child = Bun.spawn(["git", "-C", at, ...identity, ...args], {
    env: env(),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${err}`);
  return out.trim();
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "gt-town-"));
  for (const name of ["home", "x", "seed"]) mkdirSync(join(dir, name), { mode: 0o700 });
  remote = join(dir, "remote.git");
  const seed = join(dir, "seed");
  await git(seed, "init", "-q", "-b", "main");
  writeFileSync(join(seed, "README.md"), "# sample\n");
  await git(seed, "add", "-A");
  await git(seed, "commit", "-q", "-m", "Start");
  await git(dir, "clone", "-q", "--bare", seed, remote);
});

afterEach(async () => {
  for (const town of open.splice(0)) await town.close({ agents: true });
  for (const run of runFolders()) {
    const living = livingProcess(run, bootId());
    if (living !== undefined) await killTree(living.pid, living.pid_start);
  }
  rmSync(dir, { recursive: true, force: true });
});

function runFolders(): string[] {
  const agents = join(dir, "town/agents");
  if (!existsSync(agents)) return [];
  return [...new Bun.Glob("*/*/runs/*").scanSync({ cwd: agents, onlyFiles: false })].map(name =>
    join(agents, name),
  );
}

const options = (over: Partial<TownOptions> = {}): TownOptions => ({
  dir: join(dir, "town"),
  create: "demo",
  actors: createActors,
  self: SELF,
  env: env(),
  version: "0.0.0",
  agentToken: async spec => `token-${spec.run_id}`,
  ...over,
});

async function start(over: Partial<TownOptions> = {}): Promise<OpenTown> {
  const town = await openTown(options(over));
  open.push(town);
  await town.start(URL);
  return town;
}

const ask = <T>(town: OpenTown, method: string, args: object = {}) =>
  town.directory.call(
    { kind: "town", name: "demo" },
    method,
    { by, ...args },
    { timeoutMs: 60_000 },
  ) as Promise<T>;

const addRig = (town: OpenTown, gate = "true") =>
  town.directory.call(
    { kind: "rig", name: "demo/sample" },
    "add",
    {
      by,
      git_url: remote,
      prefix: "sa",
      settings: { isolation: "none", gates: [{ name: "test", command: gate }] },
    },
    { timeoutMs: 60_000 },
  );

async function fileBead(town: OpenTown, script: string): Promise<string> {
  const description = `Do it.\n\n\`\`\`sh\n${script}\n\`\`\`\n`;
  const bead = await ask<Bead>(town, "createBead", { title: "Do it", description, rig: "sample" });
  await ask(town, "sling", { beads: [bead.id], driver: { kind: "script" }, isolation: "none" });
  return bead.id;
}

/** Polls, since processes work on their own. */
async function until<T>(why: string, check: () => Promise<T | undefined | false>, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`Waited ${seconds} s for: ${why}`);
    await Bun.sleep(50);
  }
}

const status = async (town: OpenTown, id: string) => (await town.beads.get(id))?.status;
const closed = (town: OpenTown, id: string) =>
  until(`${id} is closed`, async () => (await status(town, id)) === "closed");

const WRITE = (file: string) => `echo hello > ${file}\ngit add -A\ngit commit -q -m "Add ${file}"`;

describe("a town", () => {
  test("takes a bead to a merged commit, and shows what the agent did", async () => {
    const town = await start();
    await addRig(town);
    const id = await fileBead(town, WRITE("a.txt"));
    await closed(town, id);
    expect(await git(remote, "show", "main:a.txt")).toBe("hello");
    const rig = town.paths.repo("sample");
    await git(rig, "fsck", "--strict");
    const story = await git(rig, "log", "--format=%s%n%b", "beads");
    for (const word of ["hooked", "in_progress", "in_review", "closed"]) expect(story).toContain(word);

    const agent = (await ask<{ id: string; role: string }[]>(town, "agents")).find(
      one => one.role === "polecat",
    )!;
    const runs = await until<readonly RunInfo[]>("the run is over", async () => {
      const found = await town.terminals.runs("demo", agent.id);
      return found[0]?.live === false && found;
    });
    expect(runs[0]).toMatchObject({ generation: 1, bead: id, live: false, ended_at: expect.any(String) });
    const seen = await watchTerminal(await town.terminals.open("demo", agent.id, { cols: 80, rows: 24 }));
    expect(seen.frames.map(frame => frame.type)).toEqual(["attached", "ended"]);
    expect(seen.text).toContain("git commit");
    const cast = await new Response(await town.terminals.recording("demo", agent.id, runs[0]!.run)).text();
    expect(JSON.parse(cast.split("\n")[0]!)).toMatchObject({ version: 2 });
    await expect(town.terminals.open("demo", "sample/nobody", { cols: 80, rows: 24 })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(town.terminals.runs("demo", "../../etc")).rejects.toMatchObject({ code: "not_found" });
  }, 120_000);

  test("shows a live terminal, and its processes outlive it and are adopted again", async () => {
    const first = await start();
    await addRig(first);
    const gate = join(dir, "gate");
    const id = await fileBead(
      first,
      `echo waiting for the gate\nwhile [ ! -e ${gate} ]; do sleep 0.1; done\n${WRITE("b.txt")}`,
    );
    const agent = await until("the agent works", async () => {
      const [one] = await ask<{ id: string; state: string }[]>(first, "agents");
      return one?.state === "working" && one;
    });
    const session = await first.terminals.open("demo", agent.id, { cols: 90, rows: 30 });
    const live = watching(session);
    await until("its output is seen", async () => live.text().includes("waiting for the gate"));
    expect(live.frames[0]).toMatchObject({ type: "attached", live: true });
    session.close();
    const [run] = runFolders();
    const pid = livingProcess(run!, bootId())!.pid;

    await first.close();
    await first.close();
    expect(livingProcess(run!, bootId())?.pid).toBe(pid);
    writeFileSync(gate, "");
    const second = await start();
    await closed(second, id);
    expect(runFolders().filter(folder => folder.includes(agent.id.split("/")[1]!))).toHaveLength(1);
    expect(await git(remote, "show", "main:b.txt")).toBe("hello");
  }, 120_000);

  test("stops its agents when asked to, and hears of their end at the next start", async () => {
    const first = await start();
    await addRig(first);
    const gate = join(dir, "gate");
    const id = await fileBead(first, `while [ ! -e ${gate} ]; do sleep 0.1; done\n${WRITE("c.txt")}`);
    await until("the work goes on", async () => (await status(first, id)) === "in_progress");
    await first.close({ agents: true });
    for (const run of runFolders()) expect(livingProcess(run, bootId())).toBeUndefined();
    // The bead waits for its next attempt; that it is taken up again is the town's own concern.
    const second = await start();
    await until("the end of the agent was heard", async () => (await status(second, id)) !== "in_progress");
  }, 120_000);

  test("hears of beads that others change", async () => {
    const town = await start();
    await addRig(town);
    const before = (await ask<{ seq: number }>(town, "view")).seq;
    const other = Bun.spawn([...SELF, "bd", "create", "By hand", "--json"], {
      cwd: town.paths.repo("sample"),
      env: env(),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, code] = await Promise.all([
      new Response(other.stdout).text(),
      new Response(other.stderr).text(),
      other.exited,
    ]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { id } = JSON.parse(out) as { id: string };
    await until("the bead is seen", async () => (await town.beads.get(id)) !== undefined);
    await until(
      "the town has taken note",
      async () => (await ask<{ seq: number }>(town, "view")).seq > before,
    );
  }, 60_000);
});

describe("sync", () => {
  test("beads of a rig go to its remote, and what others pushed there comes in; what fails is named", async () => {
    const town = await start();
    await addRig(town);
    const run = () => town.directory.call({ kind: "sync", name: "demo" }, "run", {});
    const bead = await ask<Bead>(town, "createBead", { title: "Out", rig: "sample" });
    expect(await run()).toMatchObject({ stores: [{ store: "sample", ok: true }] });
    expect(await git(remote, "grep", "--name-only", "Out", "beads", "--")).toContain(bead.id);
    expect(await git(remote, "fsck", "--strict")).not.toMatch(/error|missing/);
    rmSync(remote, { recursive: true });
    expect(await run()).toMatchObject({
      stores: [{ store: "sample", ok: false, error: { hint: expect.any(String) } }],
    });
  }, 60_000);
});

describe("opening", () => {
  test("a second start is refused with the process and the URL of the first", async () => {
    await start();
    await expect(openTown(options())).rejects.toMatchObject({
      code: "conflict",
      data: { pid: process.pid, url: URL },
    });
  });

  test("a folder without a town is named", async () => {
    const { create: _create, ...rest } = options();
    const error = await openTown(rest).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "not_found", hint: expect.stringContaining("gt start") });
    expect(existsSync(join(dir, "town"))).toBe(false);
  });

  test("what the folder says is kept, and nothing in it is open to others", async () => {
    const town = await start();
    await town.close();
    const again = await openTown(options({ create: "other" }));
    open.push(again);
    expect(again.name).toBe("demo");
    expect(JSON.parse(readFileSync(join(dir, "town/town.json"), "utf8"))).toMatchObject({
      name: "demo",
      format: 1,
    });
    for (const name of readdirSync(join(dir, "town"))) {
      const { mode } = statSync(join(dir, "town", name));
      if (name === "secrets" || name === "actors") expect(mode & 0o077).toBe(0);
    }
    await git(again.paths.hq, "fsck", "--strict");
  });

  test("a newer format and rubbish are refused, and the lock is not kept", async () => {
    const town = await start();
    await town.close();
    const file = join(dir, "town/town.json");
    writeFileSync(file, '{"format": 9, "name": "demo", "created_at": "2026-01-01T00:00:00Z"}');
    await expect(openTown(options())).rejects.toMatchObject({ code: "not_supported" });
    writeFileSync(file, "rubbish");
    await expect(openTown(options())).rejects.toMatchObject({ code: "corrupt" });
    expect(existsSync(join(dir, "town/run/lock"))).toBe(false);
  });

  test("half-made clones of a dead process are removed", async () => {
    const town = await start();
    await town.close();
    mkdirSync(join(town.paths.rigs, "sample.git.cloning-1-x"));
    const again = await start();
    expect(readdirSync(again.paths.rigs)).toEqual([]);
  });
});

function watching(session: TerminalSession) {
  const frames: { type: string }[] = [];
  const bytes: Uint8Array[] = [];
  session.onFrame(frame => frames.push(frame));
  session.onData(data => bytes.push(data));
  session.onClose(() => undefined);
  return { frames, text: () => Buffer.concat(bytes).toString("utf8") };
}

async function watchTerminal(
  session: TerminalSession,
): Promise<{ frames: { type: string }[]; text: string }> {
  const seen = watching(session);
  await until("the terminal has ended", async () => seen.frames.some(frame => frame.type === "ended"));
  session.close();
  return { frames: seen.frames, text: seen.text() };
}
