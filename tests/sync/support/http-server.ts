/** A real git server over http on loopback: `git http-backend` behind a small CGI bridge. */
import { dirname } from "node:path";
import { gitEnv, onCleanup } from "./repositories.ts";

/** What the server saw, and how to get at it. */
export interface HttpServer {
  readonly url: string;
  /** Method and path of every request so far. */
  readonly requests: string[];
  /** User and password that are wanted; none at first. */
  login: { readonly username: string; readonly password: string } | undefined;
  /** Answers this status to everything while it is set. */
  status: number | undefined;
}

/** Serves a bare repository. */
export function serveGit(repository: string): HttpServer {
  const server: { -readonly [K in keyof HttpServer]: HttpServer[K] } = {
    url: "",
    requests: [],
    login: undefined,
    status: undefined,
  };
  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 30,
    fetch: request => answer(server, repository, request),
  });
  onCleanup(() => listener.stop(true));
  server.url = `http://127.0.0.1:${listener.port}/${repository.slice(dirname(repository).length + 1)}`;
  return server;
}

async function answer(server: HttpServer, repository: string, request: Request): Promise<Response> {
  const url = new URL(request.url);
  server.requests.push(`${request.method} ${url.pathname}${url.search}`);
  if (server.status !== undefined) return new Response("no", { status: server.status });
  if (server.login !== undefined) {
    const wanted = `Basic ${Buffer.from(`${server.login.username}:${server.login.password}`).toString("base64")}`;
    if (request.headers.get("authorization") !== wanted) {
      return new Response("sign in", { status: 401, headers: { "www-authenticate": 'Basic realm="beads"' } });
    }
  }
  const body = new Uint8Array(await request.arrayBuffer());
  const child = Bun.spawn(["git", "http-backend"], {
    env: {
      ...gitEnv(repository),
      GIT_PROJECT_ROOT: dirname(repository),
      GIT_HTTP_EXPORT_ALL: "1",
      REMOTE_USER: "tester",
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      CONTENT_LENGTH: String(body.length),
      GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
    },
    stdin: body,
    stdout: "pipe",
    stderr: "ignore",
  });
  return fromCgi(await new Response(child.stdout).bytes());
}

function fromCgi(output: Uint8Array): Response {
  const text = new TextDecoder("latin1").decode(output.subarray(0, 8192));
  const split = text.indexOf("\r\n\r\n");
  const headers = new Headers();
  let status = 200;
  for (const line of text.slice(0, split).split("\r\n")) {
    const [name = "", value = ""] = line.split(/:\s*/, 2);
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else if (name !== "") headers.append(name, value);
  }
  return new Response(output.slice(split + 4), { status, headers });
}
