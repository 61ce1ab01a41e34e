/**
 * GitHub's API, as far as pull requests need it. Answers are asked for with the tag of the one before, so that what did
 * not change costs nothing of the rate limit; a limit that is reached is told with the moment from which it is over.
 */
import { Octokit } from "@octokit/core";
import type { z } from "zod";
import { AppError } from "../../../../store/schema/errors.ts";
import { redactUrls } from "../../../../store/sync/git-failure.ts";

const TIMEOUT_MS = 30_000;
const MAX_CACHED = 500;
const PAGE = 100;
/** A thread longer than this is not read to its end, and counts as undecided. */
const MAX_PAGES = 10;

export interface GitHubOptions {
  /** e.g. `https://api.github.com` */
  readonly baseUrl: string;
  readonly token: string;
  readonly version: string;
  /** Epoch milliseconds. */
  now(): number;
  readonly fetch: typeof fetch;
  /** Answers by URL, with their tags; shared by calls with the same token. */
  readonly cache: Map<string, Cached>;
}

/** An answer with the tag by which it is recognised. */
export interface Cached {
  readonly etag: string;
  readonly data: unknown;
}

export interface GitHub {
  /** Asks, by tag where there is one. @throws {AppError} see {@link explain} */
  get<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S>>;
  /** All pages of a list. Undefined when there are more than are read. @throws {AppError} */
  list<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S>[] | undefined>;
  /** @throws {AppError} */
  send<S extends z.ZodType>(
    method: "POST" | "PUT" | "PATCH",
    path: string,
    body: object,
    schema: S,
  ): Promise<z.infer<S>>;
}

/** A client for one host and token. */
export function createGitHub(options: GitHubOptions): GitHub {
  const { token, cache } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const octokit = new Octokit({
    baseUrl,
    auth: token,
    userAgent: `gastown/${options.version}`,
    // What it has to say is in the errors; they are told once, by us, without headers.
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: options.fetch },
  });

  async function ask(
    method: string,
    path: string,
    extra: object = {},
  ): Promise<{ data: unknown; etag: string | undefined }> {
    try {
      const response = await octokit.request(`${method} ${path}`, {
        ...extra,
        request: { signal: AbortSignal.timeout(TIMEOUT_MS) },
      });
      return { data: response.data, etag: response.headers.etag };
    } catch (error) {
      throw explain(error, `${method} ${path}`, options.now());
    }
  }

  async function get(path: string): Promise<unknown> {
    const known = cache.get(baseUrl + path);
    try {
      const headers = known === undefined ? {} : { headers: { "if-none-match": known.etag } };
      const { data, etag } = await ask("GET", path, headers);
      if (etag !== undefined) remember(cache, baseUrl + path, { etag, data });
      return data;
    } catch (error) {
      if (known !== undefined && error instanceof AppError && error.data?.status === 304) return known.data;
      throw error;
    }
  }

  return {
    get: async (path, schema) => parse(schema, await get(path), path),
    async list(path, schema) {
      const found: z.infer<typeof schema>[] = [];
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const at = `${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE}&page=${page}`;
        const items = parse(schema.array(), await get(at), path);
        found.push(...items);
        if (items.length < PAGE) return found;
      }
      return undefined;
    },
    send: async (method, path, body, schema) => parse(schema, (await ask(method, path, body)).data, path),
  };
}

function silent(): void {
  // Nothing.
}

function remember(cache: Map<string, Cached>, key: string, entry: Cached): void {
  cache.delete(key);
  cache.set(key, entry);
  const oldest = cache.keys().next().value;
  if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
}

function parse<S extends z.ZodType>(schema: S, data: unknown, path: string): z.infer<S> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError(
    "remote_unreachable",
    `The forge's answer to ${path} cannot be read: ${issue?.path.join(".")} ${issue?.message}.`,
    {
      hint: "See that the rig's forge URL is that of a GitHub API.",
      retryable: true,
    },
  );
}

/**
 * What a refused request means: unauthenticated, forbidden, not_found, conflict, unprocessable, remote_unreachable (at a
 * rate limit with data: retry_at, epoch milliseconds). `data.status` is the HTTP status.
 */
function explain(error: unknown, what: string, now: number): AppError {
  const status = field(error, "status");
  const words = redactUrls(error instanceof Error ? error.message : String(error)).slice(0, 500);
  const data = { ...(typeof status === "number" ? { status } : {}) };
  const message = `The forge refuses ${what}: ${words}`;
  const headers = field(field(error, "response"), "headers");
  const header = (name: string): number | undefined => {
    const value = Number(field(headers, name) ?? Number.NaN);
    return Number.isNaN(value) ? undefined : value;
  };
  const after = header("retry-after");
  const limited =
    status === 429 || (status === 403 && (after !== undefined || header("x-ratelimit-remaining") === 0));
  if (limited) {
    const reset = header("x-ratelimit-reset");
    const retry_at =
      after === undefined ? (reset === undefined ? now + 60_000 : reset * 1_000) : now + after * 1_000;
    return new AppError("remote_unreachable", `The forge's rate limit is reached: ${words}`, {
      retryable: true,
      data: { ...data, retry_at },
    });
  }
  if (status === 401) {
    return new AppError("unauthenticated", message, {
      data,
      hint: "Give a token that is valid: `gt forge login`.",
    });
  }
  if (status === 403) {
    return new AppError("forbidden", message, {
      data,
      hint: "The token needs to read and write contents and pull requests of the repository.",
    });
  }
  if (status === 404 || status === 410) {
    return new AppError("not_found", message, {
      data,
      hint: "See the rig's forge repository, and that the token may see it.",
    });
  }
  if (status === 405 || status === 409) return new AppError("conflict", message, { data });
  if (status === 422 || status === 400) return new AppError("unprocessable", message, { data });
  return new AppError(
    "remote_unreachable",
    typeof status === "number" && status < 500 ? message : `The forge does not answer ${what}: ${words}`,
    {
      data,
      retryable: true,
    },
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
