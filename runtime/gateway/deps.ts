/** What the gateway needs from whoever composes it; it imports no host and no actor class. */

import type { ActorRef } from "../../actors/kernel/host.ts";
import type { TerminalClientFrame, TerminalServerFrame } from "../../agent-sandbox/protocol/control.ts";

/** Reaches actors by kind and method name. */
export interface Directory {
  /** @throws {AppError} what the actor throws; overloaded; deadline_exceeded */
  call(
    to: ActorRef,
    method: string,
    args: unknown,
    options?: { readonly timeoutMs?: number },
  ): Promise<unknown>;
  /** Events that the actor publishes from now on. Returns the unsubscriber. */
  watch(ref: ActorRef, listener: (event: unknown) => void): () => void;
}

/** One opened terminal: live from a sandbox, or played from the recording of a run that has ended. */
export interface TerminalSession {
  onFrame(listener: (frame: TerminalServerFrame) => void): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  onClose(listener: (code: string, message: string) => void): void;
  send(frame: TerminalClientFrame): void;
  close(): void;
}

/** A run of an agent that left a recording. */
export interface RunInfo {
  readonly run: string;
  readonly generation: number;
  readonly started_at: string;
  readonly ended_at?: string;
  readonly bead?: string;
  readonly live: boolean;
}

/** Terminals of a town's agents. */
export interface Terminals {
  /** The latest run when `run` is absent. @throws {AppError} not_found */
  open(
    town: string,
    agent: string,
    options: { readonly run?: string; readonly cols: number; readonly rows: number },
  ): Promise<TerminalSession>;
  runs(town: string, agent: string): Promise<readonly RunInfo[]>;
  /** The recording as asciicast v2 text. @throws {AppError} not_found */
  recording(town: string, agent: string, run: string): Promise<ReadableStream<Uint8Array>>;
}

/** A static file of the dashboard. */
export interface Asset {
  readonly body: Uint8Array | ReadableStream<Uint8Array>;
  readonly type: string;
  /** True for files with a content hash in their name. */
  readonly immutable: boolean;
}

/** The built dashboard, from a folder or from inside the binary. */
export interface Assets {
  get(path: string): Promise<Asset | undefined>;
}
