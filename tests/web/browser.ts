/** The system's Chromium, driven by playwright-core; its processes end as a group with the browser. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a browser without a window, with a profile of its own that goes when it is closed. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS });
}

/** A page, and everything that went wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors, warnings of the content policy, uncaught errors, failed requests; expected ones are taken out by the test. */
  readonly problems: string[];
}

/** Opens a page in a context of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1_440, height: 900 },
    colorScheme: "dark",
    reducedMotion: "no-preference",
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", message => {
    if (message.type() === "error" || message.type() === "warning")
      problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", error => problems.push(`uncaught: ${error.message}`));
  return { page, problems };
}
