/** One user: which towns are theirs, and as what. */
import type { z } from "zod";
import { Actor } from "../kernel/actor.ts";
import { userMethods } from "../town/methods.ts";

type Args<M extends keyof typeof userMethods> = z.infer<(typeof userMethods)[M]>;

/** A town that a user has a part in. */
export interface Membership {
  readonly name: string;
  readonly role: Args<"grant">["role"];
  readonly granted_by: string;
  /** RFC 3339 */
  readonly since: string;
}

const TOWN = "town/";

export class UserActor extends Actor {
  static readonly kind = "user";
  static readonly methods = userMethods;

  async towns(): Promise<{ readonly towns: readonly Membership[] }> {
    const rows = await this.turn.list<Membership>(TOWN);
    return { towns: rows.map(([, membership]) => membership) };
  }

  async grant({ by, town, role }: Args<"grant">): Promise<null> {
    const known = await this.turn.get<Membership>(TOWN + town);
    if (known?.role === role) return null;
    const since = new Date(this.turn.now).toISOString();
    this.turn.set(TOWN + town, { name: town, role, granted_by: by, since } satisfies Membership);
    return null;
  }

  async revoke({ town }: Args<"revoke">): Promise<null> {
    this.turn.delete(TOWN + town);
    return null;
  }
}
