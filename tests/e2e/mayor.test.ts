/** A mayor as an agent of a real town: reads its prime, plans a convoy by its functions and sees it land; is spoken to. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Playground, playground, processesUnder, type Running, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);

const entry = join(import.meta.dir, "../../runtime/cli/gastown.ts");
let place: Playground;
let town: string;
let server: Running;
let env: Record<string, string>;

beforeAll(async () => {
  place = playground("mayor");
  town = join(place.dir, "town");
  env = { GASTOWN_TOWN: town };
  const remote = await seededRemote(place);
  await up();
  expect(
    (await gt("rig", "add", "web", remote, "--prefix", "web", "--agent", "script", "--max-polecats", "1"))
      .code,
  ).toBe(0);
});

afterAll(async () => {
  await gt("stop", "--agents");
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

const gt = (...args: string[]) => place.run(["gt", ...args], { env });
const json = async (...args: string[]) => {
  const { stdout, stderr } = await gt(...args, "--json");
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
};
const folder = (name: string) => join(town, "worktrees/hq/mayor", name);
const read = (name: string) => (existsSync(folder(name)) ? readFileSync(folder(name), "utf8") : "");

async function up(): Promise<void> {
  server = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"], { env });
  await until("the town is up", () => /^\{.*\}$/m.test(server.output()));
}

const step = (name: string) =>
  `"""\n~~~sh\necho ${name} > ${name}.txt && git add -A && git commit -qm ${name}\n~~~\n"""`;
/** What a model would do, as a script: it looks, plans, follows, and then listens. */
const SCRIPT = `
gt prime > prime.txt
cat > plan.toml <<'PLAN'
title = "Search"
rig = "web"
[[tasks]]
key = "index"
title = "Build the index"
description = ${step("index")}
[[tasks]]
title = "Search box"
depends_on = ["index"]
description = ${step("box")}
PLAN
gt convoy plan plan.toml --start --json > convoy.json
gt mcp > tools.json 2> tools.err <<'CALLS' &
{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"0"}}}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
CALLS
git --git-dir="$(sed -n 's/.*git-dir=\\([^ ]*\\) .*/\\1/p' prime.txt | head -1)" log --oneline origin/main > code.txt 2>&1
touch "$HOME/../../../../rigs/web.git/mine" 2> denied.txt
gt stop-agent web/toast 2> forbidden.txt
convoy=$(sed -n 's/.*"id":"\\([^"]*\\)","title":"Search".*/\\1/p' convoy.json)
until gt convoy show "$convoy" --json | grep -q '"state":"landed"'; do sleep 0.3; done
gt convoy show "$convoy" --json > landed.json
echo LISTENING
while IFS= read -r line; do echo "HEARD $line"; printf '%s\\n' "$line" >> heard.txt; done
`;

test("without a program it is said what to do", async () => {
  const refused = await gt("mayor", "start");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("gt mayor start --agent claude");
  expect((await gt("mayor", "attach", "--read-only")).stderr).toContain("no mayor here yet");
  const missing = await gt("mayor", "start", "--command", "", "--", "x");
  expect(missing.code).toBe(2);
  expect(await json("mayor", "status")).toMatchObject({ state: "stopped", wanted: false, session: 0 });
});

describeWith("isolation", "a mayor at work", () => {
  test("reads its prime, plans a convoy with dependencies, sees it land, and may do no more than a mayor", async () => {
    await gt("mail", "send", "mayor", "-s", "Search", "-m", "We need search in web", "--task");
    expect(await json("mayor", "start", "--command", SCRIPT)).toMatchObject({
      state: "running",
      driver: "sh",
    });
    await until("its convoy to land", () => read("landed.json") !== "").catch(async error => {
      throw new Error(`${error.message} ${(await gt("feed")).stdout} ${read("convoy.json")}`);
    });
    const prime = read("prime.txt");
    for (const words of ["You are hq/mayor", "We need search in web", "web (beads web-..., ready)"])
      expect(prime).toContain(words);
    const landed = JSON.parse(read("landed.json"));
    expect(landed).toMatchObject({ state: "landed", merged: 2, total: 2, owner: "mayor" });
    const log = await place.git(join(place.dir, "remote.git"), "log", "--format=%s", "main");
    expect(log.indexOf("box")).toBeLessThan(log.indexOf("index"));
    expect(read("code.txt")).toMatch(/^[0-9a-f]{7,} one$/m);
    expect(read("denied.txt")).toMatch(/read-only|denied|No such/i);
    expect(read("forbidden.txt")).toContain("The mayor of town may not do agent.stop");
    const tools = await until("its tools", () => /"tools":\[/.test(read("tools.json")) && read("tools.json"));
    for (const name of ["sling_batch", "convoy_show", "mail_reply", "nudge"])
      expect(tools).toContain(`"name":"${name}"`);
    expect(tools).not.toContain('"name":"done"');
    expect((await json("agents")).find(({ id }: { id: string }) => id === "hq/mayor")).toMatchObject({
      role: "mayor",
      state: "working",
      isolation: "process",
      has_terminal: true,
    });
    expect((await gt("status")).stdout).toContain("hq/mayor");
  });

  test("hears mail at its turn boundary, at a terminal too, over a restart of the town", async () => {
    await gt("mail", "send", "mayor", "-s", "Later", "-m", "and a filter");
    await until("the mail to be typed", () => read("heard.txt").includes("and a filter"));
    expect((await json("mail", "inbox", "mayor")).map(({ state }: { state: string }) => state)).toContain(
      "delivered",
    );
    const before = await json("mayor", "status");
    server.kill("SIGKILL");
    await server.exited;
    await up();
    const after = await json("mayor", "status");
    expect(after).toMatchObject({ state: "running", session: before.session });
    expect(after.agent.generation).toBe(before.agent.generation);
    await gt("nudge", "mayor", "still there?");
    await until("the nudge to be typed", () => read("heard.txt").includes("still there?"));

    const output: string[] = [];
    const decoder = new TextDecoder();
    const attached = Bun.spawn([process.execPath, entry, "gt", "mayor", "attach"], {
      env: { ...env, HOME: place.home, PATH: process.env.PATH ?? "", TERM: "xterm" },
      terminal: {
        cols: 100,
        rows: 24,
        data: (_: unknown, bytes: Uint8Array) => void output.push(decoder.decode(bytes)),
      },
    });
    await until("its terminal to be shown", () => output.join("").includes("HEARD"));
    attached.terminal?.write("typed by hand\r");
    await until("what was typed to be heard", () => output.join("").includes("HEARD typed by hand"));
    attached.terminal?.write("\x1d");
    expect(await attached.exited).toBe(0);
    expect(await json("mayor", "status")).toMatchObject({ state: "running" });
  });

  test("goes on after `gt stop --agents` and a start, ends with `gt mayor stop`, and sleeps then", async () => {
    const { session } = await json("mayor", "status");
    expect((await gt("stop", "--agents")).code).toBe(0);
    expect(processesUnder(town)).toEqual([]);
    await up();
    await until(
      "the mayor to be there again",
      async () => (await json("mayor", "status")).state === "running",
    );
    expect(await json("mayor", "status")).toMatchObject({ session });
    expect(await json("mayor", "stop", "--reason", "for today")).toMatchObject({
      state: "stopped",
      reason: "for today",
    });
    expect(processesUnder(join(town, "agents/hq"))).toEqual([]);
    expect((await gt("mail", "send", "mayor", "-s", "Asleep?")).code).toBe(0);
    const { mail } = await json("mayor", "status");
    expect(mail).toBeGreaterThan(0);
  });

  test("a headless agent CLI: a turn for its prompt, one for each word that comes, and for a line at its terminal", async () => {
    const program = join(place.dir, "bin/claude");
    await Bun.write(
      program,
      `#!/bin/sh
n=$(ls turn.* 2>/dev/null | wc -l)
printf '%s\\n' "$@" > "turn.$n"
printf '{"type":"result","is_error":false,"usage":{"input_tokens":10,"output_tokens":5},"total_cost_usd":0.25}\\n'
`,
    );
    Bun.spawnSync(["chmod", "+x", program]);
    await gt("mayor", "start", "--agent", "claude", "--program", program);
    await until("the first turn", () => read("turn.0") !== "");
    expect(read("turn.0")).toContain("Asleep?");
    await until("it waits", async () => (await json("mayor", "status")).agent.activity === "idle");
    await gt("nudge", "mayor", "one more thing");
    await until("the second turn", () => read("turn.1") !== "");
    expect(read("turn.1")).toContain("| one more thing");
    expect(read("turn.1")).toContain("--continue");
    await until("it waits", async () => (await json("mayor", "status")).agent.activity === "idle");
    // A line at its terminal.
    const output: string[] = [];
    const decoder = new TextDecoder();
    const attached = Bun.spawn([process.execPath, entry, "gt", "mayor", "attach"], {
      env: { ...env, HOME: place.home, PATH: process.env.PATH ?? "", TERM: "xterm" },
      terminal: {
        cols: 100,
        rows: 24,
        data: (_: unknown, bytes: Uint8Array) => void output.push(decoder.decode(bytes)),
      },
    });
    await until("the line to type into", () => output.join("").includes("mayor waits"));
    attached.terminal?.write("and by hand\r");
    await until("the third turn", () => read("turn.2") !== "");
    expect(read("turn.2")).toContain("The person at your terminal says:\n| and by hand");
    attached.terminal?.write("\x1d");
    await attached.exited;
    // Each turn counts from nothing; the book has the sum.
    await until("its usage", async () => {
      const found = await json("usage", "--by", "agent");
      return JSON.stringify(found).includes('"usd":0.75');
    });
    await gt("mayor", "stop");
  });

  test("a program that is not there, and one that fails at once, are said with the reason", async () => {
    const missing = await gt("mayor", "start", "--agent", "claude", "--program", "/nowhere/claude");
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain("/nowhere/claude");
    expect(await json("mayor", "status")).toMatchObject({ state: "failed", wanted: false });
    await gt("mayor", "restart", "--command", "echo broken; exit 3");
    const waits = await until("it waits for the next try", async () => {
      const view = await json("mayor", "status");
      return view.state === "waiting" && view;
    });
    expect(waits.reason).toContain("exit code 3");
    await gt("mayor", "stop");
  });
});
