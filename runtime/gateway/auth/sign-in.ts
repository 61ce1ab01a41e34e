/** One-time sign-in tokens: what the URL printed by `gt start` and `gt url` carries. Kept in memory, as digests. */
import { AppError } from "../../../store/schema/errors.ts";
import { base64Url, digest, hex } from "./compare.ts";

/** At most this many links may be open at once; the oldest goes first. */
const MAX_OPEN_TOKENS = 64;
const TOKEN_BYTES = 32;

export interface SignInTokens {
  /** A new token for a user; works once, within `ttlMs`. */
  issue(user: string, ttlMs: number): Promise<{ readonly token: string; readonly expires_at: string }>;
  /** Uses the token up and answers the user's id. @throws {AppError} unauthenticated when unknown, used or expired */
  redeem(token: string): Promise<string>;
}

/** Looked up by digest, so that the time of a look-up says nothing about the token. */
export function createSignInTokens(deps: {
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}): SignInTokens {
  const open = new Map<string, { readonly user: string; readonly expires: number }>();
  return {
    async issue(user, ttlMs) {
      const token = base64Url(deps.randomBytes(TOKEN_BYTES));
      const expires = deps.now() + ttlMs;
      for (const [key, entry] of open) if (entry.expires <= deps.now()) open.delete(key);
      while (open.size >= MAX_OPEN_TOKENS) {
        const [oldest] = open.keys();
        if (oldest === undefined) break;
        open.delete(oldest);
      }
      open.set(hex(await digest(token)), { user, expires });
      return { token, expires_at: new Date(expires).toISOString() };
    },
    async redeem(token) {
      const key = hex(await digest(token));
      const entry = open.get(key);
      open.delete(key);
      if (entry === undefined || entry.expires <= deps.now()) {
        throw new AppError("unauthenticated", "This sign-in link was used already, or is too old.", {
          hint: 'Run "gt url" on the machine of the town for a new one.',
        });
      }
      return entry.user;
    },
  };
}
