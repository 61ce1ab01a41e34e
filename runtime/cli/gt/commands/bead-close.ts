/** `gt bead close` and `gt bead reopen` */
import { type Bead, beadSchema } from "../../../../store/schema/bead.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { beadLines } from "../show/beads.ts";

const beads = [{ name: "bead", required: true, rest: true, complete: "bead" }] as const;

export const beadClose = defineCommand<GtContext>()({
  summary: "Closes beads without a merge; an agent that works on one is stopped and its work kept",
  examples: [{ line: 'gt bead close web-4k2 --reason "not wanted any more"' }],
  flags: { reason: { type: "string", short: "r", summary: "why" } },
  positionals: beads,
  run: ({ flags, args }, context) =>
    each(args, "close", flags.reason === undefined ? {} : { reason: flags.reason }, context),
});

export const beadReopen = defineCommand<GtContext>()({
  summary: "Opens closed or failed beads again; their failures are forgiven",
  examples: [{ line: "gt bead reopen web-4k2" }],
  positionals: beads,
  run: ({ args }, context) => each(args, "reopen", {}, context),
});

async function each(
  ids: readonly string[],
  verb: string,
  body: unknown,
  context: GtContext,
): Promise<undefined> {
  const client = context.client();
  const changed: Bead[] = [];
  for (const id of ids) {
    changed.push(await client.send("POST", `/beads/${encodeURIComponent(id)}/${verb}`, body, beadSchema));
  }
  context.print(changed, () => beadLines(changed, context));
  return undefined;
}
