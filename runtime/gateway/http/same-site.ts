/** Checks against DNS rebinding and against requests that other sites make a browser send. */
import { AppError } from "../../../store/schema/errors.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The `Host` must be one under which this gateway is meant to be reached: a name that an attacker points at 127.0.0.1
 * is not.
 * @throws {AppError} forbidden
 */
export function checkHost(host: string | undefined, allowed: (host: string) => boolean): void {
  if (host !== undefined && allowed(host.toLowerCase())) return;
  throw new AppError("forbidden", `This gateway does not answer for the host "${host ?? ""}".`, {
    hint: "Open it by the address that it was started with, or start it with --allow-host.",
  });
}

/**
 * Refuses what another site makes a signed-in browser do. Only for requests whose proof is the cookie, and for the
 * upgrade to a WebSocket, which browsers allow from any site.
 * @throws {AppError} forbidden
 */
export function checkSameSite(request: {
  readonly method: string;
  readonly isUpgrade: boolean;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}): void {
  if (SAFE_METHODS.has(request.method) && !request.isUpgrade) return;
  const { origin, fetchSite, host } = request;
  const isSame =
    origin === undefined
      ? !request.isUpgrade && (fetchSite === "same-origin" || fetchSite === "none")
      : hostOf(origin) === host?.toLowerCase();
  if (isSame) return;
  throw new AppError("forbidden", `Requests from ${origin ?? "another site"} are not accepted.`, {
    hint: "Use the dashboard under the gateway's own address, or a bearer token.",
  });
}

/** Host and port of an origin; undefined for "null" and for what is none. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Allows loopback names with this port, whatever name the loopback has, and the hosts given. */
export function loopbackHosts(port: () => number, extra: readonly string[] = []): (host: string) => boolean {
  return host => {
    const names = ["127.0.0.1", "localhost", "[::1]"];
    const own = names.some(name => host === `${name}:${port()}` || (port() === 80 && host === name));
    return own || extra.includes(host);
  };
}
