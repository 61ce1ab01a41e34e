/** Signed tokens: of agents (bearer, one per run) and of browser sessions (cookie). HS256 with the town's key. */
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { agentRoleSchema } from "../../../agent-sandbox/protocol/spec.ts";
import { AppError } from "../../../store/schema/errors.ts";

const ISSUER = "gastown";
const AGENT_AUDIENCE = "gastown-agent";
const SESSION_AUDIENCE = "gastown-session";
/** Clocks of one machine agree; a remote sandbox may be a little off. */
const CLOCK_TOLERANCE_S = 30;

export const agentClaimsSchema = z.object({
  town: z.string().min(1),
  rig: z.string().min(1),
  agent: z.string().min(1),
  role: agentRoleSchema,
  bead: z.string().optional(),
  attempt: z.int().positive().optional(),
});
/** What an agent's token says about it. */
export type AgentClaims = z.infer<typeof agentClaimsSchema>;

const sessionClaimsSchema = z.object({ sub: z.string().min(1) });

export interface Tokens {
  /** A bearer token for one run of an agent. */
  signAgent(claims: AgentClaims, ttlMs: number): Promise<string>;
  /** @throws {AppError} unauthenticated */
  verifyAgent(token: string): Promise<AgentClaims & { readonly expires: number | undefined }>;
  /** The content of a browser's session cookie. */
  signSession(user: string, ttlMs: number): Promise<string>;
  /** @throws {AppError} unauthenticated */
  verifySession(token: string): Promise<{ readonly user: string; readonly expires: number | undefined }>;
}

/**
 * Signs and verifies with one secret key of at least 32 bytes.
 * @throws {AppError} invalid_argument for a shorter key
 */
export function createTokens(key: Uint8Array, now: () => number): Tokens {
  if (key.length < 32) {
    throw new AppError("invalid_argument", `The signing key has ${key.length} bytes; it needs 32.`, {
      hint: "Delete the key file in the town's secrets folder; a new key is made at the next start.",
    });
  }
  const sign = (payload: Record<string, unknown>, subject: string, audience: string, ttlMs: number) =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt(Math.floor(now() / 1_000))
      .setExpirationTime(Math.floor((now() + ttlMs) / 1_000))
      .sign(key);
  const verify = async <T>(token: string, audience: string, schema: z.ZodType<T>) => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["HS256"],
        issuer: ISSUER,
        audience,
        requiredClaims: ["exp", "sub"],
        currentDate: new Date(now()),
        clockTolerance: CLOCK_TOLERANCE_S,
      });
      return {
        claims: schema.parse(payload),
        expires: payload.exp === undefined ? undefined : payload.exp * 1_000,
      };
    } catch (cause) {
      throw new AppError("unauthenticated", "The token is not valid, or has expired.", { cause });
    }
  };
  return {
    signAgent: (claims, ttlMs) =>
      sign(agentClaimsSchema.parse(claims), `${claims.rig}/${claims.agent}`, AGENT_AUDIENCE, ttlMs),
    async verifyAgent(token) {
      const { claims, expires } = await verify(token, AGENT_AUDIENCE, agentClaimsSchema);
      return { ...claims, expires };
    },
    signSession: (user, ttlMs) => sign({}, user, SESSION_AUDIENCE, ttlMs),
    async verifySession(token) {
      const { claims, expires } = await verify(token, SESSION_AUDIENCE, sessionClaimsSchema);
      return { user: claims.sub, expires };
    },
  };
}
