import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Renders its host again every `periodMs` milliseconds while it is on the page, so that ages stay true. */
export class Clock implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #periodMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, periodMs: number) {
    this.#host = host;
    this.#periodMs = periodMs;
    host.addController(this);
  }

  /** Epoch milliseconds. */
  get now(): number {
    return Date.now();
  }

  hostConnected(): void {
    this.#timer = setInterval(() => this.#host.requestUpdate(), this.#periodMs);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
