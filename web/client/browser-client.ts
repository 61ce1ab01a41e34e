import { createApi } from "./api.ts";
import type { StreamPlatform } from "./event-stream.ts";
import { TownClient } from "./town-client.ts";

/** Where a client finds its town. */
export interface BrowserClientOptions {
  /** Address of the gateway, e.g. `http://127.0.0.1:4180`; the folder of this page when absent. */
  readonly gateway?: string | undefined;
  readonly town?: string | undefined;
  /** Embed token, for pages of another origin. */
  readonly token?: string | undefined;
}

const platform: StreamPlatform = {
  connect: (url, protocols) => new WebSocket(url, protocols),
  setTimer: (body, ms) => setTimeout(body, ms),
  // SAFETY: only ever given what setTimer returned, or undefined, which clearTimeout ignores.
  clearTimer: timer => clearTimeout(timer as number | undefined),
  now: () => Date.now(),
  random: () => Math.random(),
};

/** A client on the browser's own fetch, WebSocket and timers, already starting. */
export function createBrowserClient(options: BrowserClientOptions = {}): TownClient {
  const here = new URL(".", location.href);
  const gateway = (options.gateway ?? `${here.origin}${here.pathname}`).replace(/\/+$/, "");
  const api = createApi({ gateway, token: options.token, fetch: (input, init) => fetch(input, init) });
  const client = new TownClient({ api, town: options.town, platform });
  void client.start();
  return client;
}
