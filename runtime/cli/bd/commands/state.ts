/** `bd state`. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { requireBead } from "../ids.ts";
import { stateOf } from "../states.ts";

export default defineCommand<BdContext>()({
  summary: "The state of a bead in one dimension",
  examples: [{ line: "bd state bd-a3f health" }],
  positionals: [{ name: "id", complete: "bead" }, { name: "dimension" }],
  async run({ args }, ctx) {
    const [word, dimension] = args;
    if (word === undefined || dimension === undefined)
      throw usageError("an issue ID and a dimension are required");
    const bead = await requireBead(ctx, word);
    const value = stateOf(bead, dimension);
    ctx.out.emit(
      { issue_id: bead.id, dimension, value: value ?? null },
      () => value ?? `(no ${dimension} state set)`,
    );
    return 0;
  },
});
