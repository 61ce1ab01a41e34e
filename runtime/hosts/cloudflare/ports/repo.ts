/**
 * The port `repo`, as far as a git server's http suffices: a rig here is its bead branch. See `actors/ports.ts`. It is
 * called in the objects of a town and of its rigs; the stores are in the town's.
 */
import { parseArgs } from "../../../../actors/kernel/failures.ts";
import type { ActorRef, Port } from "../../../../actors/kernel/host.ts";
import { repoPortMethods } from "../../../../actors/ports.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { type ActorMap, opened, reached, stubOf } from "../objects/remote-actors.ts";
import type { EdgeStores } from "../town/stores.ts";
import { notSupported } from "./unsupported.ts";

const RIG = /^[a-z][a-z0-9_-]{0,31}$/;

/** In the object of the town itself. */
export function repoPort(stores: () => Promise<EdgeStores>): Port {
  return {
    async call(rig, method, args) {
      if (!RIG.test(rig))
        throw new AppError("invalid_argument", `"${rig.slice(0, 80)}" is no name of a rig.`);
      if (method !== "clone") throw notSupported("Branches and worktrees are looked after");
      const { git_url, prefix } = repoPortMethods.clone.parse(
        parseArgs(repoPortMethods.clone, args, `repo:${rig}`, method),
      );
      return (await stores()).addRig(rig, httpUrl(git_url), prefix);
    },
  };
}

/** In the objects of the town's other actors. */
export function repoPortOfTown(actors: ActorMap, town: ActorRef): Port {
  return {
    call: async (rig, method, args, meta) =>
      opened(await reached(town, () => stubOf(actors, town).port("repo", rig, method, args, meta))),
  };
}

/** @throws {AppError} not_supported for another scheme, invalid_argument for a URL with a secret */
function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new AppError("not_supported", "A town on Cloudflare reaches repositories by https only.", {
      hint: "Give https://host/path.",
    });
  }
  if (url.username === "" && url.password === "") return text;
  throw new AppError(
    "invalid_argument",
    "The URL holds a user name or password, which would be written down.",
    {
      hint: "Leave it out, and put it into the secret GIT_CREDENTIALS.",
    },
  );
}
