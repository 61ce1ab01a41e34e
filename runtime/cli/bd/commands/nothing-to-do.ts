/** Commands of older versions that started, stopped or flushed something that is not there: they succeed and say so. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";

export default defineCommand<BdContext>()({
  summary: "Understood and without effect: every change is on the branch at once, and there is no daemon",
  positionals: [{ name: "words", rest: true }],
  trailing: { name: "words", summary: "Understood" },
  flags: {
    force: { type: "boolean", summary: "Understood", hidden: true },
    all: { type: "boolean", summary: "Understood", hidden: true },
    message: { type: "string", short: "m", summary: "Understood", hidden: true },
    remote: { type: "string", summary: "Understood", hidden: true },
    "dry-run": { type: "boolean", summary: "Understood", hidden: true },
    local: { type: "boolean", summary: "Understood", hidden: true },
    health: { type: "boolean", summary: "Understood", hidden: true },
  },
  run(_input, ctx) {
    ctx.out.emit(
      { status: "ok", running: false, mode: "direct" },
      () => "Nothing to do: changes are committed at once, and there is no daemon.",
    );
    return 0;
  },
});
