/** MCP over both transports with the SDK's client, through a real gateway; and from inside of a real sandbox. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { type Playground, playground, processesUnder, until } from "../helpers/gastown.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);

const STEPS = ["understand", "build", "test", "self-review"];
const entry = join(import.meta.dir, "../../runtime/cli/gastown.ts");
let place: Playground;
let town: string;
let url: string;

beforeAll(async () => {
  place = playground("mcp");
  town = join(place.dir, "town");
  const remote = await seededRemote(place);
  const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
  const line = await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
  url = new URL(JSON.parse(line).url).origin;
  expect(await gt("rig", "add", "web", remote, "--prefix", "web", "--agent", "script")).toMatchObject({
    code: 0,
  });
});

afterAll(async () => {
  await gt("stop", "--agents");
  const left = processesUnder(town);
  await place[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

const gt = (...args: string[]) => place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });
const bead = async (id: string) => JSON.parse((await gt("bead", "show", id)).stdout).bead;
const closed = (id: string) =>
  until(`${id} is merged`, async () => {
    const found = await bead(id);
    if (found.status === "failed") throw new Error(JSON.stringify(found.metadata.work.last_failure));
    return found.status === "closed" && found;
  }).catch(async error => {
    throw new Error(`${error.message} ${(await gt("feed")).stdout}`);
  });

async function result(client: Client, name: string, args: Record<string, unknown> = {}) {
  const answer = await client.callTool({ name, arguments: args });
  return z
    .looseObject({ structuredContent: z.looseObject({}).optional(), isError: z.boolean().optional() })
    .parse(answer);
}

/** Work from the idea to the merge, by tools alone. */
async function mergeByTools(client: Client, title: string): Promise<void> {
  const made = await result(client, "bead_create", {
    title,
    rig: "web",
    description: `\`\`\`sh\necho hello > ${title.replaceAll(" ", "-")} && git add -A && git commit -qm greeting\n\`\`\``,
  });
  const id = z.string().parse(made.structuredContent?.id);
  expect((await result(client, "list_ready", { rig: "web" })).structuredContent).toMatchObject({
    items: [{ id }],
  });
  expect((await result(client, "sling", { beads: [id] })).structuredContent).toMatchObject({
    slung: [{ bead: id }],
  });
  await closed(id);
  const queue = await result(client, "list_merge_requests", { rig: "web" });
  expect(queue.structuredContent).toEqual({
    items: expect.arrayContaining([expect.objectContaining({ bead: id, state: "merged" })]),
  });
  const missing = await result(client, "bead_show", { bead: "web-nowhere" });
  expect(missing.isError).toBe(true);
}

test("streamable HTTP at the gateway: a person's model files work, slings it and sees it merged", async () => {
  const token = readFileSync(join(town, "secrets/owner-token"), "utf8").trim();
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  const client = new Client({ name: "test", version: "0" });
  await client.connect(transport);
  await mergeByTools(client, "over http");
  await client.close();
});

test("standard input and output: `gt mcp` does the same for its owner, and ends with its client", async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [entry, "gt", "mcp"],
    env: { ...getDefaultEnvironment(), HOME: place.home, GASTOWN_TOWN: town },
    stderr: "pipe",
  });
  const client = new Client({ name: "test", version: "0" });
  await client.connect(transport);
  const { tools } = await client.listTools();
  expect(tools.map(tool => tool.name)).toContain("sling_batch");
  await mergeByTools(client, "over stdio");
  const { pid } = transport;
  await client.close();
  await until("gt mcp has ended", () => {
    try {
      process.kill(pid ?? 0, 0);
      return false;
    } catch {
      return true;
    }
  });
});

test("inside of a sandbox: the agent's own tools, through the relay, up to `done`", async () => {
  const call = (id: number, name: string, args: object = {}) =>
    JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });
  const hello = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "0" } },
  });
  const ask = (file: string, ...lines: string[]) =>
    `{ cat <<'EOF'\n${[hello, ...lines].join("\n")}\nEOF\n  while [ "$(wc -l < "$HOME/${file}")" -lt ${lines.length + 1} ]; do sleep 0.05; done; } | gt mcp > "$HOME/${file}"`;
  const script = [
    `cd && touch first done ${STEPS.join(" ")} && cd -`,
    ask(
      "first",
      JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/list" }),
      call(3, "prime"),
      call(4, "bead_show"),
      call(5, "done"),
      call(6, "mol_next", { step: "submit" }),
      call(7, "sling", { beads: ["web-1"] }),
      call(8, "bead_update", { notes: "noted by a tool" }),
    ),
    "echo one > one && git add -A && git commit -qm one",
    // Each after the answer to the one before: calls at once are taken in any order.
    ...STEPS.map(step => ask(step, call(10, "mol_next", { step }))),
    ask("done", call(20, "done", { summary: "by a tool" })),
  ].join("\n");
  const made = await gt(
    "bead",
    "create",
    "inside",
    "--rig",
    "web",
    "--description",
    `\`\`\`sh\n${script}\n\`\`\``,
  );
  const id: string = JSON.parse(made.stdout).id;
  await gt("sling", id, "--formula", "feature");
  const merged = await closed(id);
  expect(merged.notes).toBe("noted by a tool");
  const answers = (file: string) =>
    new Map(
      readFileSync(join(town, "agents/web/toast/home", file), "utf8")
        .trim()
        .split("\n")
        .map(line => JSON.parse(line))
        .map(answer => [answer.id, answer.result ?? answer.error]),
    );
  const first = answers("first");
  const tools = first.get(2).tools.map((tool: { name: string }) => tool.name);
  expect(tools).toContain("done");
  expect(tools).not.toContain("sling");
  expect(first.get(3).structuredContent.text).toContain("step 1 of 5: understand");
  expect(first.get(4).structuredContent.bead.id).toBe(id);
  expect(first.get(5)).toMatchObject({ isError: true });
  expect(first.get(5).content[0].text).toContain("What to do");
  expect(first.get(6).content[0].text).toContain("understand");
  expect(first.get(7).message).toContain('no tool "sling"');
  for (const step of STEPS) expect(answers(step).get(10).structuredContent.closed).toBe(step);
  expect(answers("done").get(20).structuredContent).toMatchObject({ submitted: true, bead: id, commits: 1 });
});
