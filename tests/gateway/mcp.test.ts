/** MCP at the gateway, with the SDK's own client: tools by role, the same rights as the API, errors that say what to do. */
import { describe, expect, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { FUNCTIONS, functionsFor } from "../../runtime/gateway/functions/all.ts";
import { ROUTES } from "../../runtime/gateway/routes/all.ts";
import { type Fixture, HOST, type Kind, makeFixture, ORIGIN } from "./fixture.ts";

const resultSchema = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.object({ type: z.literal("text"), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});

/** A client that has shaken hands, under the credentials of `kind`. */
async function connect(fixture: Fixture, kind: Kind): Promise<Client> {
  const headers = { ...(await fixture.headers(kind)), host: HOST };
  const transport = new StreamableHTTPClientTransport(new URL(`${ORIGIN}/mcp`), {
    requestInit: { headers },
    fetch: async (url, init) => fixture.gateway.fetch(new Request(url, init)),
  });
  const client = new Client({ name: "test", version: "0" });
  await client.connect(transport);
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  return resultSchema.parse(await client.callTool({ name, arguments: args }));
}

const names = async (client: Client) => (await client.listTools()).tools.map(tool => tool.name).sort();

describe("the table of functions", () => {
  test("gastown-cli 6.2 (11): each goes through a route that exists, and is named once for each role", () => {
    const known = new Set(ROUTES.map(route => `${route.method} ${route.path}`));
    for (const fn of FUNCTIONS) {
      if (!fn.route.includes(" /agent/")) expect([...known]).toContain(fn.route);
      expect(fn.description.length).toBeGreaterThan(20);
    }
    for (const role of ["polecat", "refinery", "mayor", "person"] as const) {
      const offered = functionsFor(role).map(fn => fn.name);
      expect(new Set(offered).size).toBe(offered.length);
    }
  });

  test("each tool has a JSON schema that a client can check with", () => {
    for (const fn of FUNCTIONS) {
      const schema = z.toJSONSchema(fn.input, { target: "draft-7", io: "input", unrepresentable: "any" });
      expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    }
  });
});

describe("tools", () => {
  test("gastown-cloud 8.2: are those of the role, and those of the mayor are refused to a polecat, by whatever way", async () => {
    const fixture = await makeFixture();
    const polecat = await connect(fixture, "agent");
    const owner = await connect(fixture, "owner");
    expect(await names(polecat)).toContain("mol_next");
    expect(await names(polecat)).not.toContain("sling");
    expect(await names(owner)).toContain("sling");
    // It touches the worktree: only the sandbox itself can offer it.
    expect(await names(polecat)).not.toContain("done");
    await expect(call(polecat, "sling", { beads: ["sa-1"] })).rejects.toThrow('no tool "sling"');
    expect(fixture.calls.some(({ method }) => method === "sling")).toBe(false);
  });

  test("answer what the API answers, under the caller's name", async () => {
    const fixture = await makeFixture();
    const polecat = await connect(fixture, "agent");
    const shown = await call(polecat, "bead_show");
    expect(shown.structuredContent).toMatchObject({ bead: { id: "sa-1" }, rig: "sample" });
    expect(JSON.parse(shown.content[0]?.text ?? "")).toMatchObject({ bead: { id: "sa-1" } });
    expect((await call(polecat, "prime")).structuredContent).toEqual({ text: "Do it." });
    fixture.answer("sling", { slung: [{ bead: "sa-1", rig: "sample", already: false }] });
    const owner = await connect(fixture, "owner");
    await call(owner, "sling", { beads: ["sa-1"], formula: "feature" });
    expect(fixture.calls.at(-1)).toMatchObject({
      to: "town:demo",
      method: "sling",
      args: { by: "ada", beads: ["sa-1"], formula: "feature" },
    });
  });

  test("refuse as the API does: another rig's bead, an attempt that is over; the error names the remedy", async () => {
    const fixture = await makeFixture();
    const polecat = await connect(fixture, "agent");
    const foreign = await call(polecat, "bead_show", { bead: "ot-1" });
    expect(foreign).toMatchObject({ isError: true, _meta: { "gastown/error": { code: "forbidden" } } });
    const retired = await connect(fixture, "retired");
    const late = await call(retired, "mol_next", { step: "look" });
    expect(late._meta).toMatchObject({ "gastown/error": { code: "stale_generation" } });
    expect(late.content[0]?.text).toContain("What to do: Stop here");
    expect((await call(polecat, "bead_show", { bead: "sa-9" }))._meta).toMatchObject({
      "gastown/error": { code: "not_found" },
    });
    expect(fixture.calls.some(({ method }) => method === "moleculeNext")).toBe(false);
  });

  test("nonsense is one clear error, and reaches no actor", async () => {
    const fixture = await makeFixture();
    const owner = await connect(fixture, "owner");
    for (const [name, args] of [
      ["sling", {}],
      ["sling", { beads: "sa-1" }],
      ["sling", { beads: ["sa-1"], isolation: "none" }],
      ["bead_close", { bead: "sa-1" }],
      ["bead_show", { bead: "" }],
      ["bead_show", {}],
      ["list_beads", { limit: -1 }],
      ["convoy_show", { convoy: "../../secrets" }],
    ] as const) {
      const result = await call(owner, name, args);
      expect(result.isError).toBe(true);
      expect(result._meta).toMatchObject({ "gastown/error": { code: "invalid_argument" } });
    }
    expect(fixture.calls).toEqual([]);
  });
});

describe("the door", () => {
  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "0" } },
  };
  const post = async (fixture: Fixture, headers: Record<string, string>, body: unknown = initialize) =>
    fixture.gateway.fetch(
      new Request(`${ORIGIN}/mcp`, {
        method: "POST",
        headers: {
          host: HOST,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    );

  test("is open to bearers of a token that counts, and to nobody else", async () => {
    const fixture = await makeFixture();
    for (const kind of ["owner", "agent", "neighbour"] as const)
      expect((await post(fixture, await fixture.headers(kind))).status).toBe(200);
    for (const kind of ["anonymous", "expired", "forged", "browser", "member"] as const)
      expect((await post(fixture, await fixture.headers(kind))).status).toBe(401);
    expect([403, 404]).toContain((await post(fixture, await fixture.headers("foreigner"))).status);
  });

  test("refuses other sites, other hosts, other methods and what is no JSON-RPC", async () => {
    const fixture = await makeFixture();
    const owner = await fixture.headers("owner");
    expect((await post(fixture, { ...owner, origin: "http://evil.example" })).status).toBe(403);
    expect((await post(fixture, { ...owner, origin: ORIGIN })).status).toBe(200);
    expect((await post(fixture, { ...owner, host: "evil.example" })).status).toBe(403);
    for (const method of ["GET", "DELETE"]) {
      const request = new Request(`${ORIGIN}/mcp`, { method, headers: { ...owner, host: HOST } });
      expect((await fixture.gateway.fetch(request)).status).toBe(405);
    }
    for (const body of ["", "{", '{"jsonrpc":"1.0"}', '"x"'])
      expect((await post(fixture, owner, body)).status).toBe(400);
    expect(fixture.calls).toEqual([]);
  });
});
