import { AppError } from "../../store/schema/errors.ts";

const RETRY_MS = 250;
const MAX_RETRY_MS = 2_000;
/** Headers of the connection between agent and relay, which are not the gateway's business. */
const NOT_FORWARDED = [
  "host",
  "connection",
  "proxy-authorization",
  "proxy-connection",
  "content-length",
  "accept-encoding",
  "authorization",
];

/**
 * Passes a request on and answers the gateway's response as a stream. While the gateway is away it is tried again;
 * a call that may have taken effect already is not repeated.
 * @param target Where the gateway is now, asked before each try.
 * @throws {AppError} unavailable when the gateway stayed away, or broke off in the middle of a change
 */
export async function forward(
  request: Request,
  target: () => { url: URL; token: string },
  patienceMs: number,
  signal: AbortSignal,
): Promise<Response> {
  const body = request.body === null ? undefined : await request.arrayBuffer();
  const repeatable = request.method === "GET" || request.method === "HEAD";
  const deadline = performance.now() + patienceMs;
  for (let wait = RETRY_MS; ; wait = Math.min(wait * 2, MAX_RETRY_MS)) {
    const { url, token } = target();
    const headers = new Headers(request.headers);
    for (const name of NOT_FORWARDED) headers.delete(name);
    headers.set("authorization", `Bearer ${token}`);
    try {
      const response = await fetch(url, {
        method: request.method,
        headers,
        signal,
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
      });
      const answered = new Headers(response.headers);
      // The body was decoded on its way through.
      for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"])
        answered.delete(name);
      return new Response(response.body, { status: response.status, headers: answered });
    } catch (error) {
      signal.throwIfAborted();
      const neverSent = isRefused(error);
      if ((neverSent || repeatable) && performance.now() + wait < deadline) {
        await Bun.sleep(wait);
        continue;
      }
      throw new AppError(
        "unavailable",
        neverSent ? "The town's gateway is away." : "The town's gateway broke off.",
        {
          hint: neverSent
            ? "Start the town by `gt start`; the call can be made again."
            : "See whether the change was made before making it again.",
          retryable: neverSent,
          cause: error,
        },
      );
    }
  }
}

function isRefused(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return (
    code === "ConnectionRefused" ||
    code === "ECONNREFUSED" ||
    code === "FailedToOpenSocket" ||
    code === "ENOENT"
  );
}
