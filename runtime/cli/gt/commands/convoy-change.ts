/** `gt convoy start`, `add`, `remove`, `set` and `close` */
import { isolationSchema } from "../../../../store/schema/agent.ts";
import { convoyModeSchema } from "../../../gateway/contract/requests.ts";
import { type ConvoyView, convoyViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand, usageError } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";
import { AGENT_FLAGS, driverOf } from "../rig-flags.ts";
import { convoyLines } from "../show/convoys.ts";

const CONVOY = { name: "convoy", required: true, complete: "convoy" } as const;
const BEADS = { name: "bead", required: true, rest: true, complete: "bead" } as const;

export const convoyStart = defineCommand<GtContext>()({
  summary: "Slings what is left of a convoy; each bead begins when what it waits for is merged",
  examples: [{ line: "gt convoy start hq-4k2 --agent claude" }],
  flags: {
    rig: {
      type: "string",
      short: "r",
      complete: "rig",
      summary: "the rig, for beads of the town's own store",
    },
    ...AGENT_FLAGS,
  },
  positionals: [CONVOY],
  async run({ flags, args: [id = ""] }, context) {
    const driver = driverOf(flags);
    const body = {
      ...(flags.rig === undefined ? {} : { rig: flags.rig }),
      ...(driver === undefined ? {} : { driver }),
      ...(flags.isolation === undefined ? {} : { isolation: isolationSchema.parse(flags.isolation) }),
    };
    return show(context, await context.client().send("POST", `${path(id)}/start`, body, convoyViewSchema));
  },
});

export const convoyAdd = defineCommand<GtContext>()({
  summary: "Adds beads to a convoy; in a started one they are slung, and one that had landed goes on",
  examples: [{ line: "gt convoy add hq-4k2 web-9xq web-m31" }],
  positionals: [CONVOY, BEADS],
  async run({ args: [id = "", ...beads] }, context) {
    return show(
      context,
      await context.client().send("POST", `${path(id)}/beads`, { beads }, convoyViewSchema),
    );
  },
});

export const convoyRemove = defineCommand<GtContext>()({
  summary: "Takes beads out of a convoy; they stay as they are",
  examples: [{ line: "gt convoy remove hq-4k2 web-9xq" }],
  positionals: [CONVOY, BEADS],
  async run({ args: [id = "", ...beads] }, context) {
    let convoy: ConvoyView | undefined;
    for (const bead of beads) {
      const route = `${path(id)}/beads/${encodeURIComponent(bead)}`;
      convoy = await context.client().send("DELETE", route, undefined, convoyViewSchema);
    }
    return convoy === undefined ? undefined : show(context, convoy);
  },
});

export const convoySet = defineCommand<GtContext>()({
  summary: "Changes a convoy's title, owner, mode, and who is told how it goes",
  examples: [{ line: "gt convoy set hq-4k2 --owner anna --watch ben --unwatch carl" }],
  flags: {
    title: { type: "string", summary: "another title" },
    owner: { type: "string", value: "name", summary: "who is told first" },
    mode: {
      type: "string",
      choices: convoyModeSchema.options,
      summary: "how it lands; before its start only",
    },
    watch: { type: "string", multiple: true, commas: true, value: "name", summary: "told as well" },
    unwatch: { type: "string", multiple: true, commas: true, value: "name", summary: "no longer told" },
  },
  positionals: [CONVOY],
  async run({ flags, args: [id = ""], given }, context) {
    if (given.size === 0) throw usageError("Nothing to change: name a flag.");
    const { title, owner, mode, watch, unwatch } = flags;
    const body = Object.fromEntries(
      Object.entries({ title, owner, mode, watch, unwatch }).filter(([, value]) => value !== undefined),
    );
    return show(context, await context.client().send("PATCH", path(id), body, convoyViewSchema));
  },
});

export const convoyClose = defineCommand<GtContext>()({
  summary: "Gives a convoy up; its beads stay as they are",
  examples: [{ line: 'gt convoy close hq-4k2 --reason "no longer wanted"' }],
  flags: { reason: { type: "string", summary: "why, for whoever reads it later" } },
  positionals: [CONVOY],
  async run({ flags, args: [id = ""] }, context) {
    const body = flags.reason === undefined ? {} : { reason: flags.reason };
    return show(context, await context.client().send("POST", `${path(id)}/close`, body, convoyViewSchema));
  },
});

function path(id: string): string {
  return `/convoys/${encodeURIComponent(id)}`;
}

function show(context: GtContext, convoy: ConvoyView): undefined {
  context.print(convoy, () => convoyLines(convoy, context.style));
}
