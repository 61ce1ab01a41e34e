/**
 * Agent CLIs are given the town's MCP server in their own ways of configuration. Programs that read that configuration as
 * the CLIs document it, and start the server with no more of their environment than they do, submit their work by its tools.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";
import { describeWith } from "../helpers/needs.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);

let place: Playground;
let town: string;

beforeAll(async () => {
  place = playground("tools");
  town = join(place.dir, "town");
  const remote = await seededRemote(place);
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
  await until("the town is up", () => /^\{.*\}$/m.test(up.output()));
  await gt("rig", "add", "web", remote, "--prefix", "web");
});

afterAll(async () => {
  await gt("stop", "--agents");
  await until("nothing is left running", () => processesUnder(town).length === 0);
  await place[Symbol.asyncDispose]();
});

const gt = (...args: string[]) => place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });

/** How each CLI finds servers, and what it hands to them. */
const CONFIG: Readonly<Record<string, string>> = {
  claude: `
    const at = process.argv.indexOf("--mcp-config");
    if (!process.argv.includes("--strict-mcp-config")) throw new Error("other servers are started");
    const { command, args, env: names } = JSON.parse(process.argv[at + 1]).mcpServers.gastown;
    const server = [command, ...args];
    const env = Object.fromEntries(Object.entries(names).map(([key, value]) =>
      [key, value.replaceAll(/\\$\\{(\\w+):-\\}/g, (_, name) => process.env[name] ?? "")]));`,
  codex: `
    const file = await Bun.file(process.env.HOME + "/.codex/config.toml").text();
    const { command, args, env_vars } = Bun.TOML.parse(file).mcp_servers.gastown;
    const server = [command, ...args];
    const env = Object.fromEntries(["PATH", "HOME", ...env_vars].flatMap(name =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]]));`,
  opencode: `
    const file = await Bun.file(process.env.HOME + "/.config/opencode/opencode.json").text();
    const text = file.replaceAll(/\\{env:(\\w+)\\}/g, (_, name) => process.env[name] ?? "");
    const { command: server, environment: env, enabled } = JSON.parse(text).mcp.gastown;
    if (enabled !== true) throw new Error("it is off");`,
};

/** Commits, looks at its tools, and submits by one. */
const WORK = `
    Bun.spawnSync(["sh", "-c", "echo tools > $GASTOWN_BEAD && git add -A && git commit -qm work"]);
    const child = Bun.spawn(server, { env, stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    const reader = child.stdout.getReader();
    let rest = "";
    const ask = async (id, method, params) => {
      child.stdin.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\\n");
      child.stdin.flush();
      for (;;) {
        const end = rest.indexOf("\\n");
        if (end >= 0) { const line = rest.slice(0, end); rest = rest.slice(end + 1); return JSON.parse(line).result; }
        const { value, done } = await reader.read();
        if (done) throw new Error("the server ended");
        rest += new TextDecoder().decode(value);
      }
    };
    await ask(1, "initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "0" } });
    const { tools } = await ask(2, "tools/list", {});
    const said = await ask(3, "tools/call", { name: "status", arguments: { text: "with " + tools.length + " tools" } });
    const done = await ask(4, "tools/call", { name: "done", arguments: { summary: "by a tool" } });
    console.log(JSON.stringify({ tools: tools.map(tool => tool.name), said: said.isError, done }));
    child.kill();
    process.exit(done.structuredContent?.submitted === true ? 0 : 1);`;

describeWith("isolation", "a preset's MCP server", () => {
  test.each(Object.keys(CONFIG))("%s submits its work by the town's tools", async preset => {
    const program = join(place.dir, "bin", preset);
    await Bun.write(program, `#!${process.execPath}\n${CONFIG[preset]}\n${WORK}\n`);
    chmodSync(program, 0o755);
    const { id } = JSON.parse((await gt("bead", "create", preset, "--rig", "web")).stdout);
    const slung = await gt("sling", id, "--agent", preset, "--program", program);
    expect(slung).toMatchObject({ code: 0 });
    const merged = await until(`${id} is merged`, async () => {
      const { bead } = JSON.parse((await gt("bead", "show", id)).stdout);
      const failure = bead.metadata?.work?.last_failure;
      if (failure !== undefined) throw new Error(JSON.stringify(failure));
      return bead.status === "closed" && bead;
    });
    // By the tool, not since it ended with commits.
    expect(JSON.stringify(merged)).not.toContain("without `gt done`");
    const feed = (await gt("feed")).stdout;
    expect(feed).not.toContain("were submitted for it");
  });
});
