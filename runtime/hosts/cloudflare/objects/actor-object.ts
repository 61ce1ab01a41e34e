/**
 * One actor as one Durable Object. Nothing in memory matters: the platform may evict the object whenever no call runs, and
 * resets it when it fails or is deployed anew. What is undelivered or overdue then is woken by the object's one alarm.
 */
import { DurableObject } from "cloudflare:workers";
import { Activation, type KernelOptions } from "../../../../actors/kernel/activation.ts";
import type { ActorClass } from "../../../../actors/kernel/actor.ts";
import { unknownKind } from "../../../../actors/kernel/address.ts";
import { type Clock, systemClock } from "../../../../actors/kernel/clock.ts";
import { unexpected } from "../../../../actors/kernel/failures.ts";
import {
  type ActorRef,
  type CallMeta,
  type Host,
  type Port,
  refKey,
} from "../../../../actors/kernel/host.ts";
import { LocalHost } from "../../../../actors/kernel/local-host.ts";
import type { Logger } from "../../../../actors/kernel/logger.ts";
import type { BeadStore } from "../../../../store/api.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { Answer, ObjectState, PlatformSocket, SocketPairConstructor, WireMeta } from "../platform.ts";
import { WATCH_ECHO } from "./echo.ts";
import { createObjectStorage, objectName } from "./object-storage.ts";
import { type ActorMap, remoteActors } from "./remote-actors.ts";

const ALARM_RETRY_MS = 5_000;

/** What the object of an actor is composed of. */
export interface ActorParts {
  readonly ref: ActorRef;
  readonly actorClass: ActorClass;
  readonly actors: ActorMap;
  /** Ports by kind; those that other objects may use too are reached by `port`. */
  readonly ports: Readonly<Record<string, Port>>;
  /** The beads of this actor; opened again by the next call when it fails. */
  readonly beads?: (() => Promise<BeadStore>) | undefined;
  readonly kernel?: Omit<KernelOptions, "log"> | undefined;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** The class side of an object, as the platform wants it exported. */
export type ActorObjectClass<Env> = new (
  ctx: ObjectState,
  env: Env,
) => DurableObject<Env> & ActorObjectMethods;

/**
 * A class of Durable Objects whose instances are the actors that `compose` says.
 * @param compose is given the name of the object, and called once per instance
 */
export function actorObject<Env>(
  compose: (name: string, env: Env, ctx: ObjectState) => ActorParts,
): ActorObjectClass<Env> {
  return class extends DurableObject<Env> implements ActorObjectMethods {
    #parts: ActorParts | undefined;
    #active: Promise<Activation> | undefined;
    #alarms = 0;

    get #composed(): ActorParts {
      this.#parts ??= compose(objectName(this.ctx), this.env, this.ctx);
      return this.#parts;
    }

    /** True when the object can be evicted without anything to be done again. */
    async idle(): Promise<boolean> {
      const active = await this.#active;
      return this.#alarms === 0 && (active === undefined || active.idle);
    }

    async call(method: string, args: unknown, meta: WireMeta): Promise<Answer> {
      return answered(async () => (await this.#activate()).call(method, args, meta));
    }

    async port(kind: string, name: string, method: string, args: unknown, meta: WireMeta): Promise<Answer> {
      return answered(() => callPort(this.#composed, { kind, name }, method, args, meta));
    }

    async alarm(): Promise<void> {
      this.#alarms += 1;
      try {
        await (await this.#activate()).alarm();
      } catch (error) {
        // The platform gives an alarm up after six failures; armed anew, it does not.
        this.#composed.log.error("alarm failed", { actor: refKey(this.#composed.ref), error });
        await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
      } finally {
        this.#alarms -= 1;
      }
    }

    /** Opens a WebSocket that is sent the events of the actor as JSON from now on. */
    async fetch(request: Request): Promise<Response> {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket")
        return new Response(null, { status: 426 });
      // SAFETY: the platform has this global; it is in no library of types that we use.
      const Pair = Reflect.get(globalThis, "WebSocketPair") as SocketPairConstructor;
      const { 0: client, 1: server } = new Pair();
      this.ctx.acceptWebSocket(server);
      // SAFETY: `webSocket` is the platform's own addition to the options of a response.
      return new Response(null, { status: 101, webSocket: client } as ResponseInit);
    }

    webSocketMessage(socket: PlatformSocket, data: unknown): void {
      if (data === WATCH_ECHO) socket.send(WATCH_ECHO);
    }

    webSocketClose(socket: PlatformSocket, code: number): void {
      // 1005, 1006 and 1015 say how it ended and cannot be sent.
      socket.close([1005, 1006, 1015].includes(code) ? 1000 : code);
    }

    #activate(): Promise<Activation> {
      this.#active ??= this.#begin().catch(error => {
        this.#active = undefined;
        throw error;
      });
      return this.#active;
    }

    async #begin(): Promise<Activation> {
      const parts = this.#composed;
      const { ref, actorClass, kernel, log, clock = systemClock } = parts;
      const remote = remoteActors(parts.actors);
      const route: Host["call"] = (to, method, args, meta) =>
        Object.hasOwn(parts.ports, to.kind)
          ? callPort(parts, to, method, args, meta)
          : remote(to, method, args, meta);
      const host = new LocalHost({
        ref,
        clock,
        random: Math.random,
        storage: createObjectStorage(this.ctx.storage, objectName(this.ctx)),
        beads: await parts.beads?.(),
        route,
        publish: event => this.#publish(event),
        // Armed with the commit itself.
        armed: () => undefined,
      });
      return new Activation(host, actorClass, { ...kernel, log });
    }

    #publish(event: unknown): void {
      const text = JSON.stringify(event);
      for (const socket of this.ctx.getWebSockets()) {
        try {
          socket.send(text);
        } catch (error) {
          this.#composed.log.debug("watcher is gone", { actor: refKey(this.#composed.ref), error });
        }
      }
    }
  };
}

/** What the object answers to the platform and to other objects. */
export interface ActorObjectMethods {
  call(method: string, args: unknown, meta: WireMeta): Promise<Answer>;
  port(kind: string, name: string, method: string, args: unknown, meta: WireMeta): Promise<Answer>;
  idle(): Promise<boolean>;
  alarm(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  webSocketMessage(socket: PlatformSocket, data: unknown): void;
  webSocketClose(socket: PlatformSocket, code: number): void;
}

async function callPort(
  { ports, log }: ActorParts,
  to: ActorRef,
  method: string,
  args: unknown,
  meta: CallMeta,
): Promise<unknown> {
  const port = Object.hasOwn(ports, to.kind) ? ports[to.kind] : undefined;
  if (port === undefined) throw unknownKind(to.kind);
  try {
    return await port.call(to.name, method, args, meta);
  } catch (error) {
    throw unexpected(error, { key: refKey(to), method, log, random: Math.random() });
  }
}

async function answered(body: () => Promise<unknown>): Promise<Answer> {
  try {
    return { ok: true, value: await body() };
  } catch (error) {
    return { ok: false, error: AppError.from(error).toJSON() };
  }
}
