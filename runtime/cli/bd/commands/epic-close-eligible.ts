/** `bd epic close-eligible`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { openEpics } from "../epics.ts";
import { issueJson } from "../issue-json.ts";

export default defineCommand<BdContext>()({
  summary: "Close the epics whose children are all closed",
  flags: { "dry-run": { type: "boolean", summary: "Only show them" } },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const eligible = (await openEpics(backend)).filter(epic => epic.eligible).map(({ epic }) => epic);
    const line = () => eligible.map(epic => `  ${epic.id}: ${printable(epic.title)}`);
    if (flags["dry-run"] === true) {
      ctx.out.emit(
        eligible.map(epic => issueJson(epic)),
        () => [`Would close ${eligible.length} epic(s):`, ...line()].join("\n"),
      );
      return 0;
    }
    const closed = eligible.map(epic => epic.id);
    if (closed.length > 0) {
      await backend.change({ touches: "all" }, tx => {
        for (const id of closed) tx.close(id, "All children completed");
      });
      ctx.touched(closed.at(-1) ?? "", true);
    }
    ctx.out.emit({ closed, count: closed.length }, () =>
      closed.length === 0
        ? "No epics eligible for closure"
        : [`✓ Closed ${closed.length} epic(s):`, ...line()].join("\n"),
    );
    return 0;
  },
});
