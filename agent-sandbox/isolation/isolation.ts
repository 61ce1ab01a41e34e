/** What isolates an agent's programs from the machine: the port that `process.ts` and `none.ts` implement. */
import type { Isolation as IsolationKind } from "../protocol/spec.ts";

/** What the programs of a run may touch. Paths are absolute. */
export interface IsolationPolicy {
  /** Folders and files hidden from it. */
  readonly hidden: readonly string[];
  /** Exceptions within what is hidden. */
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  /** Exceptions within what is writable. */
  readonly protected: readonly string[];
  /** Hosts it may reach: `example.com`, `*.example.com`, each with an optional `:port`. */
  readonly hosts: readonly string[];
  /** Ports of services on this machine's loopback that it may reach. */
  readonly loopback: readonly LoopbackPort[];
}

/** A port inside, and the loopback port of the machine that it leads to. */
export interface LoopbackPort {
  readonly inside: number;
  readonly outside: number;
}

/** A program ready to be started on a PTY. */
export interface IsolatedCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** True when a wrapper stands between the process that is started and the program. */
  readonly wrapped: boolean;
  /** True when the kernel kills it together with this process; otherwise a guard is needed. */
  readonly diesWithParent: boolean;
  /** After its end: was the program reached, or did the wrapper around it fail? */
  began(): Promise<boolean>;
}

export interface Isolation {
  readonly kind: IsolationKind;
  /** Why it is less than was asked for. */
  readonly reduced: string | undefined;
  /** Port by which programs reach the relay when it listens on `outside`. */
  relayPort(outside: number): number;
  /**
   * How to run a shell script file in `cwd` under the policy.
   * @param apart True when `cwd` is out of reach under the policy, and this script alone may read and write it, in place
   * of all else that is writable except the home.
   * @throws {AppError} isolation_unavailable
   */
  wrap(script: string, cwd: string, apart?: boolean): Promise<IsolatedCommand>;
  /** To be called when a wrapped program has ended. */
  release(): void;
  close(): Promise<void>;
}
