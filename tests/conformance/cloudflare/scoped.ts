/** For workers under test: actors whose objects carry the host under test, with its limits, in their names. */

import type { ActorClass } from "../../../actors/kernel/actor.ts";
import type { ActorRef, Port } from "../../../actors/kernel/host.ts";
import { noopLogger } from "../../../actors/kernel/logger.ts";
import type { ActorParts } from "../../../runtime/hosts/cloudflare/objects/actor-object.ts";
import type { ActorMap } from "../../../runtime/hosts/cloudflare/objects/remote-actors.ts";
import type { ObjectNamespace } from "../../../runtime/hosts/cloudflare/platform.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { PortRequest, Scope } from "./wire.ts";

/** What the suite's process gives a worker under test. */
export interface TestEnv {
  /** Where the ports answer, on loopback. */
  readonly PORTS: string;
  readonly [binding: string]: unknown;
}

/** The actors of one host under test. Bindings are called as the kinds, in upper case. */
export function scopedActors(env: TestEnv, kinds: readonly string[], scope: Scope): ActorMap {
  return {
    // SAFETY: the suite binds a namespace for each kind.
    namespaces: Object.fromEntries(kinds.map(kind => [kind, env[kind.toUpperCase()] as ObjectNamespace])),
    objectName: ({ name }) => JSON.stringify([name, scope]),
  };
}

/** The parts of the object whose name `scopedActors` gave. */
export function scopedParts(
  objectName: string,
  env: TestEnv,
  actorClass: ActorClass,
  kinds: readonly string[],
  ports: readonly string[],
): ActorParts & { readonly scope: Scope } {
  const [name, scope]: [string, Scope] = JSON.parse(objectName);
  const ref: ActorRef = { kind: actorClass.kind, name };
  return {
    ref,
    actorClass,
    scope,
    actors: scopedActors(env, kinds, scope),
    ports: Object.fromEntries(ports.map(kind => [kind, distantPort(`${env.PORTS}/${scope.id}/${kind}`)])),
    kernel: scope.limits,
    log: noopLogger,
  };
}

/** A port that lives in the process of the suite. */
export function distantPort(url: string): Port {
  return {
    async call(name, method, args) {
      const body = JSON.stringify({ name, method, args } satisfies PortRequest);
      const answer: unknown = await (await fetch(url, { method: "POST", body })).json();
      // SAFETY: the suite's process answers in this shape.
      const { ok, value, error } = answer as { ok: boolean; value?: unknown; error?: unknown };
      if (ok) return value;
      if (error === "broken") throw new RangeError("an inner detail");
      throw AppError.fromJSON(error);
    },
  };
}
