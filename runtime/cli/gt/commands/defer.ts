/** `gt defer` and `gt undefer` */
import { type Bead, beadSchema } from "../../../../store/schema/bead.ts";
import { beadViewSchema } from "../../../gateway/contract/views.ts";
import { parseTime } from "../../bd/time.ts";
import { defineCommand } from "../../lib/args.ts";
import type { GtContext } from "../context.ts";

const beads = [
  { name: "bead", required: true, rest: true, summary: "id of a bead", complete: "bead" },
] as const;

export const defer = defineCommand<GtContext>()({
  summary: "Puts beads off: they are not dispatched before their time",
  description:
    "With --until a bead goes on by itself when its time has come; without, when somebody undefers it.",
  examples: [
    { line: "gt defer web-4k2 --until +2d" },
    { line: 'gt defer web-4k2 --until "next monday at 9am"' },
    { line: "gt defer web-4k2", note: "until somebody says `gt undefer`" },
  ],
  flags: { until: { type: "string", value: "time", summary: "+6h, +2d, tomorrow, 2027-01-15, ..." } },
  positionals: beads,
  async run({ flags, args }, context) {
    const at = flags.until === undefined ? undefined : parseTime(flags.until, Date.now());
    const body = at === undefined ? { status: "deferred" } : { defer_until: at };
    const client = context.client();
    const changed: Bead[] = [];
    for (const id of args) {
      changed.push(await client.send("PATCH", `/beads/${encodeURIComponent(id)}`, body, beadSchema));
    }
    context.print(changed, () =>
      changed.map(({ id }) => `${id} is deferred${at === undefined ? "" : ` until ${at}`}.`),
    );
    return undefined;
  },
});

export const undefer = defineCommand<GtContext>()({
  summary: "Lets deferred beads go on",
  examples: [{ line: "gt undefer web-4k2" }],
  positionals: beads,
  async run({ args }, context) {
    const client = context.client();
    const changed: Bead[] = [];
    for (const id of args) {
      const path = `/beads/${encodeURIComponent(id)}`;
      const { bead } = await client.get(path, beadViewSchema);
      const body = { defer_until: null, ...(bead.status === "deferred" ? { status: "open" } : {}) };
      changed.push(await client.send("PATCH", path, body, beadSchema));
    }
    context.print(changed, () => changed.map(({ id }) => `${id} goes on.`));
    return undefined;
  },
});
