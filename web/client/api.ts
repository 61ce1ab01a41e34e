/** The REST API as typed calls: every answer is parsed by the contract's schema, every failure is an AppError. */
import { z } from "zod";
import {
  type Problem,
  problemSchema,
  type Sling,
  slingReplySchema,
} from "../../runtime/gateway/contract/requests.ts";
import {
  beadViewSchema,
  feedEventSchema,
  runViewSchema,
  townListSchema,
  townViewSchema,
} from "../../runtime/gateway/contract/views.ts";
import { beadSchema } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import {
  mailListsSchema,
  messageViewSchema,
  type SendMail,
  sentMailSchema,
} from "../../store/schema/mail.ts";

export interface ApiOptions {
  /** Origin and path prefix of the gateway, e.g. `http://127.0.0.1:4180`; no slash at the end. */
  readonly gateway: string;
  /** Bearer token for pages of another origin; the dashboard itself has a cookie. */
  readonly token?: string | undefined;
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>;
}

/** Query parameters; a list is sent as one comma-separated value, absent ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export type Api = ReturnType<typeof createApi>;

/** Builds the client. Each call can throw {AppError} with the gateway's code, or `unavailable` when it does not answer. */
export function createApi(options: ApiOptions) {
  const call = async <S extends z.ZodType>(
    schema: S,
    method: string,
    path: string,
    { query, body, signal }: { query?: Query; body?: unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<z.output<S>> => {
    const response = await send(options, method, `/api/v1${path}${search(query)}`, body, signal);
    if (!response.ok) throw await refusal(response, `${method} ${path}`);
    const received: unknown = response.status === 204 ? undefined : await response.json();
    const parsed = schema.safeParse(received);
    if (parsed.success) return parsed.data;
    throw new AppError(
      "internal",
      `The gateway's answer to ${method} ${path} is not what this page expects.`,
      {
        hint: "Reload the page: it may be older than the gateway.",
        data: { issues: parsed.error.issues.slice(0, 5) },
      },
    );
  };
  const enc = encodeURIComponent;
  const beadPath = (town: string, id: string) => `/towns/${enc(town)}/beads/${enc(id)}`;
  const mailPath = (town: string, id: string, verb: string) => `/towns/${enc(town)}/mail/${enc(id)}/${verb}`;
  const agentPath = (town: string, agent: string) =>
    `/towns/${enc(town)}/agents/${agent.split("/").map(enc).join("/")}`;

  return {
    gateway: options.gateway,
    token: options.token,
    /** Exchanges the one-time token of `gt url` for a cookie. */
    signIn: (token: string) => call(z.unknown(), "POST", "/auth/sign-in", { body: { token } }),
    towns: (signal?: AbortSignal) => call(townListSchema, "GET", "/towns", { signal }),
    town: (town: string, signal?: AbortSignal) =>
      call(townViewSchema, "GET", `/towns/${enc(town)}`, { signal }),
    beads: (town: string, query: Query, signal?: AbortSignal) =>
      call(z.array(beadSchema), "GET", `/towns/${enc(town)}/beads`, { query, signal }),
    bead: (town: string, id: string, signal?: AbortSignal) =>
      call(beadViewSchema, "GET", beadPath(town, id), { signal }),
    feed: (town: string, query: Query, signal?: AbortSignal) =>
      call(z.array(feedEventSchema), "GET", `/towns/${enc(town)}/feed`, { query, signal }),
    runs: (town: string, agent: string, signal?: AbortSignal) =>
      call(z.array(runViewSchema), "GET", `${agentPath(town, agent)}/runs`, { signal }),
    sling: (town: string, body: Sling) =>
      call(slingReplySchema, "POST", `/towns/${enc(town)}/sling`, { body }),
    comment: (town: string, id: string, text: string) =>
      call(beadSchema, "POST", `${beadPath(town, id)}/comments`, { body: { text } }),
    close: (town: string, id: string, reason?: string) =>
      call(beadSchema, "POST", `${beadPath(town, id)}/close`, {
        body: reason === undefined ? {} : { reason },
      }),
    mail: (town: string, query: Query, signal?: AbortSignal) =>
      call(z.array(messageViewSchema), "GET", `/towns/${enc(town)}/mail`, { query, signal }),
    mailThread: (town: string, id: string, signal?: AbortSignal) =>
      call(z.array(messageViewSchema), "GET", mailPath(town, id, "thread"), { signal }),
    mailLists: (town: string, signal?: AbortSignal) =>
      call(mailListsSchema, "GET", `/towns/${enc(town)}/mail-lists`, { signal }),
    channelMail: (town: string, channel: string, signal?: AbortSignal) =>
      call(z.array(messageViewSchema), "GET", `/towns/${enc(town)}/mail-channels/${enc(channel)}`, {
        signal,
      }),
    mailSend: (town: string, body: SendMail) =>
      call(sentMailSchema, "POST", `/towns/${enc(town)}/mail`, { body }),
    mailRead: (town: string, id: string) =>
      call(messageViewSchema, "POST", mailPath(town, id, "read"), { body: {} }),
    mailReply: (town: string, id: string, body: { readonly body: string; readonly all: boolean }) =>
      call(sentMailSchema, "POST", mailPath(town, id, "reply"), { body }),
    mailRelease: (town: string, id: string) =>
      call(messageViewSchema, "POST", mailPath(town, id, "release"), { body: {} }),
    /** Acknowledges messages, or claims one from a queue. */
    mailDo: (town: string, verb: "ack" | "claim", body: unknown) =>
      call(z.unknown(), "POST", `/towns/${enc(town)}/mail/${verb}`, { body }),
    reopen: (town: string, id: string) =>
      call(beadSchema, "POST", `${beadPath(town, id)}/reopen`, { body: {} }),
  };
}

async function send(
  { gateway, token, fetch }: ApiOptions,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(`${gateway}${path}`, {
      method,
      headers,
      credentials: token === undefined ? "same-origin" : "omit",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw new AppError("cancelled", "The request was cancelled.", { cause });
    throw new AppError("unavailable", `The gateway at ${gateway} does not answer.`, {
      hint: "Look whether the town runs: `gt status`.",
      retryable: true,
      cause,
    });
  }
}

/** The error that a refused request stands for. */
async function refusal(response: Response, what: string): Promise<AppError> {
  const text = await response.text();
  const problem = parseProblem(text);
  if (problem === undefined) {
    const code =
      response.status === 401 ? "unauthenticated" : response.status === 404 ? "not_found" : "internal";
    return new AppError(code, `${what} was refused with status ${response.status}.`, {
      retryable: response.status >= 500,
    });
  }
  const { code, detail, hint, data } = problem;
  return AppError.fromJSON({ code, message: detail, hint, data, retryable: response.status >= 500 });
}

function parseProblem(text: string): Problem | undefined {
  try {
    return problemSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // A proxy answers with a page of its own: the status says all that there is to know.
    return undefined;
  }
}

function search(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    params.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return params.size === 0 ? "" : `?${params}`;
}
