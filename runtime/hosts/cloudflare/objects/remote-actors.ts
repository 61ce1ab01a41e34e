/** Reaches actors that live in other Durable Objects. */
import { checkName, unknownKind } from "../../../../actors/kernel/address.ts";
import { type ActorRef, type Host, refKey } from "../../../../actors/kernel/host.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import type { Answer, ObjectNamespace, ObjectStub } from "../platform.ts";

/** Where the objects of each kind are. */
export interface ActorMap {
  readonly namespaces: Readonly<Record<string, ObjectNamespace>>;
  /** Name of the object of an actor; the same for ever. */
  objectName(ref: ActorRef): string;
}

/** The object of an actor. @throws {AppError} not_found for an unknown kind, invalid_argument for a bad name */
export function stubOf({ namespaces, objectName }: ActorMap, ref: ActorRef): ObjectStub {
  const namespace = Object.hasOwn(namespaces, ref.kind) ? namespaces[ref.kind] : undefined;
  if (namespace === undefined) throw unknownKind(ref.kind);
  checkName(ref.name);
  // A stub is made for each call: one whose object was reset stays broken.
  return namespace.getByName(objectName(ref));
}

/** Calls actors over the platform. @throws {AppError} what the actor throws; overloaded, unavailable of the platform */
export function remoteActors(map: ActorMap): Host["call"] {
  return async (to, method, args, meta) => {
    const stub = stubOf(map, to);
    return opened(await reached(to, () => stub.call(method, args, meta)));
  };
}

/** The value of an answer. @throws {AppError} the error of the answer */
export function opened(answer: Answer): unknown {
  if (answer.ok) return answer.value;
  throw AppError.fromJSON(answer.error);
}

/** Makes a call; what the platform throws becomes an error with a code. @throws {AppError} overloaded, unavailable */
export async function reached<T>(to: ActorRef, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const overloaded = isFlagged(cause, "overloaded");
    throw new AppError(
      overloaded ? "overloaded" : "unavailable",
      overloaded
        ? `${refKey(to)} has more calls than it can take.`
        : `${refKey(to)} was reset during the call.`,
      { hint: "Try again in a moment.", retryable: true, cause },
    );
  }
}

function isFlagged(error: unknown, flag: "overloaded"): boolean {
  return typeof error === "object" && error !== null && flag in error && error[flag] === true;
}
