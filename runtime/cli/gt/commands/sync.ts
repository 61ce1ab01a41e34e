/** `gt sync` */
import { AppError } from "../../../../store/schema/errors.ts";
import { townSyncSchema } from "../../../gateway/contract/sync.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

const SHORT = 10;

export const sync = defineCommand<GtContext>()({
  summary: "Exchanges the beads of the town and of its rigs with their git remotes: fetch, merge, push",
  examples: [{ line: "gt sync" }],
  async run(_, context) {
    const report = await context.client().send("POST", "/sync", {}, townSyncSchema);
    context.print(report, () =>
      report.stores.length === 0
        ? ["No repository of the town has a remote: nothing to exchange."]
        : report.stores.map(each =>
            each.ok
              ? `${each.store}: ${each.behind} in, ${each.ahead} out, at ${each.commit?.slice(0, SHORT) ?? "nothing"} (${each.url})`
              : `${each.store}: ${each.error.message}${each.error.hint === undefined ? "" : ` ${each.error.hint}`}`,
          ),
    );
    const failed = report.stores.filter(each => !each.ok);
    if (failed.length === 0) return undefined;
    throw new AppError(
      "remote_unreachable",
      `${failed.length} of ${report.stores.length} were not exchanged.`,
      {
        hint: "Local work goes on; run it again when the remotes can be reached.",
        retryable: true,
      },
    );
  },
});
