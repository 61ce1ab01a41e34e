/** `gt bead link` and `gt bead unlink` */
import { beadSchema } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

const two = [
  { name: "bead", required: true, complete: "bead", summary: "the bead that waits" },
  { name: "on", required: true, complete: "bead", summary: "the bead that has to be done before" },
] as const;

export const beadLink = defineCommand<GtContext>()({
  summary: "Makes a bead wait until another is done; of any rig",
  description: "A ring is refused, with the beads that it is made of.",
  examples: [{ line: "gt bead link web-4k2 api-7fj", note: "web-4k2 waits for api-7fj" }],
  flags: {
    type: {
      type: "string",
      short: "t",
      default: "blocks",
      summary: "blocks, parent-child, related, discovered-from, ...",
    },
  },
  positionals: two,
  async run({ flags, args: [id = "", on = ""] }, context) {
    const body = { depends_on: on, type: flags.type };
    const bead = await context
      .client()
      .send("POST", `/beads/${encodeURIComponent(id)}/dependencies`, body, beadSchema);
    context.print(bead, () => [
      flags.type === "blocks" ? `${bead.id} waits for ${on}.` : `${bead.id} ${flags.type} ${on}.`,
    ]);
    return undefined;
  },
});

export const beadUnlink = defineCommand<GtContext>()({
  summary: "Takes the dependency of a bead on another away",
  examples: [{ line: "gt bead unlink web-4k2 api-7fj" }],
  positionals: two,
  async run({ args: [id = "", on = ""] }, context) {
    const path = `/beads/${encodeURIComponent(id)}/dependencies/${encodeURIComponent(on)}`;
    const bead = await context.client().send("DELETE", path, undefined, beadSchema);
    context.print(bead, () => [`${bead.id} waits for ${on} no longer.`]);
    return undefined;
  },
});
