/** `bd human list`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { humanBeads } from "../humans.ts";
import { issueJson } from "../issue-json.ts";
import { beadLine } from "../render/line.ts";

export default defineCommand<BdContext>()({
  summary: "What waits for a person",
  flags: { status: { type: "string", short: "s", value: "status", summary: "Only with this status" } },
  async run({ flags }, ctx) {
    const all = await humanBeads(ctx);
    const beads = all.filter(bead =>
      flags.status === undefined ? bead.status !== "closed" : bead.status === flags.status,
    );
    ctx.out.emit(
      beads.map(bead => issueJson(bead)),
      () =>
        beads.length === 0
          ? "Nothing waits for a person."
          : beads.map(bead => beadLine(bead, ctx.out.style)).join("\n"),
    );
    return 0;
  },
});
