/** One town as seen by one page: the API, the event stream and the store, working together. */
import { STATUS_CATEGORY } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { UiAction } from "../../store/schema/ui-action.ts";
import type { Api } from "./api.ts";
import { backOff } from "./back-off.ts";
import { type ConnectionState, EventStream, type StreamPlatform } from "./event-stream.ts";
import { type Readable, Signal } from "./signal.ts";
import type { TerminalChannel, TerminalHandlers, TerminalRequest } from "./terminal-channel.ts";
import { TownStore } from "./town-store.ts";

/** What a page can show now. `failed` is retried by itself when the error is retryable. */
export type Session =
  | { readonly phase: "starting" }
  | { readonly phase: "signed_out" }
  | { readonly phase: "failed"; readonly error: AppError }
  | { readonly phase: "ready" };

/** Beads that a page loads: all that are not done, and this many of the latest done. */
export const OPEN_BEADS_LIMIT = 10_000;
export const DONE_BEADS_LIMIT = 400;
const FEED_LIMIT = 200;

const STATUSES = typedKeys(STATUS_CATEGORY);
const DONE = STATUSES.filter(status => STATUS_CATEGORY[status] === "done");
const NOT_DONE = STATUSES.filter(status => STATUS_CATEGORY[status] !== "done");

export interface TownClientOptions {
  readonly api: Api;
  /** The town's name; the first that the caller may see when absent. */
  readonly town?: string | undefined;
  readonly platform: StreamPlatform;
}

export class TownClient {
  readonly api: Api;
  readonly store = new TownStore();
  readonly #platform: StreamPlatform;
  readonly #session = new Signal<Session>({ phase: "starting" });
  readonly #connection = new Signal<ConnectionState>({ phase: "idle" });
  readonly #fault = new Signal<AppError | undefined>(undefined);
  readonly #shown = new Signal<UiAction | undefined>(undefined);
  readonly #abort = new AbortController();
  #town: string | undefined;
  #stream: EventStream | undefined;
  #retryTimer: unknown;
  #attempt = 0;
  #loading: Promise<void> | undefined;

  constructor(options: TownClientOptions) {
    this.api = options.api;
    this.#town = options.town;
    this.#platform = options.platform;
  }

  get session(): Readable<Session> {
    return this.#session;
  }
  get connection(): Readable<ConnectionState> {
    return this.#connection;
  }
  /** The last thing that went wrong without ending the session. */
  get fault(): Readable<AppError | undefined> {
    return this.#fault;
  }
  /** What somebody shows on all dashboards, a new object each time. */
  get shown(): Readable<UiAction | undefined> {
    return this.#shown;
  }
  /** The town's name. @throws {AppError} unavailable before the first load */
  get town(): string {
    if (this.#town !== undefined) return this.#town;
    throw new AppError("unavailable", "The town is not loaded yet.", { retryable: true });
  }

  /** Loads the town and stays connected until `dispose`. Never rejects: the session says how it went. */
  async start(): Promise<void> {
    await this.#load();
  }

  /** Tries again at once, after an error or while waiting for the next attempt to connect. */
  retry(): void {
    this.#stream?.retryNow();
    if (this.#session.value.phase === "failed") void this.#load();
  }

  /** Ends the connection. The client cannot be started again. */
  dispose(): void {
    this.#abort.abort();
    this.#platform.clearTimer(this.#retryTimer);
    this.#stream?.stop();
  }

  /** Opens an agent's terminal on the shared connection. @throws {AppError} unavailable before the first load */
  openTerminal(request: TerminalRequest, handlers: TerminalHandlers): TerminalChannel {
    if (this.#stream === undefined) {
      throw new AppError("unavailable", "The town is not loaded yet.", { retryable: true });
    }
    return this.#stream.openTerminal(request, handlers);
  }

  /** One load at a time; who asks meanwhile waits for that one. */
  #load(): Promise<void> {
    this.#loading ??= this.#loadNow().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadNow(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const name = this.#town ?? (await this.#firstTown(signal));
      this.#town = name;
      const town = await this.api.town(name, signal);
      const [active, done, feed] = await Promise.all([
        this.api.beads(name, { status: NOT_DONE, limit: OPEN_BEADS_LIMIT }, signal),
        this.api.beads(name, { status: DONE, sort: "updated", limit: DONE_BEADS_LIMIT }, signal),
        this.api.feed(name, { limit: FEED_LIMIT }, signal),
      ]);
      if (signal.aborted) return;
      this.store.replace({ town, beads: [...active, ...done], feed });
      this.#attempt = 0;
      this.#connect(name).subscribe(town.seq);
      this.#session.set({ phase: "ready" });
    } catch (error) {
      if (!signal.aborted) this.#failed(AppError.from(error));
    }
  }

  async #firstTown(signal: AbortSignal): Promise<string> {
    const { towns } = await this.api.towns(signal);
    const first = towns[0];
    if (first !== undefined) return first.name;
    throw new AppError("not_found", "There is no town that you may see.", {
      hint: "Start one with `gt start`, then open the address that `gt url` prints.",
    });
  }

  #failed(error: AppError): void {
    if (error.code === "unauthenticated") {
      this.#stream?.stop();
      this.#session.set({ phase: "signed_out" });
      return;
    }
    this.#attempt += 1;
    if (this.#session.value.phase === "ready") this.#fault.set(error);
    else this.#session.set({ phase: "failed", error });
    if (!error.retryable) return;
    this.#platform.clearTimer(this.#retryTimer);
    this.#retryTimer = this.#platform.setTimer(
      () => void this.#load(),
      backOff(this.#attempt + 2, this.#platform.random()),
    );
  }

  #connect(town: string): EventStream {
    if (this.#stream !== undefined) return this.#stream;
    const stream = new EventStream({
      url: `${this.api.gateway.replace(/^http/, "ws")}/api/v1/towns/${encodeURIComponent(town)}/socket`,
      token: this.api.token,
      platform: this.#platform,
      onFrame: frame => {
        if (frame.op === "resync") void this.#load();
        else if (frame.op === "ui") this.#shown.set({ action: frame.action, id: frame.id });
        else this.store.apply(frame);
      },
      onRefused: () => void this.#checkSignIn(),
      onFault: error => this.#fault.set(error),
    });
    this.#stream = stream;
    stream.state.subscribe(() => this.#connection.set(stream.state.value));
    stream.start();
    return stream;
  }

  /** A browser does not tell why a socket was refused; a request does. */
  async #checkSignIn(): Promise<void> {
    try {
      await this.api.towns(this.#abort.signal);
    } catch (error) {
      const reason = AppError.from(error);
      if (reason.code === "unauthenticated") this.#failed(reason);
    }
  }
}

function typedKeys<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  // SAFETY: the record is a literal of this project, with no keys beyond its type.
  return Object.keys(record) as K[];
}
