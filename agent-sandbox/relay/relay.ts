/**
 * The HTTP endpoint that agents call: stays at one address while the gateway restarts. It answers what touches the
 * worktree itself and passes everything else on with the agent's token. Listens on loopback; every call needs the token.
 */
import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../store/schema/errors.ts";
import {
  type CheckpointReply,
  checkpointRequestSchema,
  type DoneReply,
  type DoneRequest,
  doneRequestSchema,
} from "../protocol/control.ts";
import { forward } from "./forward.ts";

const problemSchema = z.looseObject({ code: z.string(), detail: z.string(), hint: z.string().optional() });
const MAX_BODY_BYTES = 8_388_608;

export interface Relay {
  readonly port: number;
  /** Where the gateway answers from now on, and the token for it; the agent's earlier tokens stay good towards the relay. */
  update(gatewayUrl: string, token?: string): void;
  close(): Promise<void>;
}

/** Makes a call to the town's API with the agent's token. @throws {AppError} what the town answers */
export type TellTown = (path: string, body: unknown) => Promise<unknown>;

export interface RelayOptions {
  readonly gatewayUrl: string;
  readonly token: string;
  /** @throws {AppError} precondition_failed, ... */
  readonly done: (request: DoneRequest) => Promise<DoneReply>;
  /** Keeps the files, then tells the town of the note by `tell`. @throws {AppError} */
  readonly checkpoint?: (note: string, tell: TellTown) => Promise<CheckpointReply>;
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
    if (path === "/checkpoint" && options.checkpoint !== undefined) {
      if (request.method !== "POST")
        throw new AppError("method_not_allowed", "Use POST for /agent/checkpoint.");
      const body = checkpointRequestSchema.safeParse(await request.json().catch(() => undefined));
      if (!body.success) {
        throw new AppError("invalid_argument", "The body is not {note}, of 10,000 characters at most.", {
          data: { issues: body.error.issues },
        });
      }
      return Response.json(await options.checkpoint(body.data.note, tell));
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

  async function tell(path: string, body: unknown): Promise<unknown> {
    const request = new Request(`http://relay${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const target = () => ({ url: new URL(path, gatewayUrl), token });
    const response = await forward(request, target, options.patienceMs, closing.signal);
    const value: unknown = await response.json().catch(() => undefined);
    if (response.ok) return value;
    const { data } = problemSchema.safeParse(value);
    if (data === undefined) throw new AppError("internal", `The town answered ${response.status}.`);
    throw AppError.fromJSON({ ...data, message: data.detail });
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
