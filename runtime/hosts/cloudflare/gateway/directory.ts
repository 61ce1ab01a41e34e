/** The actors as the gateway sees them, in Durable Objects. */
import type { ActorRef } from "../../../../actors/kernel/host.ts";
import type { Directory } from "../../../gateway/deps.ts";
import { type ActorMap, opened, reached, remoteActors, stubOf } from "../objects/remote-actors.ts";
import { openWatch } from "./watch.ts";

/** As the system of actors has it for callers that name no time. */
const CALL_TIMEOUT_MS = 30_000;

export interface EdgeDirectoryOptions {
  readonly actors: ActorMap;
  /** Kinds of the ports of a town that the gateway may ask; their name is the town's. */
  readonly townPorts: readonly string[];
  readonly now: () => number;
  /** A watch has ended: what the actor publishes is not heard any more. */
  readonly unheard: () => void;
}

/** One for each request, since sockets belong to the request that opened them. */
export function edgeDirectory({ actors, townPorts, now, unheard }: EdgeDirectoryOptions): Directory {
  const remote = remoteActors(actors);
  const opening: Promise<void>[] = [];
  return {
    async call(to, method, args, options) {
      // What is called after a watch has begun is heard by it.
      await Promise.all(opening);
      const meta = { chain: [], deadline: now() + (options?.timeoutMs ?? CALL_TIMEOUT_MS) };
      if (!townPorts.includes(to.kind)) return remote(to, method, args, meta);
      const town: ActorRef = { kind: "town", name: to.name };
      return opened(
        await reached(town, () => stubOf(actors, town).port(to.kind, to.name, method, args, meta)),
      );
    },
    watch(ref, listener) {
      const watch = openWatch(stubOf(actors, ref), listener, unheard);
      opening.push(watch.opened);
      return watch.stop;
    },
  };
}
