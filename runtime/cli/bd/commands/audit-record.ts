/** `bd audit record`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import { appendAudit } from "../audit-log.ts";
import type { BdContext } from "../context.ts";

const text = (summary: string) => ({ type: "string", summary }) as const;

export default defineCommand<BdContext>()({
  summary: "Add an entry to the log of interactions",
  flags: {
    kind: text("llm_call, tool_call, ..."),
    "issue-id": { ...text("Bead that it is about"), complete: "bead" },
    model: text("Model"),
    prompt: text("What was asked"),
    response: text("What was answered"),
    error: text("What went wrong"),
    "tool-name": text("Tool"),
    "exit-code": { type: "integer", summary: "Exit code of the tool" },
    stdin: { type: "boolean", summary: "The entry as JSON from standard input" },
  },
  async run({ flags }, ctx) {
    const fields = {
      kind: flags.kind,
      issue_id: flags["issue-id"],
      model: flags.model,
      prompt: flags.prompt,
      response: flags.response,
      error: flags.error,
      tool_name: flags["tool-name"],
      exit_code: flags["exit-code"],
    };
    const given: unknown = flags.stdin === true ? JSON.parse(await ctx.io.readStdin()) : fields;
    if (typeof given !== "object" || given === null || !("kind" in given) || given.kind === undefined)
      throw usageError("--kind is required");
    const id = appendAudit({ ...given }, ctx);
    ctx.out.emit({ id, kind: given.kind }, () => id);
    return 0;
  },
});
