/** `bd set-state`: the label changes and an event bead records why, in one commit. */
import { defineCommand, usageError } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { resolveId } from "../ids.ts";
import { stateOf } from "../states.ts";

export default defineCommand<BdContext>()({
  summary: "Set the state of a bead in one dimension",
  examples: [{ line: 'bd set-state bd-a3f health=degraded --reason "error rate is high"' }],
  positionals: [
    { name: "id", required: true, complete: "bead" },
    { name: "dimension=value", required: true },
  ],
  flags: { reason: { type: "string", summary: "Why; kept in the event" } },
  async run({ flags, args }, ctx) {
    const match = /^([^=:\s]+)=(.+)$/.exec(args[1] ?? "");
    const [, dimension, value] = match ?? [];
    if (dimension === undefined || value === undefined)
      throw usageError(`expected <dimension>=<value>, not "${args[1]}"`);
    const id = await resolveId(ctx, args[0] ?? "");
    const result = await (await ctx.backend()).change({ touches: "all" }, tx => {
      const bead = tx.require(id);
      const old = stateOf(bead, dimension);
      if (old === value) return { old, event: undefined };
      const event = tx.create({
        title: `State change: ${dimension} → ${value}`,
        description: [`Changed ${dimension} from ${old ?? "(none)"} to ${value}.`, flags.reason]
          .filter(Boolean)
          .join("\n\n"),
        issue_type: "event",
        priority: 4,
        parent: id,
        event_kind: `state.${dimension}`,
        actor: tx.origin.actor,
        target: id,
        payload: JSON.stringify({
          dimension,
          old: old ?? null,
          new: value,
          ...(flags.reason === undefined ? {} : { reason: flags.reason }),
        }),
      });
      tx.close(event.id, "Recorded");
      if (old !== undefined) tx.removeLabel(id, `${dimension}:${old}`);
      tx.addLabel(id, `${dimension}:${value}`);
      return { old, event: event.id };
    });
    const changed = result.event !== undefined;
    if (changed) ctx.touched(id, true);
    ctx.out.emit(
      {
        issue_id: id,
        dimension,
        value,
        changed,
        ...(changed ? { old_value: result.old ?? null, new_value: value, event_id: result.event } : {}),
      },
      () =>
        changed
          ? `✓ Set ${dimension} = ${value} on ${id}`
          : `(no change: ${dimension} already set to ${value})`,
    );
    return 0;
  },
});
