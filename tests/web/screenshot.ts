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
  /** How long to wait for a busier moment, in milliseconds; the picture is taken in any case. */
  readonly patienceMs?: number;
}

/** Opens the dashboard and writes the picture at twice its size: of the moment with the most to see, as far as it lasts. */
export async function takeScreenshot(options: ScreenshotOptions): Promise<void> {
  const { url, out, colorScheme = "dark", width = 1_440, height = 900, patienceMs = 60_000 } = options;
  const browser = await launchBrowser();
  try {
    const { page } = await openPage(browser, {
      viewport: { width, height },
      deviceScaleFactor: 2,
      colorScheme,
      // Nothing is caught in the middle of its way.
      reducedMotion: "reduce",
    });
    await page.goto(url);
    await page.locator("gastown-header .connection", { hasText: "Live" }).waitFor();
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    mkdirSync(dirname(out), { recursive: true });
    const end = Date.now() + patienceMs;
    for (let best = -1; best < BUSIEST && Date.now() < end; ) {
      const { score, landed } = await page.evaluate(look);
      if (score > best) {
        await page.screenshot({ path: out });
        best = score;
      }
      if (landed) break;
      await Bun.sleep(50);
    }
  } finally {
    await browser.close();
  }
}

/** Three terminals with something to read in them, and three beads that are worked on. */
const BUSIEST = 6;

/** Runs in the page: how much there is to see, and whether there is no more to come. */
function look(): { readonly score: number; readonly landed: boolean } {
  const app = document.querySelector("gastown-app")?.shadowRoot;
  const within = (name: string, selector: string) => [
    ...(app?.querySelector(name)?.shadowRoot?.querySelectorAll(selector) ?? []),
  ];
  const filled = within("gastown-dock", "gastown-terminal").filter(
    terminal => String(Reflect.get(terminal, "text")).trim().split("\n").length > 3,
  );
  const working = within("gastown-board", "[data-status=in_progress]");
  return {
    score: Math.min(3, filled.length) + (filled.length === 0 ? 0 : Math.min(3, working.length)),
    landed: within("gastown-convoys", "[data-state=landed]").length > 0,
  };
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
