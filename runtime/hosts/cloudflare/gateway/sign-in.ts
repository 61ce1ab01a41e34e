/** One-time sign-in links, kept in an actor: the isolates of a Worker share no memory. Only digests are stored. */
import { z } from "zod";
import { Actor } from "../../../../actors/kernel/actor.ts";
import type { ActorRef, Host } from "../../../../actors/kernel/host.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { base64Url, digest, hex } from "../../../gateway/auth/compare.ts";
import type { SignInTokens } from "../../../gateway/auth/sign-in.ts";

const TOKEN_BYTES = 32;
/** At most this many links may be open at once. */
const MAX_OPEN = 64;
const PATIENCE_MS = 10_000;
const LINK = "link/";
const DESK: ActorRef = { kind: "desk", name: "sign-in" };

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

interface Link {
  readonly user: string;
  /** Epoch milliseconds. */
  readonly expires: number;
}

/** Keeps who may sign in by which link, and uses links up. */
export class DeskActor extends Actor {
  static readonly kind = DESK.kind;
  static readonly methods = {
    /** -> null */
    keep: z.strictObject({ digest: sha256, user: z.string().min(1).max(200), expires: z.number() }),
    /** -> the user's id. Errors: unauthenticated */
    redeem: z.strictObject({ digest: sha256 }),
  } as const;

  async keep(link: z.infer<typeof DeskActor.methods.keep>): Promise<null> {
    const open = await this.turn.list<Link>(LINK);
    const live = open.filter(([, { expires }]) => expires > this.turn.now);
    const spare = live.sort(([, a], [, b]) => a.expires - b.expires).slice(0, -(MAX_OPEN - 1));
    const kept = new Set(live.slice(spare.length).map(([key]) => key));
    for (const [key] of open) if (!kept.has(key)) this.turn.delete(key);
    this.turn.set(LINK + link.digest, { user: link.user, expires: link.expires } satisfies Link);
    return null;
  }

  async redeem({ digest: asked }: z.infer<typeof DeskActor.methods.redeem>): Promise<string | null> {
    const link = await this.turn.get<Link>(LINK + asked);
    this.turn.delete(LINK + asked);
    return link === undefined || link.expires <= this.turn.now ? null : link.user;
  }
}

/** The tokens of the gateway over that actor. */
export function deskTokens(call: Host["call"], now: () => number): SignInTokens {
  const ask = (method: string, args: object): Promise<unknown> =>
    call(DESK, method, args, { chain: [], deadline: now() + PATIENCE_MS });
  return {
    async issue(user, ttlMs) {
      const token = base64Url(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
      const expires = now() + ttlMs;
      await ask("keep", { digest: hex(await digest(token)), user, expires });
      return { token, expires_at: new Date(expires).toISOString() };
    },
    async redeem(token) {
      const user = await ask("redeem", { digest: hex(await digest(token)) });
      if (typeof user === "string") return user;
      throw new AppError("unauthenticated", "This sign-in link was used already, or is too old.", {
        hint: "Ask for a new one; see docs/cloudflare.md.",
      });
    },
  };
}
