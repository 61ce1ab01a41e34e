/** `gt gate`: what work waits for, and a person's yes or no. */
import { z } from "zod";
import { gateViewSchema } from "../../../gateway/contract/views.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { ago, table } from "../../lib/table.ts";
import type { GtContext } from "../context.ts";
import { gateLines } from "../show/molecule.ts";

export const gateList = defineCommand<GtContext>()({
  summary: "Lists the gates that work waits for, the oldest first",
  examples: [{ line: "gt gate list" }],
  flags: { all: { type: "boolean", summary: "those too whose turn has not come" } },
  async run({ flags }, context) {
    const query = flags.all === true ? { all: "true" } : {};
    const gates = await context.client().get("/gates", z.array(gateViewSchema), { query });
    const { style } = context;
    context.print(gates, () =>
      gates.length === 0
        ? ["Nothing waits for a gate."]
        : table(
            gates.map(gate => [
              { text: gate.id, paint: style.bold },
              { text: gate.state, paint: gate.state === "escalated" ? style.red : style.yellow },
              gate.type,
              gate.bead ?? "",
              { text: gate.since === undefined ? "" : ago(gate.since, context.now()), paint: style.dim },
              printable(gate.reason),
            ]),
            context.io.stdout.columns,
          ),
    );
    return undefined;
  },
});

const positionals = [{ name: "gate", required: true, complete: "bead" }] as const;

export const gateShow = defineCommand<GtContext>()({
  summary: "Shows a gate: what it waits for, since when, until when",
  examples: [{ line: "gt gate show web-mol-4k2.gate-publish" }],
  positionals,
  async run({ args: [id = ""] }, context) {
    const gate = await context.client().get(`/gates/${encodeURIComponent(id)}`, gateViewSchema);
    context.print(gate, () => gateLines(gate, context));
    return undefined;
  },
});

export const gateApprove = defineCommand<GtContext>()({
  summary: "Opens a gate: the work that waits for it goes on",
  examples: [{ line: 'gt gate approve web-mol-4k2.gate-publish -m "the notes read well"' }],
  flags: { message: { type: "string", short: "m", aliases: ["reason"], summary: "why" } },
  positionals,
  async run({ flags, args: [id = ""] }, context) {
    const body = flags.message === undefined ? {} : { reason: flags.message };
    const gate = await context
      .client()
      .send("POST", `/gates/${encodeURIComponent(id)}/approve`, body, gateViewSchema);
    context.print(gate, () => [
      `${gate.id} is open${gate.bead === undefined ? "" : `; ${gate.bead} goes on`}.`,
    ]);
    return undefined;
  },
});

export const gateReject = defineCommand<GtContext>()({
  summary: "Rejects a gate: the work that waits for it fails",
  examples: [{ line: 'gt gate reject web-mol-4k2.gate-publish "not before the audit"' }],
  positionals: [...positionals, { name: "reason", required: true, rest: true }],
  async run({ args: [id = "", ...reason] }, context) {
    const gate = await context
      .client()
      .send("POST", `/gates/${encodeURIComponent(id)}/reject`, { reason: reason.join(" ") }, gateViewSchema);
    context.print(gate, () => [
      `${gate.id} is rejected${gate.bead === undefined ? "" : `; ${gate.bead} failed`}.`,
    ]);
    return undefined;
  },
});
