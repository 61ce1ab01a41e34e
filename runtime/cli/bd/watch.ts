/** `--watch`: prints again after each change, until interrupted. */
import type { Bead } from "../../../store/schema/bead.ts";
import type { BdContext } from "./context.ts";
import { detailsOf } from "./details.ts";
import { resolveId } from "./ids.ts";
import { detailsPage } from "./render/details.ts";
import { beadTree } from "./render/line.ts";

const POLL_MS = 500;

/** Shows the beads again whenever one of them changes. Ends with the process. */
export async function showAgain(words: readonly string[], ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  return again(ctx, async () => {
    const pages: string[] = [];
    for (const word of words) {
      const bead = await backend.get(await resolveId(ctx, word));
      if (bead !== undefined) pages.push(detailsPage(await detailsOf(bead, backend), ctx.out.style));
    }
    return pages.join("\n\n───\n\n");
  });
}

/** Lists again whenever the list changes. Ends with the process. */
export async function listAgain(ctx: BdContext, read: () => Promise<readonly Bead[]>): Promise<number> {
  return again(ctx, async () => beadTree(await read(), ctx.out.style).join("\n"));
}

async function again(ctx: BdContext, render: () => Promise<string>): Promise<number> {
  let shown = await render();
  for (;;) {
    await Bun.sleep(POLL_MS);
    const next = await render();
    if (next === shown) continue;
    shown = next;
    ctx.out.raw(`${ctx.io.stdout.isTty ? "\x1b[2J\x1b[H" : "\n"}${next}\n`);
  }
}
