/** `gt rig park` and `gt rig unpark` */
import { rigViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

const rig = [{ name: "rig", required: true, summary: "name of the rig", complete: "rig" }] as const;

export const rigPark = defineCommand<GtContext>()({
  summary: "Starts nothing new in a rig; what runs in it finishes, and nothing is merged",
  examples: [{ line: 'gt rig park web --reason "release week"' }],
  flags: { reason: { type: "string", short: "r", summary: "why; shown wherever the rig is shown" } },
  positionals: rig,
  async run({ flags, args: [name = ""] }, context) {
    const body = flags.reason === undefined ? {} : { reason: flags.reason };
    const path = `/rigs/${encodeURIComponent(name)}/park`;
    const view = await context.client().send("POST", path, body, rigViewSchema);
    context.print(view, () => [`${view.name} is parked: ${view.reason ?? ""}`]);
    return undefined;
  },
});

export const rigUnpark = defineCommand<GtContext>()({
  summary: "Starts work in a parked rig again",
  examples: [{ line: "gt rig unpark web" }],
  positionals: rig,
  async run({ args: [name = ""] }, context) {
    const path = `/rigs/${encodeURIComponent(name)}/unpark`;
    const view = await context.client().send("POST", path, {}, rigViewSchema);
    context.print(view, () => [`${view.name} is ${view.state}.`]);
    return undefined;
  },
});
