/** `bd gate check`: opens the gates whose condition holds, and names those that will not open by themselves. */
import { type GateVerdict, judgeGate } from "../../../../store/molecules/gate.ts";
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { gateFact } from "../mol/gate-facts.ts";

export default defineCommand<BdContext>()({
  summary: "Open the gates whose condition holds",
  flags: {
    type: {
      type: "string",
      short: "t",
      value: "type",
      summary: "Only these: gh, gh:run, gh:pr, timer, human, bead, mail",
    },
    limit: { type: "integer", short: "l", min: 0, default: 100, summary: "At most so many; 0 for all" },
    escalate: { type: "boolean", short: "e", summary: "Mark the gates that will not open by themselves" },
    "dry-run": { type: "boolean", summary: "Judge, change nothing" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const dry = flags["dry-run"] === true;
    const wanted = flags.type;
    const gates = (await backend.issues({ type: ["gate"], status: ["open"], limit: flags.limit })).filter(
      gate =>
        wanted === undefined ||
        gate.await_type === wanted ||
        gate.await_type?.startsWith(`${wanted}:`) === true,
    );
    const counts = { resolved: 0, escalated: 0, errors: 0 };
    const lines: string[] = [];
    for (const gate of gates) {
      try {
        const verdict: GateVerdict = judgeGate(gate, await gateFact(gate, ctx), ctx.now());
        lines.push(
          `${{ open: "✓", escalate: "!", wait: "·" }[verdict.kind]} ${gate.id}  ${printable(verdict.reason)}`,
        );
        if (verdict.kind === "open") counts.resolved += 1;
        if (verdict.kind === "escalate") counts.escalated += 1;
        if (dry || verdict.kind === "wait" || (verdict.kind === "escalate" && flags.escalate !== true))
          continue;
        await backend.change({ touches: [gate.id] }, tx => {
          if (verdict.kind === "open") tx.close(gate.id, verdict.reason);
          else {
            tx.addLabel(gate.id, "gt:escalated");
            tx.update(gate.id, {
              metadata: { gate: { state: "escalated", reason: verdict.reason, checked_at: tx.now } },
            });
          }
        });
        ctx.touched(gate.id, true);
      } catch (error) {
        counts.errors += 1;
        ctx.out.warn(`${gate.id}: ${AppError.from(error).message}`);
      }
    }
    ctx.out.emit({ checked: gates.length, ...counts, dry_run: dry }, () =>
      gates.length === 0 ? "No open gates." : lines.join("\n"),
    );
    return counts.errors > 0 ? 1 : 0;
  },
});
