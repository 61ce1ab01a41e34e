/** From a request to a principal: bearer token first, then the session cookie, else nobody. */
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import { sameSecret } from "./compare.ts";
import { ANONYMOUS, type Principal } from "./principal.ts";
import type { Tokens } from "./tokens.ts";

/** Reads principals off requests. */
export interface Authenticator {
  /** @throws {AppError} unauthenticated for a bearer token that is not valid; a stale cookie is nobody */
  principalOf(request: {
    readonly authorization: string | undefined;
    readonly cookie: string | undefined;
  }): Promise<Principal>;
}

/** `ownerToken` is the secret that lies beside the town for its owner's CLI. */
export function createAuthenticator(deps: {
  readonly tokens: Tokens;
  readonly ownerToken: string;
  /** `id` stays the same for ever, since sessions name it; `name` goes into the history. */
  readonly owner: { readonly id: string; readonly name: string };
  /** Towns of a user that is not the owner. */
  readonly townsOf: (user: string) => Promise<readonly string[]>;
}): Authenticator {
  return {
    async principalOf({ authorization, cookie }) {
      if (authorization !== undefined) return await fromBearer(authorization);
      if (cookie !== undefined && cookie !== "") return await fromCookie(cookie);
      return ANONYMOUS;
    },
  };

  async function fromBearer(header: string): Promise<Principal> {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1];
    if (token === undefined) {
      throw new AppError("unauthenticated", "The Authorization header is not a bearer token.");
    }
    if (await sameSecret(token, deps.ownerToken)) {
      return { kind: "user", ...deps.owner, towns: "all", via: "bearer", expires: undefined };
    }
    const claims = await deps.tokens.verifyAgent(token);
    return { kind: "agent", ...claims, bead: claims.bead, attempt: claims.attempt };
  }

  async function fromCookie(cookie: string): Promise<Principal> {
    try {
      const { user, expires } = await deps.tokens.verifySession(cookie);
      if (user === deps.owner.id)
        return { kind: "user", ...deps.owner, towns: "all", via: "cookie", expires };
      return { kind: "user", id: user, name: user, towns: await deps.townsOf(user), via: "cookie", expires };
    } catch (error) {
      if (hasCode(error, "unauthenticated")) return ANONYMOUS;
      throw error;
    }
  }
}
