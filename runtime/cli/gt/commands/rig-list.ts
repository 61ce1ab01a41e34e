/** `gt rig list` and `gt rig show` */
import { z } from "zod";
import { rigViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";
import { rigLines } from "../show/rig.ts";

export const rigList = defineCommand<GtContext>()({
  summary: "Lists the rigs of the town",
  examples: [{ line: "gt rig list --json | jq '.[].path'", note: "where the repositories lie" }],
  async run(_, context) {
    const rigs = await context.client().get("/rigs", z.array(rigViewSchema));
    const { style } = context;
    context.print(rigs, () =>
      rigs.length === 0
        ? ['No rigs yet: "gt rig add NAME GIT-URL --prefix PREFIX".']
        : table(
            rigs.map(rig => [
              { text: rig.name, paint: style.bold },
              rig.prefix,
              { text: rig.state, paint: rig.state === "ready" ? style.green : style.yellow },
              {
                text: rig.settings.gates.length === 1 ? "1 gate" : `${rig.settings.gates.length} gates`,
                paint: style.dim,
              },
              printable(rig.reason ?? rig.git_url),
            ]),
            context.io.stdout.columns,
          ),
    );
    return undefined;
  },
});

export const rigShow = defineCommand<GtContext>()({
  summary: "Shows a rig and its settings",
  examples: [{ line: "gt rig show web" }],
  positionals: [{ name: "rig", required: true, complete: "rig" }],
  async run({ args: [name = ""] }, context) {
    const rig = await context.client().get(`/rigs/${encodeURIComponent(name)}`, rigViewSchema);
    context.print(rig, () => rigLines(rig, context));
    return undefined;
  },
});
