/** A town, its gateway and a browser for the tests of one file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { buildWeb } from "../../runtime/build/web.ts";
import { launchBrowser, openPage, type WatchedPage } from "./browser.ts";
import { type FakeGateway, startFakeGateway } from "./fake-gateway.ts";

const root = join(import.meta.dir, "../..");

export interface Stage {
  readonly browser: Browser;
  /** Folder with the built dashboard. */
  readonly dist: string;
  /** A new town with its gateway; it ends with the stage. */
  gateway(): FakeGateway;
  /** A page that is signed in at that gateway, on a route such as `#/beads/sa-1`. */
  signedIn(gateway: FakeGateway, hash?: string, options?: PageOptions): Promise<WatchedPage>;
  close(): Promise<void>;
}

export interface PageOptions extends BrowserContextOptions {
  /** Called before the page is opened. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Builds the dashboard into a temporary folder and starts a browser. */
export async function openStage(): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), "gastown-web-"));
  const dist = join(dir, "dist");
  await buildWeb(root, dist);
  const browser = await launchBrowser();
  const gateways: FakeGateway[] = [];
  return {
    browser,
    dist,
    gateway() {
      const gateway = startFakeGateway(dist);
      gateways.push(gateway);
      return gateway;
    },
    async signedIn(gateway, hash = "", { prepare, ...options } = {}) {
      const watched = await openPage(browser, options);
      await prepare?.(watched.page);
      await watched.page.goto((await gateway.signInUrl()) + hash);
      await watched.page.locator("gastown-header .connection", { hasText: "Live" }).waitFor();
      return watched;
    },
    async close() {
      await browser.close();
      for (const gateway of gateways) await gateway.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until the value is as wanted, and answers it.
 * @param why what the page needs the time for
 */
export async function until<T>(
  why: string,
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${why}. Last seen: ${JSON.stringify(value)}`);
    await Bun.sleep(30);
  }
}
