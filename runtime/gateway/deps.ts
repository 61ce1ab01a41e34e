/** What the gateway needs from whoever composes it; it imports no host and no actor class. */

import type { ActorRef } from "../../actors/kernel/host.ts";
import type { Logger } from "../../actors/kernel/logger.ts";
import type { TerminalClientFrame, TerminalServerFrame } from "../../agent-sandbox/protocol/control.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import type { SignInTokens } from "./auth/sign-in.ts";
import type { Tokens } from "./auth/tokens.ts";

/** All that `createGateway` is composed of. */
export interface GatewayDeps {
  /** Version of the program, shown by `/healthz`. */
  readonly version: string;
  readonly directory: Directory;
  readonly terminals: Terminals;
  readonly assets: Assets;
  /** Names of the towns that exist here; no other name ever reaches an actor. */
  towns(): Promise<readonly string[]>;
  readonly authenticator: Authenticator;
  readonly tokens: Tokens;
  readonly signIn: SignInTokens;
  /** Identifies the signing key; goes into the cookie's name. Hexadecimal, 12 digits at least. */
  readonly keyId: string;
  /** True when browsers reach the gateway by https. */
  readonly secure: boolean;
  /** True for `Host` headers under which the gateway is meant to be reached. */
  allowsHost(host: string): boolean;
  /** Turns a request into a WebSocket; supplied by the host, since each has its own way. */
  readonly upgrade: SocketUpgrade;
  /** Ends the process after its answer left; with `agents`, their sandboxes first. */
  stop(options: { readonly agents: boolean }): Promise<void>;
  /** Epoch milliseconds. */
  now(): number;
  /** A short random id that ties an answer to a line of the log. */
  incident(): string;
  readonly log: Logger;
}

/** The other end of one WebSocket. */
export interface SocketPeer {
  /** Queues a frame; answers the bytes that wait to be sent now, this frame included. */
  send(frame: string | Uint8Array): number;
  close(code: number, reason: string): void;
}

/** What the gateway does with a WebSocket. */
export interface SocketHandlers {
  open(peer: SocketPeer): void;
  message(data: string | Uint8Array): void;
  /** All that was queued has left. */
  drain(): void;
  /** The other end is gone; no frame can be sent any more. */
  close(): void;
}

/**
 * Answers the response of the upgrade. `host` is what the host passed to `fetch` beside the request.
 * @throws {AppError} invalid_argument when the request is no upgrade
 */
export type SocketUpgrade = (request: Request, host: unknown, handlers: SocketHandlers) => Response;

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

/**
 * One opened terminal: live from a sandbox, or played from the recording of a run that has ended.
 * What arrives before a listener is set is held back for it.
 */
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
