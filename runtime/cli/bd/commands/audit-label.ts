/** `bd audit label`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { appendAudit } from "../audit-log.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Judge an entry of the log, in a new entry",
  positionals: [{ name: "entry", required: true }],
  flags: {
    label: { type: "string", summary: "good, bad, ..." },
    reason: { type: "string", summary: "Why" },
  },
  run({ flags, args }, ctx) {
    if (flags.label === undefined) throw usageError("--label is required");
    const id = appendAudit(
      { kind: "label", parent_id: args[0], label: flags.label, reason: flags.reason },
      ctx,
    );
    ctx.out.emit({ id, parent_id: args[0], label: flags.label }, () => id);
    return 0;
  },
});
