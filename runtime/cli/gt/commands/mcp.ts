/** `gt mcp`: the town as an MCP server on standard input and output, for a model that runs here. */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { AGENT_ENV } from "../../../../agent-sandbox/protocol/control.ts";
import { functionRole, functionsFor } from "../../../gateway/functions/all.ts";
import { isSandboxCall } from "../../../gateway/functions/function.ts";
import { createMcpServer, toolOf } from "../../../gateway/mcp/server.ts";
import { defineCommand } from "../../lib/args.ts";
import { VERSION } from "../../version.ts";
import type { GtContext } from "../context.ts";

/** Pushing a branch may take long. */
const TIMEOUT_MS = 10 * 60_000;

export const mcp = defineCommand<GtContext>()({
  summary: "Serves the town to a model: an MCP server on standard input and output",
  description:
    "In a sandbox it offers what the agent's role may do, under the agent's name; elsewhere what the mayor may do and what is for people, under your name. The gateway serves the same at /mcp by streamable HTTP.",
  examples: [
    { line: "claude mcp add gastown -- gt mcp" },
    { line: "gt mcp --tools", note: "lists the tools instead" },
  ],
  flags: { tools: { type: "boolean", summary: "list the tools and end" } },
  async run({ flags }, context) {
    const { env } = context.io;
    const client = context.client();
    const role = client.isAgent ? functionRole(env[AGENT_ENV.role] ?? "") : "person";
    const functions = functionsFor(role).filter(fn => client.isAgent || !isSandboxCall(fn));
    if (flags.tools === true) {
      context.print(functions.map(toolOf), () =>
        functions.map(fn => `${context.style.bold(fn.name)}  ${fn.description}`),
      );
      return undefined;
    }
    const bead = env[AGENT_ENV.bead] || undefined;
    const server = createMcpServer({
      functions,
      caller: { town: client.town, bead: client.isAgent && bead !== "" ? bead : undefined },
      version: VERSION,
      send: (method, { path, query, body }) =>
        client.answer(method, path.startsWith("/agent/") ? path : `/api/v1${path}`, body, {
          timeoutMs: TIMEOUT_MS,
          ...(query === undefined ? {} : { query }),
        }),
    });
    const ended = new Promise<void>(resolve => {
      server.onclose = resolve;
      // The transport does not say that its input has ended.
      process.stdin.once("end", resolve);
      process.stdin.once("close", resolve);
    });
    await server.connect(new StdioServerTransport());
    await ended;
    await server.close();
    return undefined;
  },
});
