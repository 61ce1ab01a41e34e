/** Finds out what a git server offers over http(s), signing in with the user's credential helpers where it asks for that. */
import { concat, fromBinary, utf8 } from "../branch/bytes.ts";
import { AppError } from "../schema/errors.ts";
import { redactUrls } from "./git-failure.ts";
import type { Credential, CredentialPort, HttpClient, HttpRequest, HttpResponse } from "./ports.ts";

/** The two services of a git server. */
export type Service = "git-upload-pack" | "git-receive-pack";

/** What a server said of itself, and the way to ask more. */
export interface Connection {
  /** Commits by ref. */
  readonly refs: ReadonlyMap<string, string>;
  /** Those of the wanted capabilities that the server knows, as it wants them said; `agent` as it is. */
  choose(wanted: readonly string[]): string;
  /** Sends a request to the service and answers the whole response. @throws {AppError} as `Transport` */
  post(body: Uint8Array): Promise<Uint8Array>;
}

interface Discovered {
  readonly refs: ReadonlyMap<string, string>;
  readonly capabilities: ReadonlySet<string>;
  readonly auth: unknown;
}

/** What connections are made with. */
export interface ConnectorPorts {
  /** Repository whose credential helpers count. */
  readonly gitDir: string;
  readonly http: HttpClient;
  readonly credentials?: CredentialPort | undefined;
}

/** Connects to one remote. */
export class HttpConnector {
  readonly #ports: ConnectorPorts;
  readonly #remote: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  #signedIn: Credential | undefined;

  constructor(
    ports: ConnectorPorts,
    remote: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  ) {
    this.#ports = ports;
    this.#remote = remote;
  }

  /** @throws {AppError} as `Transport` */
  async discover(service: Service, signal: AbortSignal | undefined): Promise<Connection> {
    const { GitRemoteHTTP } = await import("isomorphic-git/managers");
    const { url } = this.#remote;
    const tracker = track(this.#ports.http, signal);
    const headers = this.#headers();
    const found = await this.#attempt(url, signal, async () => {
      const answer: unknown = await GitRemoteHTTP.discover({
        http: tracker.http,
        service,
        url,
        headers,
        protocolVersion: 1,
        onAuth: async () => (await this.#credential(url)) ?? { cancel: true },
        onAuthFailure: async () => this.#refused(url),
        onAuthSuccess: async () => this.#accepted(url),
        ...(signal === undefined ? {} : { signal }),
      });
      return asDiscovered(answer, url);
    });
    // Requests go where the discovery was redirected to, as git does it.
    const base = tracker.last?.replace(/\/info\/refs(\?.*)?$/, "") ?? url;
    return {
      refs: found.refs,
      choose: wanted =>
        wanted
          .filter(each =>
            each.startsWith("agent=")
              ? [...found.capabilities].some(known => known.startsWith("agent="))
              : found.capabilities.has(each),
          )
          .join(" "),
      post: body =>
        this.#attempt(url, signal, async () => {
          const response = await GitRemoteHTTP.connect({
            http: tracker.http,
            service,
            url: base,
            headers: this.#headers(),
            auth: found.auth,
            body: [body],
            ...(signal === undefined ? {} : { signal }),
          });
          const parts: Uint8Array[] = [];
          for await (const part of response.body ?? []) parts.push(part);
          return concat(parts);
        }),
    };
  }

  /** The configured headers, and the sign-in that worked before, so that it is not asked for again. */
  #headers(): Record<string, string> {
    const known = this.#signedIn;
    if (known === undefined) return { ...this.#remote.headers };
    const text = fromBinary(utf8(`${known.username}:${known.password}`));
    return { ...this.#remote.headers, Authorization: `Basic ${btoa(text)}` };
  }

  async #credential(url: string): Promise<Credential | undefined> {
    this.#signedIn = await this.#ports.credentials?.fill(this.#ports.gitDir, url);
    return this.#signedIn;
  }

  async #refused(url: string): Promise<{ readonly cancel: true }> {
    if (this.#signedIn !== undefined)
      await this.#ports.credentials?.reject(this.#ports.gitDir, url, this.#signedIn);
    this.#signedIn = undefined;
    return { cancel: true };
  }

  async #accepted(url: string): Promise<void> {
    if (this.#signedIn !== undefined)
      await this.#ports.credentials?.approve(this.#ports.gitDir, url, this.#signedIn);
  }

  async #attempt<T>(url: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (signal?.aborted === true) throw cancelled(url, error);
      throw httpFailure(url, error);
    }
  }
}

/** The error for a request that was given up. */
function cancelled(url: string, cause: unknown): AppError {
  return new AppError("cancelled", `The exchange with ${redactUrls(url)} was given up.`, {
    hint: "Sync again when there is more time.",
    retryable: true,
    cause,
  });
}

function httpFailure(url: string, error: unknown): AppError {
  const name = redactUrls(url);
  const code = codeOf(error);
  const status = statusOf(error);
  const data = { remote: name, ...(status === undefined ? {} : { status }) };
  if (code === "UserCanceledError" || status === 401) {
    return new AppError(
      "unauthenticated",
      `${name} wants a user name and password, and none that are known were right.`,
      {
        hint: "Sign in with git once (`git fetch`), so that a credential helper keeps them, then sync again.",
        data,
      },
    );
  }
  if (status === 403) {
    return new AppError("forbidden", `${name} does not allow this.`, {
      hint: "Ask for write access to it.",
      data,
    });
  }
  if (status === 404) {
    return new AppError("not_found", `There is no git repository at ${name}.`, {
      hint: "Check the address with `git remote -v`.",
      data,
    });
  }
  if (code === "SmartHttpError" || code === "ParseError") {
    return new AppError("not_supported", `${name} does not speak git's smart http protocol.`, {
      hint: "Check the address with `git remote -v`; a proxy or a sign-in page may stand in between.",
      data,
      cause: error,
    });
  }
  const reason = status === undefined ? messageOf(error) : `http status ${status}`;
  return new AppError("remote_unreachable", `Could not reach ${name}: ${redactUrls(reason)}`, {
    hint: "Local work goes on; sync again when the remote can be reached.",
    data,
    retryable: true,
    cause: error,
  });
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function statusOf(error: unknown): number | undefined {
  if (codeOf(error) !== "HttpError" || typeof error !== "object" || error === null || !("data" in error)) {
    return undefined;
  }
  const { data } = error;
  const status =
    typeof data === "object" && data !== null && "statusCode" in data ? data.statusCode : undefined;
  return typeof status === "number" ? status : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Passes requests on, with the signal, and remembers where the last one ended. */
function track(client: HttpClient, signal: AbortSignal | undefined) {
  const tracker = {
    last: undefined as string | undefined,
    http: {
      async request(request: HttpRequest): Promise<HttpResponse> {
        const response = await client.request(signal === undefined ? request : { ...request, signal });
        if (request.method === "GET") tracker.last = response.url;
        return response;
      },
    },
  };
  return tracker;
}

function asDiscovered(value: unknown, url: string): Discovered {
  if (typeof value === "object" && value !== null && "refs" in value && "capabilities" in value) {
    const { refs, capabilities } = value;
    const auth = "auth" in value ? value.auth : {};
    if (refs instanceof Map && capabilities instanceof Set) return { refs, capabilities, auth };
  }
  throw new AppError(
    "not_supported",
    `${redactUrls(url)} answered in a version of git's protocol that was not asked for.`,
    {
      hint: "Sync through the git program instead, or update the server.",
    },
  );
}
