/** What a supervisor knows of its children; stored as JSON by the actor that supervises. */

/**
 * Who is restarted with a child that went down: it alone; it and those started after it; all.
 * With the latter two, children start one after the other, and nothing starts before all that had to stop have stopped.
 */
export type Strategy = "one_for_one" | "rest_for_one" | "one_for_all";

/** When a child is restarted: always; unless it ended normally; never. */
export type Restart = "permanent" | "transient" | "temporary";

/** All times in milliseconds. */
export interface ChildSpec {
  readonly id: string;
  readonly restart: Restart;
  /** How long it may take from `start` to `started`. */
  readonly startMs: number;
  /** How long it may take from `stop` to `down` before it is killed, and again from there before it counts as down. */
  readonly stopMs: number;
  /** A child that is up and silent for so long counts as down. Absent: its end is always told. */
  readonly leaseMs?: number;
}

/** All times in milliseconds. */
export interface Policy {
  readonly strategy: Strategy;
  /** More restarts than this within `withinMs`, and the child is given up. */
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** A child that was up for so long is forgiven: its back-off begins anew. */
  readonly resetAfterMs: number;
}

/** Three restarts in a minute, after 1, 2 and 4 seconds. */
export const DEFAULT_POLICY: Policy = {
  strategy: "one_for_one",
  maxRestarts: 3,
  withinMs: 60_000,
  backoffBaseMs: 1_000,
  backoffMaxMs: 60_000,
  resetAfterMs: 5 * 60_000,
};

export type Phase = "down" | "starting" | "up" | "backoff" | "stopping" | "given_up";

export interface ChildState {
  readonly phase: Phase;
  /** Epoch milliseconds. */
  readonly since: number;
  /** Grows with each start: the fencing number of everything that is started for it. */
  readonly generation: number;
  /** True while it is meant to run. */
  readonly wanted: boolean;
  /** When it was restarted, epoch milliseconds, as far back as the policy looks. */
  readonly restarts: readonly number[];
  /** Failures since it was last up for long enough. */
  readonly failures: number;
  /** Why it last went down. */
  readonly reason?: string;
  /** Epoch milliseconds: end of the back-off, of the patience with a start or a stop, or of the lease. */
  readonly until?: number;
  /** It must stop since one before it went down; it starts again in its turn. */
  readonly bounce?: boolean;
  /** It was killed after it did not stop in time. */
  readonly killed?: boolean;
}

export interface SupervisorState {
  readonly v: 1;
  readonly policy: Policy;
  /** Spreads the back-off of different supervisors: e.g. the name of the actor. */
  readonly salt: string;
  /** In order of start. */
  readonly specs: readonly ChildSpec[];
  readonly children: Readonly<Record<string, ChildState>>;
}

/** A supervisor without children. */
export function newSupervisor(salt: string, policy: Partial<Policy> = {}): SupervisorState {
  return { v: 1, policy: { ...DEFAULT_POLICY, ...policy }, salt, specs: [], children: {} };
}

/** What happened. Events of a child carry its generation; those of an earlier one are ignored. */
export type SupervisorEvent =
  /** A child is to run; one that is known gets the new spec. */
  | { readonly type: "add"; readonly spec: ChildSpec }
  /** A child is to stop for good and be forgotten once it is down. */
  | { readonly type: "remove"; readonly id: string }
  /** A known child is to run (again, also after it was given up); all of them without an id. */
  | { readonly type: "start"; readonly id?: string }
  /** A child is to stop and stay so; all of them, the last started first, without an id. */
  | { readonly type: "stop"; readonly id?: string }
  | { readonly type: "started"; readonly id: string; readonly generation: number }
  /** A sign of life. */
  | { readonly type: "beat"; readonly id: string; readonly generation: number }
  | {
      readonly type: "down";
      readonly id: string;
      readonly generation: number;
      readonly reason: string;
      /** True when it ended as it should. */
      readonly normal?: boolean;
    }
  /** Time has passed. */
  | { readonly type: "tick" };

/** What the actor is to do: sends and one timer. Each may be done twice without harm. */
export type SupervisorAction =
  | { readonly type: "start"; readonly id: string; readonly generation: number }
  | { readonly type: "stop"; readonly id: string; readonly generation: number; readonly deadline: number }
  | { readonly type: "kill"; readonly id: string; readonly generation: number }
  /** Send `tick` then, epoch milliseconds; null: no timer is needed. */
  | { readonly type: "wake"; readonly at: number | null }
  /** A child exceeded its intensity and is left down until somebody starts it. */
  | {
      readonly type: "given_up";
      readonly id: string;
      readonly generation: number;
      readonly reason: string;
      readonly restarts: number;
    };

export interface Decision {
  readonly state: SupervisorState;
  readonly actions: readonly SupervisorAction[];
}
