/** `gt convoy list` and `gt convoy show` */
import { z } from "zod";
import { AppError } from "../../../../store/schema/errors.ts";
import { convoyViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { GtContext } from "../context.ts";
import { statusColour } from "../show/beads.ts";
import { convoyLine } from "../show/convoys.ts";

const convoysSchema = z.array(convoyViewSchema);

export const convoyList = defineCommand<GtContext>()({
  summary: "Lists convoys, newest first",
  examples: [{ line: "gt convoy list" }],
  async run(_, context) {
    const convoys = await context.client().get("/convoys", convoysSchema);
    context.print(convoys, () =>
      convoys.length === 0 ? ["No convoys."] : convoys.map(convoy => convoyLine(convoy, context.style)),
    );
    return undefined;
  },
});

export const convoyShow = defineCommand<GtContext>()({
  summary: "Shows a convoy with its beads",
  examples: [{ line: "gt convoy show hq-4k2" }],
  positionals: [{ name: "convoy", required: true, complete: "convoy" }],
  async run({ args: [id = ""] }, context) {
    const convoys = await context.client().get("/convoys", convoysSchema);
    const convoy = convoys.find(one => one.id === id);
    if (convoy === undefined) {
      throw new AppError("not_found", `There is no convoy "${id}".`, {
        hint: '"gt convoy list" shows what there is.',
      });
    }
    const { style } = context;
    context.print(convoy, () => [
      convoyLine(convoy, style),
      ...convoy.beads.map(
        bead =>
          `  ${bead.id}  ${statusColour(bead.status, style)(bead.status.padEnd(11))}  ${printable(bead.title)}`,
      ),
    ]);
    return undefined;
  },
});
