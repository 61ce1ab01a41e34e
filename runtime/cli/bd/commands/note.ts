/** `bd note`: adds a line to the notes. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { updateOne } from "../single-update.ts";
import { readInput } from "../values.ts";

export default defineCommand<BdContext>()({
  summary: "Add to the notes of a bead",
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "text", rest: true },
  ],
  flags: {
    file: { type: "string", value: "file", summary: "Text from a file", complete: "file" },
    stdin: { type: "boolean", summary: "Text from standard input" },
  },
  async run({ flags, args }, ctx) {
    const file = flags.stdin === true ? "-" : flags.file;
    const text = file === undefined ? args.slice(1).join(" ") : (await readInput(file, ctx)).trimEnd();
    if (text.trim() === "") throw usageError("note text required");
    return updateOne(ctx, args[0] ?? "", (tx, bead) =>
      tx.update(bead.id, { notes: bead.notes === undefined ? text : `${bead.notes}\n${text}` }),
    );
  },
});
