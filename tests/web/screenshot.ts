/**
 * Takes the picture of a running town's dashboard, for the README:
 * `bun tests/web/screenshot.ts 'http://127.0.0.1:4180/?token=...' [docs/dashboard.png]`
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { launchBrowser, openPage } from "./browser.ts";

export interface ScreenshotOptions {
  /** Address of the dashboard with a one-time sign-in token, as `gt url` prints it. */
  readonly url: string;
  /** The PNG to write. */
  readonly out: string;
  readonly colorScheme?: "dark" | "light";
  readonly width?: number;
  readonly height?: number;
  /** Milliseconds to wait for an agent's terminal with something in it; the picture is taken in any case. */
  readonly patienceMs?: number;
}

/** Opens the dashboard, waits until agents can be seen at work, and writes the picture at twice its size. */
export async function takeScreenshot(options: ScreenshotOptions): Promise<void> {
  const { url, out, colorScheme = "dark", width = 1_440, height = 900, patienceMs = 60_000 } = options;
  const browser = await launchBrowser();
  try {
    const { page } = await openPage(browser, {
      viewport: { width, height },
      deviceScaleFactor: 2,
      colorScheme,
    });
    await page.goto(url);
    await page.locator("gastown-header .connection", { hasText: "Live" }).waitFor();
    await page.waitForFunction(busy, undefined, { timeout: patienceMs, polling: 200 }).catch(() => undefined); // A town at rest is worth a picture too.
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    mkdirSync(dirname(out), { recursive: true });
    await page.screenshot({ path: out });
  } finally {
    await browser.close();
  }
}

/** Runs in the page: two terminals at least have something to read in them. */
function busy(): boolean {
  const dock = document.querySelector("gastown-app")?.shadowRoot?.querySelector("gastown-dock");
  const terminals = [...(dock?.shadowRoot?.querySelectorAll("gastown-terminal") ?? [])];
  const filled = terminals.filter(
    terminal => (terminal as unknown as { text: string }).text.trim().split("\n").length > 3,
  );
  return filled.length >= 2;
}

if (import.meta.main) {
  const [url, out = join(import.meta.dir, "../../docs/dashboard.png")] = process.argv.slice(2);
  if (url === undefined) {
    process.stderr.write("usage: bun tests/web/screenshot.ts <address with token> [file.png]\n");
    process.exit(2);
  }
  await takeScreenshot({ url, out });
  process.stdout.write(`${out}\n`);
  process.exit(0);
}
