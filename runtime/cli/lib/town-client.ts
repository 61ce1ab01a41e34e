/** Talks to a town: as its owner from outside, or as an agent through the relay of its sandbox. */
import { z } from "zod";
import { AGENT_ENV } from "../../../agent-sandbox/protocol/control.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { problemSchema } from "../../gateway/contract/requests.ts";
import type { Io } from "./io.ts";
import { distantTown, findTownDir, isTown, readGatewayFile, readOwnerToken } from "./town-folder.ts";

const DEFAULT_TIMEOUT_MS = 60_000;

export interface CallOptions {
  /** Milliseconds until the call is given up; a minute unless given. */
  readonly timeoutMs?: number;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}

/** All calls throw what the town answers as AppError, and `unavailable` when nobody answers. */
export interface TownClient {
  readonly town: string;
  /** `http://127.0.0.1:4180`, without a slash at the end. */
  readonly url: string;
  /** True inside a sandbox. */
  readonly isAgent: boolean;
  /** True for a town that is named by its address: it has no folder here. */
  readonly isDistant: boolean;
  /** Headers that prove who is calling. */
  readonly headers: Readonly<Record<string, string>>;
  /** Paths are below `/api/v1/towns/<town>`. */
  get<T>(path: string, answer: z.ZodType<T>, options?: CallOptions): Promise<T>;
  text(path: string, options?: CallOptions): Promise<string>;
  send<T>(
    method: "POST" | "PATCH" | "DELETE",
    path: string,
    body: unknown,
    answer: z.ZodType<T>,
    options?: CallOptions,
  ): Promise<T>;
  /** As `raw`, but answers a refusal too. @throws {AppError} unavailable, deadline_exceeded */
  answer(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Response>;
  /** Any path of the server itself, e.g. `/api/v1/whoami`, `/agent/done`. */
  raw(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Response>;
}

/** For answers that are not looked at. */
export const anything = z.unknown();

/** True when the command runs inside a sandbox: it talks to the relay, with the agent's token. */
export function isInSandbox(io: Pick<Io, "env">): boolean {
  return (io.env[AGENT_ENV.api] ?? "") !== "";
}

/**
 * The client for the town that is meant (see `findTownDir`); no request is made yet.
 * @throws {AppError} unavailable when the town is not up, unauthenticated without a token
 */
export function connectTown(io: Pick<Io, "env" | "cwd">, flag?: string): TownClient {
  if (isInSandbox(io)) return agentClient(io);
  const distant = distantTown(io, flag);
  if (distant !== undefined) {
    const { name: town, url, token } = distant;
    return createClient({ town, url, token, isAgent: false, isDistant: true, proxy: undefined, away });
    function away(): AppError {
      return new AppError("unavailable", `Nobody answers at ${url}.`, {
        hint: "Check the address and the network.",
        retryable: true,
      });
    }
  }
  const dir = findTownDir(io, flag);
  const gateway = readGatewayFile(dir);
  if (gateway === undefined) throw notRunning(dir);
  return createClient({
    town: gateway.town,
    url: gateway.url,
    token: readOwnerToken(dir),
    isAgent: false,
    isDistant: false,
    proxy: undefined,
    away: () => notRunning(dir),
  });
}

function agentClient(io: Pick<Io, "env">): TownClient {
  const value = (name: string): string => {
    const found = io.env[name];
    if (found !== undefined && found !== "") return found;
    throw new AppError("unauthenticated", `${name} is not set, although ${AGENT_ENV.api} is.`, {
      hint: "Keep the environment that the sandbox gave to the agent.",
    });
  };
  const url = value(AGENT_ENV.api).replace(/\/$/, "");
  return createClient({
    town: value(AGENT_ENV.town),
    url,
    token: value(AGENT_ENV.token),
    isAgent: true,
    isDistant: false,
    proxy: io.env.GASTOWN_PROXY,
    away: () =>
      new AppError("unavailable", `The sandbox's relay does not answer at ${url}.`, {
        hint: "Wait a moment and try again: your work is safe in the worktree.",
        retryable: true,
      }),
  });
}

function notRunning(dir: string): AppError {
  return isTown(dir)
    ? new AppError("unavailable", `The town in ${dir} is not running.`, {
        hint: `Start it with "gt start --dir ${dir}".`,
      })
    : new AppError("unavailable", `There is no town in ${dir}.`, {
        hint: 'Make one with "gt start --dir FOLDER", or name one with --town or GASTOWN_TOWN.',
      });
}

interface ClientOptions {
  readonly town: string;
  readonly url: string;
  readonly token: string;
  readonly isAgent: boolean;
  readonly isDistant: boolean;
  readonly proxy: string | undefined;
  /** The error for a server that does not answer. */
  readonly away: () => AppError;
}

function createClient({ town, url, token, isAgent, isDistant, proxy, away }: ClientOptions): TownClient {
  const headers = { authorization: `Bearer ${token}` };
  const base = `/api/v1/towns/${encodeURIComponent(town)}`;

  async function raw(
    method: string,
    path: string,
    body?: unknown,
    options: CallOptions = {},
  ): Promise<Response> {
    const response = await answer(method, path, body, options);
    if (response.ok) return response;
    throw await errorOf(response, `${method} ${path}`);
  }

  function answer(
    method: string,
    path: string,
    body?: unknown,
    options: CallOptions = {},
  ): Promise<Response> {
    return reach(method, `${url}${path}${queryOf(options.query)}`, body, options.timeoutMs);
  }

  async function reach(method: string, target: string, body: unknown, timeoutMs = DEFAULT_TIMEOUT_MS) {
    try {
      return await fetch(target, {
        method,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(proxy === undefined ? {} : { proxy }),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "error",
      });
    } catch (cause) {
      if (cause instanceof Error && cause.name === "TimeoutError") {
        throw new AppError("deadline_exceeded", `The town did not answer within ${timeoutMs / 1_000} s.`, {
          cause,
        });
      }
      throw away();
    }
  }

  return {
    town,
    url,
    isAgent,
    isDistant,
    headers,
    raw,
    answer,
    get: async (path, answer, options) =>
      answer.parse(await (await raw("GET", base + path, undefined, options)).json()),
    text: async (path, options) => await (await raw("GET", base + path, undefined, options)).text(),
    async send(method, path, body, answer, options) {
      const response = await raw(method, base + path, body, options);
      return answer.parse(response.status === 204 ? undefined : await response.json());
    },
  };
}

/** The server's problem as the error that it was. */
async function errorOf(response: Response, what: string): Promise<AppError> {
  const text = await response.text();
  const value = parseJson(text);
  const problem = problemSchema.safeParse(value).data;
  if (problem !== undefined) return AppError.fromJSON({ ...problem, message: problem.detail });
  // The relay of a sandbox answers plain error shapes.
  const shape = z.looseObject({ code: z.string(), message: z.string() }).safeParse(value).data;
  if (shape !== undefined) return AppError.fromJSON(shape);
  return new AppError("internal", `${what} was answered by ${response.status} without a reason.`, {
    hint: 'Is another program listening where the town was? See "gt status".',
    data: { body: text.slice(0, 500) },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Something else answered.
    return undefined;
  }
}

function queryOf(query: CallOptions["query"] = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of typeof value === "object" ? value : [value]) params.append(name, String(one));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
