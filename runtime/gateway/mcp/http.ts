/**
 * MCP by streamable HTTP, without sessions: each request stands for itself, so that any instance of the gateway can
 * answer it. What a tool does goes through the API once more, with the credentials of the request.
 */
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { AppError } from "../../../store/schema/errors.ts";
import type { Principal } from "../auth/principal.ts";
import { functionRole, functionsFor } from "../functions/all.ts";
import { type FunctionRequest, isSandboxCall } from "../functions/function.ts";
import { createMcpServer } from "./server.ts";

export interface McpHttp {
  readonly version: string;
  readonly principal: Exclude<Principal, { kind: "anonymous" }>;
  readonly town: string;
  /** The whole gateway, for the request that a tool makes. */
  fetch(request: Request): Response | Promise<Response>;
}

/** Answers one request. @throws {AppError} method_not_allowed */
export async function serveMcp(request: Request, options: McpHttp): Promise<Response> {
  if (request.method !== "POST") {
    throw new AppError(
      "method_not_allowed",
      `${request.method} /mcp: there are no sessions and no streams to resume.`,
      {
        hint: "Send JSON-RPC by POST; a client of the streamable HTTP transport does.",
      },
    );
  }
  const { principal, town, version } = options;
  const role = principal.kind === "user" ? "person" : functionRole(principal.role);
  const bead = principal.kind === "agent" ? principal.bead : undefined;
  const server = createMcpServer({
    // What touches the worktree is not here: `gt mcp` in the sandbox offers it.
    functions: functionsFor(role).filter(fn => !isSandboxCall(fn)),
    caller: { town, bead },
    version,
    send: async (method, made) => await options.fetch(toApi(request, method, made)),
  });
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  // SAFETY: the transport's optional members differ from the interface's only in how they are optional.
  await server.connect(transport as unknown as Parameters<typeof server.connect>[0]);
  try {
    return await transport.handleRequest(request);
  } finally {
    await server.close();
  }
}

function toApi(request: Request, method: string, { path, query = {}, body }: FunctionRequest): Request {
  const url = new URL(`/api/v1${path}`, request.url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers = new Headers({ accept: "application/json" });
  for (const name of ["authorization", "host"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (body !== undefined) headers.set("content-type", "application/json");
  return new Request(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}
