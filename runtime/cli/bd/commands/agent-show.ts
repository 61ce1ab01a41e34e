/** `bd agent show`. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import { requireAgent, textOr } from "../agent-beads.ts";
import type { BdContext } from "../context.ts";

const FIELDS = ["agent_state", "last_activity", "hook_bead", "role_bead", "role_type", "rig"] as const;

export default defineCommand<BdContext>()({
  summary: "Show an agent's bead",
  positionals: [{ name: "agent", required: true, complete: "bead" }],
  flags: {},
  async run({ args }, ctx) {
    const bead = await requireAgent(ctx, args[0] ?? "");
    const told = Object.fromEntries(FIELDS.map(field => [field, textOr(bead, field)]));
    ctx.out.emit({ id: bead.id, title: bead.title, ...told }, () =>
      [
        `${bead.id}: ${printable(bead.title)}`,
        ...FIELDS.map(field => `  ${field}: ${printable(told[field] ?? "(none)")}`),
      ].join("\n"),
    );
    return 0;
  },
});
