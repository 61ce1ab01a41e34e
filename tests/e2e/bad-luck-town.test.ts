/** Bad input to a town that is up: one clear error that names the thing and the remedy, and nothing half-made. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Outcome, type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";

let place: Playground;
let town: string;
let remote: string;
let port: number;

beforeAll(async () => {
  place = playground("bad");
  town = join(place.dir, "town");
  remote = join(place.dir, "remote.git");
  await place.git(place.dir, "init", "-q", "--bare", "-b", "main", remote);
  const seed = join(place.dir, "seed");
  await place.git(place.dir, "init", "-q", "-b", "main", seed);
  const who = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
  await place.git(seed, ...who, "commit", "-q", "--allow-empty", "-m", "one");
  await place.git(seed, "push", "-q", remote, "main");
  await place.git(place.dir, "init", "-q", "--bare", join(place.dir, "empty.git"));
  mkdirSync(join(place.dir, "plain"));
  writeFileSync(join(place.dir, "plain/file"), "x");
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
  const line = await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
  port = Number(new URL(JSON.parse(line).url).port);
  expect((await gt("rig", "add", "web", remote, "--prefix", "web")).code).toBe(0);
});

afterAll(async () => {
  await gt("stop", "--agents");
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

function gt(...args: string[]): Promise<Outcome> {
  return place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });
}

/** The one error of a command that failed, as programs see it. */
async function failure(outcome: Promise<Outcome>) {
  const { code, stdout, stderr } = await outcome;
  expect(stdout).toBe("");
  const lines = stderr.trim().split("\n");
  expect(lines).toHaveLength(1);
  const { error } = JSON.parse(lines[0] ?? "");
  expect(error.hint).toBeString();
  expect(error.message).not.toContain("    at ");
  return { exit: code, ...error };
}

/** Rigs, folders of rigs and beads of the town: what must be the same after a refusal. */
async function holdings() {
  const rigs = JSON.parse((await gt("rig", "list")).stdout).map((rig: { name: string }) => rig.name);
  const beads = JSON.parse((await gt("bead", "list")).stdout);
  return { rigs, beads: beads.length, folders: readdirSync(join(town, "rigs")) };
}

async function beadOf(id: string) {
  return JSON.parse((await gt("bead", "show", id)).stdout).bead;
}

describe("a repository that cannot be cloned", () => {
  test.each([
    ["no such path", "/nosuch/repo.git", "not_found", 4],
    ["no such host", "https://nosuch.invalid/a.git", "remote_unreachable", 1],
    ["refused", "http://127.0.0.1:9/a.git", "remote_unreachable", 1],
    ["refused by ssh", "ssh://127.0.0.1:9/a.git", "remote_unreachable", 1],
    ["not a repository", "plain", "not_found", 4],
    ["an empty repository", "empty.git", "unprocessable", 1],
    ["a program in place of a URL", "ext::sh -c true", "invalid_argument", 2],
  ])("%s", async (_, url, code, exit) => {
    const error = await failure(gt("rig", "add", "other", url, "--prefix", "oth"));
    expect(error).toMatchObject({ code, exit });
    expect(error.message).toContain(url);
    expect(await holdings()).toEqual({ rigs: ["web"], beads: 0, folders: ["web.git"] });
  });
});

test("a rig's name or prefix that is taken or ill-formed is refused before anything is made", async () => {
  for (const [name, prefix, code, exit, word] of [
    ["web", "ww", "already_exists", 5, '"web"'],
    ["web2", "web", "already_exists", 5, '"web"'],
    ["web2", "hq", "invalid_argument", 2, "hq"],
    ["Web!", "ab", "invalid_argument", 2, '"Web!"'],
    ["../x", "ab", "invalid_argument", 2, '"../x"'],
    ["web2", "A_b", "invalid_argument", 2, '"A_b"'],
  ] as const) {
    const error = await failure(gt("rig", "add", name, remote, "--prefix", prefix));
    expect(error).toMatchObject({ code, exit });
    expect(error.message).toContain(word);
  }
  expect(await holdings()).toEqual({ rigs: ["web"], beads: 0, folders: ["web.git"] });
});

test("an unknown rig or bead is named, with those that there are", async () => {
  const create = await failure(gt("bead", "create", "x", "--rig", "nosuch"));
  expect(create).toMatchObject({ code: "not_found", exit: 4, hint: "Rigs here: web." });
  const bead = JSON.parse((await gt("bead", "create", "x", "--rig", "web")).stdout).id;
  const sling = await failure(gt("sling", bead, "--rig", "nosuch"));
  expect(sling).toMatchObject({ code: "not_found", exit: 4, hint: "Rigs here: web." });
  expect(await failure(gt("sling", "web-none"))).toMatchObject({ code: "not_found", exit: 4 });
  expect((await beadOf(bead)).status).toBe("open");
  await gt("bead", "close", bead);
});

test("an agent program that is not there fails its bead at once, saying what to install", async () => {
  for (const [words, name] of [
    [["--", "nosuch-agent", "-x"], "nosuch-agent"],
    [["--agent", "claude"], "claude"],
  ] as const) {
    const bead = JSON.parse((await gt("bead", "create", "x", "--rig", "web")).stdout).id;
    // The flag for JSON comes before the agent's own words.
    const slung = await place.run(["gt", "sling", bead, "--json", ...words], {
      env: { GASTOWN_TOWN: town },
    });
    expect(slung.code).toBe(0);
    const failed = await until(`${bead} failed`, async () => {
      const found = await beadOf(bead);
      return found.status === "failed" && found;
    });
    expect(failed.metadata.work).toMatchObject({ attempt: 1, last_failure: { kind: "setup" } });
    expect(failed.metadata.work.last_failure.text).toContain(name);
    expect(failed.metadata.work.last_failure.text).toContain("nstall");
  }
  const worktrees = await place.git(join(town, "rigs/web.git"), "worktree", "list", "--porcelain");
  expect(worktrees).not.toContain("prunable");
});

test("a gate that never ends is ended, and its bead goes back with the limit named", async () => {
  const gate = ["--gate", "slow=sleep 300", "--gate-timeout", "1"];
  expect((await gt("rig", "set", "web", ...gate)).code).toBe(0);
  const script = "```sh\necho z > z; git add z; git commit -qm z\n```";
  const made = await gt("bead", "create", "slow", "--rig", "web", "--description", script);
  const bead = JSON.parse(made.stdout).id;
  await gt("sling", bead, "--agent", "script");
  const text = await until(
    "the gate is ended",
    async () => (await beadOf(bead)).metadata.work.last_failure?.text,
  );
  expect(text).toContain('"slow" did not end within 1 s');
  expect(text).toContain("--gate-timeout");
  await gt("unsling", bead);
  expect(await place.git(remote, "log", "--format=%s", "main")).toBe("one\n");
}, 60_000);

test("a second start in the same town names the process and where it answers", async () => {
  const error = await failure(gt("start", "--dir", town));
  expect(error).toMatchObject({ code: "conflict", exit: 5 });
  expect(error.message).toContain(`http://127.0.0.1:${port}`);
  expect((await gt("status")).code).toBe(0);
});

test("a folder of other things is not made a town", async () => {
  const plain = join(place.dir, "plain");
  expect(await failure(gt("start", "--dir", plain))).toMatchObject({ code: "invalid_argument" });
  expect(readdirSync(plain)).toEqual(["file"]);
});

test("a port that was asked for and is taken is an error; without one the next free one is taken", async () => {
  const other = join(place.dir, "other");
  const error = await failure(gt("start", "--dir", other, "--port", String(port)));
  expect(error).toMatchObject({ code: "conflict", exit: 5 });
  expect(error.message).toContain(String(port));
  expect(error.hint).toContain("--port");
  expect((await place.run(["gt", "status", "--town", other])).code).toBe(3);

  // Taken by us, or by another program of this machine already: the outcome is the same.
  const blocker = createServer();
  await new Promise<void>(done => blocker.once("error", () => done()).listen(4180, "127.0.0.1", done));
  const up = place.start(["gt", "start", "--dir", other, "--json"]);
  const line = await until("the other town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
  blocker.close();
  expect(Number(new URL(JSON.parse(line).url).port)).toBeGreaterThan(4180);
  up.kill("SIGTERM");
  expect(await up.exited).toBe(0);
});

test("without a town that runs, every command says how to start one", async () => {
  for (const words of [["agents"], ["bead", "list"], ["sling", "x"], ["rig", "list"]]) {
    const error = await failure(place.run(["gt", ...words, "--json", "--town", join(place.dir, "none")]));
    expect(error).toMatchObject({ code: "unavailable", exit: 3 });
    expect(error.hint).toContain("gt start");
  }
});
