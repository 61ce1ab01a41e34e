/** What the suites in this process and the test worker in workerd say to each other. */
import type { ActorRef } from "../../../actors/kernel/host.ts";
import type { HostLimits } from "../host.ts";

/** A host under test within the one deployment: its objects have names of their own. */
export interface Scope {
  readonly id: string;
  readonly limits: HostLimits & { readonly evictAlways?: boolean };
}

/** Over the WebSocket at `/calls`: handled in the order in which they come. */
export type Request =
  | {
      readonly id: number;
      readonly op: "call";
      readonly scope: Scope;
      readonly to: ActorRef;
      readonly method: string;
      readonly args?: unknown;
      readonly timeoutMs: number;
      readonly message?: { readonly from: string; readonly seq: number };
    }
  /** `evict` ends the object when it is idle; `instance` answers a mark of the one that lives now. */
  | {
      readonly id: number;
      readonly op: "evict" | "instance";
      readonly scope: Scope;
      readonly to: ActorRef;
    };

/** The answer to the request of that number. */
export interface Response {
  readonly id: number;
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Body of a call of a port that lives in the process of the suite: `POST <PORTS>/<scope>/<kind>`. */
export interface PortRequest {
  readonly name: string;
  readonly method: string;
  readonly args?: unknown;
}
