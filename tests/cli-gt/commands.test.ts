/** `gt` as a process against a real gateway: what it asks, what it prints, how it ends. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AGENT_ENV } from "../../agent-sandbox/protocol/control.ts";
import { AppError } from "../../store/schema/errors.ts";
import { agent, bead, cleanEnv, type FakeTown, runGt, startFakeTown } from "./fake-town.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(60_000);

let town: FakeTown;
beforeAll(async () => {
  town = await startFakeTown();
});
afterAll(async () => {
  await town[Symbol.asyncDispose]();
});

const settings = { target: "main", gates: [], max_polecats: 4, allow_hosts: [] };
const rig = {
  name: "web",
  prefix: "web",
  git_url: "/repo",
  path: "/town/rigs/web.git",
  settings,
  state: "ready",
};
const view = {
  name: "demo",
  seq: 1,
  version: "0.0.0",
  started_at: "2026-01-01T00:00:00.000Z",
  rigs: [rig],
  agents: [
    agent("sample/toast"),
    agent("sample/fury", { isolation: "none", state: "given_up", last_note: "\u001b[31mbad\u001b[0m" }),
  ],
  convoys: [{ id: "hq-1", title: "Three", state: "open", total: 3, merged: 1, failed: 0, beads: [] }],
  merge_requests: [],
  counts: { open: 2, closed: 1 },
};

describe("with a town", () => {
  test("a town may be named by its address, with the owner's token in the environment", async () => {
    town.answer("view", view);
    const env = { GASTOWN_TOWN: `${town.url}/demo`, GASTOWN_OWNER_TOKEN: "owner-token" };
    const shown = await town.gt(["status", "--json"], { env });
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(shown.stdout)).toMatchObject({ running: true, url: town.url, name: "demo" });
    expect(JSON.parse(shown.stdout)).not.toHaveProperty("dir");
    const refusals: [Record<string, string>, string[], string][] = [
      [{ ...env, GASTOWN_OWNER_TOKEN: "" }, ["status"], "GASTOWN_OWNER_TOKEN is not set"],
      [{ ...env, GASTOWN_OWNER_TOKEN: "wrong" }, ["status"], "not valid"],
      [{ ...env, GASTOWN_TOWN: town.url }, ["status"], "https://HOST/NAME"],
      [{ ...env, GASTOWN_TOWN: "http://gastown.example.org/demo" }, ["status"], "without encryption"],
      [{ ...env, GASTOWN_TOWN: "http://127.0.0.1:9/demo" }, ["status"], "Nobody answers"],
      [env, ["log"], "on the machine of the town"],
    ];
    for (const [wrong, words, said] of refusals) {
      const refused = await town.gt(words, { env: wrong });
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(said);
      expect(refused.stdout + refused.stderr).not.toContain("owner-token");
    }
  });

  test("sync says how it went with each remote, and fails when one did", async () => {
    const done = {
      store: "hq",
      ok: true,
      url: "https://git.test/hq.git",
      ref: "refs/heads/beads",
      ahead: 2,
      behind: 1,
    };
    town.answer("run", { stores: [done] });
    const whole = await town.gt(["sync"]);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining("hq: 1 in, 2 out") });
    expect(town.calls.at(-1)).toMatchObject({ to: "sync:demo", method: "run" });
    const error = { code: "remote_unreachable", message: "Could not reach it.", hint: "Sync again." };
    town.answer("run", { stores: [done, { store: "web", ok: false, error }] });
    const half = await town.gt(["sync", "--json"]);
    expect(half.code).not.toBe(0);
    expect(JSON.parse(half.stdout)).toMatchObject({ stores: [done, { store: "web", ok: false, error }] });
    town.answer("run", { stores: [] });
    expect((await town.gt(["sync"])).stdout).toContain("nothing to exchange");
  });

  test("status shows it, and JSON has all of it", async () => {
    town.answer("view", view);
    const text = await town.gt(["status"]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    for (const part of ["demo", town.url, "2 open, 1 closed", "sample/toast", "NOT ISOLATED", "1/3 merged"]) {
      expect(text.stdout).toContain(part);
    }
    // Neither colours for a pipe nor control characters of an agent.
    expect(text.stdout).not.toContain("\u001b");
    const json = await town.gt(["--json", "status"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ running: true, url: town.url, counts: view.counts });
  });

  test("rig add sends absolute folders, gates and the driver", async () => {
    town.answer("add", rig);
    mkdirSync(join(town.dir, "repo"));
    const words = [
      "rig",
      "add",
      "web",
      "repo",
      "--prefix",
      "web",
      "--gate",
      "test=npm test --x=1",
      "--agent",
      "claude",
    ];
    expect(await town.gt([...words, "--max-polecats=2", "--json"])).toMatchObject({ code: 0, stderr: "" });
    expect(town.calls.at(-1)).toEqual({
      to: "rig:demo/web",
      method: "add",
      args: {
        by: "owner",
        git_url: join(town.dir, "repo"),
        prefix: "web",
        settings: {
          gates: [{ name: "test", command: "npm test --x=1", timeout_s: 900 }],
          max_polecats: 2,
          driver: { kind: "exec", preset: "claude", extra_args: [] },
        },
      },
    });
  });

  test("rig set changes only what is named", async () => {
    town.answer("updateRig", rig);
    await town.gt(["rig", "set", "web", "--target", "next"]);
    expect(town.calls.at(-1)?.args).toEqual({ by: "owner", rig: "web", settings: { target: "next" } });
    expect(await town.gt(["rig", "set", "web"])).toMatchObject({ code: 2 });
    expect(await town.gt(["rig", "set", "web", "--gate", "nonsense"])).toMatchObject({ code: 2 });
  });

  test("settings of the town are shown, set and unset", async () => {
    town.answer("settings", { max_polecats: 8, driver: { kind: "script" } });
    expect((await town.gt(["settings"])).stdout).toMatch(/max_polecats +8\ndriver +\{"kind":"script"\}/);
    town.answer("updateSettings", { max_polecats: 20 });
    await town.gt(["settings", "set", "--max-polecats", "20", "--unset", "agent"]);
    expect(town.calls.at(-1)?.args).toEqual({ by: "owner", max_polecats: 20, driver: null });
    expect(await town.gt(["settings", "set"])).toMatchObject({ code: 2 });
    expect(await town.gt(["settings", "set", "--max-polecats", "-1"])).toMatchObject({ code: 2 });
  });

  test("sling knows agents, scripts and any command", async () => {
    town.answer("sling", { slung: [{ bead: "web-1", rig: "web", already: false }] });
    const driver = async (...words: string[]) => {
      const ended = await town.gt(["sling", "web-1", ...words]);
      expect(ended).toMatchObject({ code: 0, stdout: "web-1 is slung (web)\n" });
      return town.calls.at(-1)?.args.driver;
    };
    expect(await driver()).toBeUndefined();
    expect(await driver("--agent", "script")).toEqual({ kind: "script" });
    expect(await driver("--agent", "gemini", "--model", "m", "--", "--yolo")).toEqual({
      kind: "exec",
      preset: "gemini",
      model: "m",
      extra_args: ["--yolo"],
    });
    expect(await driver("--command", "my agent")).toEqual({ kind: "pty", command: ["sh", "-c", "my agent"] });
    expect(await driver("--", "my", "agent", "--json")).toEqual({
      kind: "pty",
      command: ["my", "agent", "--json"],
    });
    const waived = await town.gt(["sling", "web-1", "--isolation", "none"]);
    expect(waived.stderr).toContain("Not isolated");
    expect(town.calls.at(-1)?.args).toMatchObject({ isolation: "none" });
    expect(await town.gt(["sling", "web-1", "--model", "m"])).toMatchObject({ code: 2 });
  });

  test("beads are made with text from standard input, listed and shown", async () => {
    town.answer("createBead", bead("web-9"));
    const made = await town.gt(["bead", "create", "A title", "--rig", "web", "-d", "-", "--json"], {
      stdin: "the text\n",
    });
    expect(JSON.parse(made.stdout)).toMatchObject({ id: "web-9" });
    expect(town.calls.at(-1)?.args).toMatchObject({
      title: "A title",
      rig: "web",
      description: "the text\n",
      priority: 2,
    });
    town.answer("beads", [bead("web-9", { title: "evil \u001b]0;x\u0007 title" })]);
    expect((await town.gt(["bead", "list", "--status", "open,closed"])).stdout).toBe(
      "web-9  P2  open    evil ]0;x title\n",
    );
    expect(town.calls.at(-1)?.args).toMatchObject({ status: ["open", "closed"], limit: 100 });
    town.answer("bead", {
      bead: bead("web-9"),
      rig: "web",
      blocked_by: ["web-1"],
      dependents: [],
      merge_requests: [],
      events: [],
    });
    expect((await town.gt(["show", "web-9"])).stdout).toContain("blocked by web-1");
  });

  test("url prints a link that signs in once", async () => {
    const { stdout } = await town.gt(["url"]);
    const link = stdout.trim();
    expect(link).toStartWith(`${town.url}/?token=`);
    const first = await fetch(link, { redirect: "manual" });
    expect(first.headers.get("set-cookie")).toContain("HttpOnly");
    expect((await fetch(link, { redirect: "manual" })).headers.get("set-cookie")).toBeNull();
  });

  test("feed follows what is published", async () => {
    const event = (seq: number) => ({
      seq,
      at: "2026-01-01T00:00:00.000Z",
      type: "bead.created",
      text: `event ${seq}`,
      level: "info",
    });
    town.answer("view", { ...view, seq: 1 });
    town.answer("feed", [event(1)]);
    const child = Bun.spawn([process.execPath, "runtime/cli/gastown.ts", "gt", "feed", "-f", "--json"], {
      cwd: join(import.meta.dir, "../.."),
      env: cleanEnv(town.dir, { GASTOWN_TOWN: town.dir }),
      stdout: "pipe",
      stderr: "pipe",
    });
    const lines: string[] = [];
    const decoder = new TextDecoder();
    let seq = 2;
    const publishing = setInterval(() => {
      // The client says nowhere that it has subscribed: events go on until it has heard one.
      town.publish({ op: "feed", event: event(seq) });
      seq += 1;
    }, 20);
    for await (const chunk of child.stdout) {
      lines.push(...decoder.decode(chunk).trim().split("\n"));
      if (lines.length > 1) break;
    }
    clearInterval(publishing);
    child.kill();
    await child.exited;
    const seqs = lines.map(line => JSON.parse(line).seq);
    expect(seqs[0]).toBe(1);
    expect(seqs[1]).toBeGreaterThan(1);
  });

  test("attach shows a terminal's bytes in a pipe, and ends with it", async () => {
    town.answer("view", view);
    const ended = town.gt(["attach", "sample/toast"]);
    const terminal = await town.terminal;
    terminal.frame({ type: "attached", cols: 80, rows: 24, primary: true, live: true, title: "" });
    terminal.data(new TextEncoder().encode("\u001b[1mhello\u001b[0m"));
    terminal.frame({ type: "ended", code: 0, reason: "submitted" });
    expect(await ended).toMatchObject({ code: 0, stdout: "\u001b[1mhello\u001b[0m" });
    expect(await town.gt(["attach", "nobody"])).toMatchObject({ code: 2 });
  });

  test("stop asks the town and waits for its end", async () => {
    const other = await startFakeTown();
    try {
      expect(await other.gt(["stop", "--agents"])).toMatchObject({ code: 0 });
      expect(other.stops).toEqual([{ agents: true }]);
      expect(await other.gt(["stop", "--json"])).toMatchObject({ code: 0 });
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});

describe("inside a sandbox", () => {
  const inside = async () => ({
    GASTOWN_API: town.url,
    GASTOWN_TOWN: "demo",
    GASTOWN_BEAD: "sa-1",
    [AGENT_ENV.rig]: "sample",
    [AGENT_ENV.agent]: "sample/toast",
    GASTOWN_TOKEN: await town.tokens.signAgent(
      { town: "demo", rig: "sample", agent: "toast", role: "polecat", bead: "sa-1", attempt: 1 },
      60_000,
    ),
  });

  test("the agent's own token counts: it primes, knows itself, and may not sling", async () => {
    town.answer("prime", "You are toast.");
    town.answer("nudges", []);
    expect(await town.gt(["prime"], { env: await inside() })).toMatchObject({
      code: 0,
      stdout: "You are toast.\n",
    });
    expect(town.calls.slice(-2)).toMatchObject([
      { method: "prime", args: { by: "sample/toast" } },
      { method: "nudges", args: { by: "sample/toast", agent: "sample/toast" } },
    ]);
    const me = await town.gt(["whoami", "--json"], { env: await inside() });
    expect(JSON.parse(me.stdout)).toMatchObject({
      kind: "agent",
      id: "sample/toast",
      bead: "sa-1",
      attempt: 1,
    });
    expect(await town.gt(["sling", "sa-1"], { env: await inside() })).toMatchObject({ code: 6 });
  });

  test("done goes to the relay, and is refused outside", async () => {
    const seen: unknown[] = [];
    const relay = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request) {
        seen.push([new URL(request.url).pathname, await request.json()]);
        if (seen.length > 1) {
          const error = new AppError("precondition_failed", "There are uncommitted changes.", {
            hint: "Commit them.",
          });
          return Response.json(error.toJSON(), { status: error.status });
        }
        return Response.json({
          submitted: true,
          bead: "sa-1",
          branch: "polecat/toast/sa-1",
          head: "abc",
          commits: 1,
          repeated: false,
        });
      },
    });
    const env = { ...(await inside()), GASTOWN_API: `http://127.0.0.1:${relay.port}/` };
    const first = await town.gt(["done", "-m", "did it"], { env });
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain("sa-1 is submitted: 1 commit on polecat/toast/sa-1");
    expect(seen).toEqual([["/agent/done", { bead: "sa-1", summary: "did it" }]]);
    const second = await town.gt(["done"], { env });
    expect(second).toMatchObject({ code: 5 });
    expect(second.stderr).toContain("Commit them.");
    await relay.stop(true);
    expect(await town.gt(["done"], { env })).toMatchObject({ code: 3 });
    expect(await town.gt(["done"])).toMatchObject({ code: 1 });
  });
});

describe("without a town", () => {
  const place = () => {
    const dir = mkdtempSync(join(tmpdir(), "gastown-none-"));
    return { dir, env: cleanEnv(dir) };
  };

  test("commands say so, with exit code 3 and the remedy", async () => {
    const { dir, env } = place();
    const ended = await runGt(["agents"], { env, cwd: dir });
    expect(ended).toMatchObject({ code: 3, stdout: "" });
    expect(ended.stderr).toContain(`There is no town in ${join(dir, "gt")}.`);
    expect(ended.stderr).toContain("gt start");
    const status = await runGt(["status", "--json"], { env, cwd: dir });
    expect(status.code).toBe(3);
    expect(JSON.parse(status.stdout)).toEqual({ running: false, dir: join(dir, "gt"), exists: false });
    rmSync(dir, { recursive: true });
  });

  test("the town around the current folder is meant, and the demo's too", async () => {
    const { dir, env } = place();
    const demo = join(dir, ".gastown", "demo");
    mkdirSync(demo, { recursive: true });
    mkdirSync(join(dir, "src", "deep"), { recursive: true });
    writeFileSync(join(demo, "town.json"), "{}");
    const ended = await runGt(["status", "--json"], { env, cwd: join(dir, "src", "deep") });
    expect(JSON.parse(ended.stdout)).toMatchObject({ dir: demo, exists: true });
    rmSync(dir, { recursive: true });
  });

  test("help, version and completion need none", async () => {
    const { dir, env } = place();
    const help = await runGt(["--help"], { env, cwd: dir });
    expect(help.stdout).toContain("Exit codes");
    expect(help.stdout).toContain("sling");
    expect((await runGt(["sling", "--help"], { env, cwd: dir })).stdout).toContain(
      "gt sling web-4k2 web-7fj --agent claude",
    );
    expect((await runGt(["--version"], { env, cwd: dir })).stdout).toMatch(/^gastown \d/);
    const script = await runGt(["completion", "bash"], { env, cwd: dir });
    const check = Bun.spawn(["bash", "-n"], { stdin: new TextEncoder().encode(script.stdout) });
    expect(await check.exited).toBe(0);
    expect((await runGt(["__complete", "--", "conv"], { env, cwd: dir })).stdout).toStartWith("convoy\t");
    rmSync(dir, { recursive: true });
  });

  test("a typo is answered by a suggestion, exit code 2", async () => {
    const { dir, env } = place();
    const ended = await runGt(["slign", "x"], { env, cwd: dir });
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain("Did you mean sling?");
    rmSync(dir, { recursive: true });
  });

  test("npx finds the Bun that npm installed, and passes words and exit codes on", async () => {
    const { dir } = place();
    const bin = (name: string) => join(import.meta.dir, "../../runtime/cli/bin", name);
    const run = async (name: string, ...words: string[]) => {
      const node = Bun.which("node") ?? "node";
      const child = Bun.spawn([node, bin(name), ...words], {
        cwd: dir,
        env: { HOME: dir, PATH: "/usr/bin:/bin" },
        stdout: "pipe",
        stderr: "pipe",
      });
      return { stdout: await new Response(child.stdout).text(), code: await child.exited };
    };
    expect(await run("gt.mjs", "version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^gastown /),
    });
    expect(await run("gt.mjs", "slign")).toMatchObject({ code: 2 });
    expect(await run("gastown.mjs", "--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^gastown /),
    });
    expect(await run("bd.mjs", "--version")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("bd version"),
    });
    rmSync(dir, { recursive: true });
  });

  test("gt bun is the Bun inside", async () => {
    const { dir, env } = place();
    expect((await runGt(["bun", "--version"], { env, cwd: dir })).stdout.trim()).toBe(Bun.version);
    rmSync(dir, { recursive: true });
  });
});

test("completion knows the things of the town", async () => {
  town.answer("agents", [agent("sample/toast")]);
  town.answer("beads", [bead("sa-1", { title: "First" })]);
  expect((await town.gt(["__complete", "--", "attach", "sam"])).stdout).toBe("sample/toast\n");
  expect((await town.gt(["__complete", "--", "sling", ""])).stdout).toBe("sa-1\tFirst\n");
});
