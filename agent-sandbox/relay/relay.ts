/**
 * The HTTP endpoint that agents call: stays at one address while the gateway restarts. It answers what touches the
 * worktree itself and passes everything else on with the agent's token. Listens on loopback; every call needs the token.
 */
import { timingSafeEqual } from "node:crypto";
import { AppError } from "../../store/schema/errors.ts";
import { type DoneReply, type DoneRequest, doneRequestSchema } from "../protocol/control.ts";
import { forward } from "./forward.ts";

const MAX_BODY_BYTES = 8_388_608;

export interface Relay {
  readonly port: number;
  /** Where the gateway answers from now on, and the token for it; the agent's earlier tokens stay good towards the relay. */
  update(gatewayUrl: string, token?: string): void;
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly gatewayUrl: string;
  readonly token: string;
  /** @throws {AppError} precondition_failed, ... */
  readonly done: (request: DoneRequest) => Promise<DoneReply>;
  /** How long a call waits for a gateway that is away, ms. */
  readonly patienceMs: number;
}

export function startRelay(options: RelayOptions): Relay {
  let gatewayUrl = options.gatewayUrl;
  let token = options.token;
  const known = new Set([token]);
  const closing = new AbortController();

  async function answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.replace(/^\/agent(?=\/)/, "");
    if (![...known].some(good => sameText(bearer(request), good))) {
      throw new AppError("unauthenticated", "This call lacks the token of the agent.", {
        hint: "Send the value of GASTOWN_TOKEN as bearer token.",
      });
    }
    if (path === "/done") {
      if (request.method !== "POST") throw new AppError("method_not_allowed", "Use POST for /agent/done.");
      const body = doneRequestSchema.safeParse(await request.json().catch(() => undefined));
      if (!body.success) {
        throw new AppError("invalid_argument", "The body is not {bead?, summary?, force?}.", {
          data: { issues: body.error.issues },
        });
      }
      return Response.json(await options.done(body.data));
    }
    if (!path.startsWith("/api/") && path !== "/mcp" && !path.startsWith("/mcp/")) {
      throw new AppError("not_found", `The relay has no ${path}.`, {
        hint: "Agents call /agent/done and /agent/api/...",
      });
    }
    const target = () => ({ url: new URL(path + new URL(request.url).search, gatewayUrl), token });
    return await forward(
      request,
      target,
      options.patienceMs,
      AbortSignal.any([request.signal, closing.signal]),
    );
  }

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    maxRequestBodySize: MAX_BODY_BYTES,
    // A call may wait for the gateway longer than the default of ten seconds, an event stream for ever.
    idleTimeout: 0,
    fetch: request => answer(request).catch(errorResponse),
    error: errorResponse,
  });

  return {
    port: server.port ?? 0,
    update(nextUrl, nextToken) {
      gatewayUrl = nextUrl;
      if (nextToken === undefined) return;
      token = nextToken;
      known.add(nextToken);
    },
    async close() {
      closing.abort();
      await server.stop(true);
    },
  };
}

function errorResponse(error: unknown): Response {
  const failure = AppError.from(error);
  return Response.json(failure.toJSON(), { status: failure.status });
}

function bearer(request: Request): string {
  return /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
