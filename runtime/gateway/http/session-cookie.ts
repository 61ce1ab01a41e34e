/** The cookie of a signed-in browser. */
import type { CookieOptions } from "hono/utils/cookie";

export const SESSION_TTL_MS = 30 * 24 * 3_600_000;

/**
 * Cookies know no ports: two towns on one machine tell theirs apart by a part of their key's digest.
 * Over https the name has the `__Host-` prefix, so that no other host can set it.
 */
export function sessionCookieName(keyId: string, secure: boolean): string {
  return `${secure ? "__Host-" : ""}gastown_${keyId.slice(0, 12)}`;
}

/** Not readable by scripts, never sent along by other sites. */
export function sessionCookieOptions(secure: boolean): CookieOptions {
  return { httpOnly: true, sameSite: "Strict", path: "/", secure, maxAge: SESSION_TTL_MS / 1_000 };
}
