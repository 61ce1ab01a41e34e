/**
 * Adds a rig: waits for the clone, so that the town need not. Whoever called hears how it went; what a crash cuts short
 * is taken up by the town, which has recorded the intent before the clone begins.
 */
import type { z } from "zod";
import { AppError, hasCode } from "../../store/schema/errors.ts";
import type { RigView } from "../../store/schema/views.ts";
import { Actor } from "../kernel/actor.ts";
import type { ActorRef } from "../kernel/host.ts";
import { rigActorMethods } from "../town/methods.ts";

/** What the host answers to a clone. */
interface Cloned {
  readonly path: string;
  readonly default_branch: string;
  readonly head: string;
}

export class RigActor extends Actor {
  static readonly kind = "rig";
  static readonly methods = rigActorMethods;

  /** @throws {AppError} already_exists, invalid_argument, remote_unreachable, not_found, git_failed, storage_full */
  async add(args: z.infer<typeof rigActorMethods.add>): Promise<RigView> {
    const { by, git_url, prefix } = args;
    const slash = this.turn.ref.name.indexOf("/");
    const town: ActorRef = { kind: "town", name: this.turn.ref.name.slice(0, slash) };
    const name = this.turn.ref.name.slice(slash + 1);
    await this.turn.call(town, "beginRig", { ...args, name });
    let cloned: Cloned;
    try {
      cloned = await this.turn.call<Cloned>({ kind: "repo", name }, "clone", { git_url, prefix });
    } catch (error) {
      // Nobody knows how it ends: the town asks again by itself, and the rig stays `adding` until then.
      if (hasCode(error, "deadline_exceeded", "overloaded", "unavailable", "cancelled"))
        throw stillCloning(name, error);
      await this.turn.call(town, "rigFailed", { by, rig: name, reason: AppError.from(error).message });
      throw error;
    }
    const { path, default_branch, head } = cloned;
    return this.turn.call<RigView>(town, "rigCloned", { by, rig: name, path, default_branch, head });
  }
}

function stillCloning(name: string, cause: AppError): AppError {
  return new AppError(cause.code, `The rig ${name} is still being cloned.`, {
    hint: "It goes on by itself; see `gt rig list`.",
    retryable: true,
    cause,
  });
}
