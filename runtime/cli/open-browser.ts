/** Opens the dashboard in the user's browser, where there is one. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Io } from "./lib/io.ts";

/** How long the page with the link lies in the town's folder. */
const PAGE_TTL_MS = 30_000;

/** True on a terminal of a desktop of this machine. */
export function hasBrowser(io: Pick<Io, "env" | "stderr">): boolean {
  const { SSH_CONNECTION, CI, DISPLAY, WAYLAND_DISPLAY } = io.env;
  if (!io.stderr.isTty || SSH_CONNECTION !== undefined || CI !== undefined) return false;
  return process.platform === "darwin" || DISPLAY !== undefined || WAYLAND_DISPLAY !== undefined;
}

/**
 * Opens a link that holds a token. Arguments of programs can be read by every user of the machine, so the browser is
 * given a page, readable for its owner alone, that leads on to the link.
 */
export function openBrowser(link: string, runFolder: string): void {
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  if (Bun.which(opener) === null) return;
  const page = join(runFolder, "open.html");
  const target = JSON.stringify(link).replaceAll("<", "\\u003c");
  writeFileSync(
    page,
    `<!doctype html><meta name="referrer" content="no-referrer"><script>location.replace(${target})</script>\n`,
    {
      mode: 0o600,
    },
  );
  const child = Bun.spawn([opener, page], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  child.unref();
  setTimeout(() => rmSync(page, { force: true }), PAGE_TTL_MS).unref();
}
