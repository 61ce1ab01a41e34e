/** Counts what moves on a page by itself, as browsers measure it. */
import type { Page } from "playwright-core";

interface Shift {
  readonly value: number;
  readonly sources: readonly string[];
}

declare global {
  interface Window {
    layoutShifts?: Shift[];
  }
}

/** Starts to count; call it before the page is opened. */
export async function watchLayoutShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    window.layoutShifts = shifts;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        const shift = entry as PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
          sources: { previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
        };
        if (shift.hadRecentInput) continue;
        // Inside shadow roots the nodes are withheld, so what has moved is named by where it is.
        const names = shift.sources.map(({ previousRect: from, currentRect: to }) => {
          const path: string[] = [];
          let at = document.elementFromPoint(to.x + to.width / 2, to.y + to.height / 2);
          while (at !== null) {
            path.push(`${at.localName}.${at.className}`);
            at = at.shadowRoot?.elementFromPoint(to.x + to.width / 2, to.y + to.height / 2) ?? null;
            if (at !== null && path.at(-1) === `${at.localName}.${at.className}`) break;
          }
          const box = ({ x, y, width, height }: DOMRectReadOnly) =>
            [x, y, width, height].map(Math.round).join(" ");
          return `${path.join(" > ")}: ${box(from)} -> ${box(to)}`;
        });
        shifts.push({ value: shift.value, sources: names });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** All shifts so far that no key or click explains. */
export async function layoutShifts(page: Page): Promise<readonly Shift[]> {
  return await page.evaluate(() => window.layoutShifts ?? []);
}
