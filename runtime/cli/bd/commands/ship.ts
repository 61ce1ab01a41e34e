/** `bd ship`: other projects that depend on a capability see it as there. */
import { AppError } from "../../../../store/schema/errors.ts";
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";

export default defineCommand<BdContext>()({
  summary: "Publish a capability for other projects",
  description:
    "Finds the bead labelled export:<capability>, which must be closed, and labels it provides:<capability>.",
  positionals: [{ name: "capability", required: true }],
  flags: {
    force: { type: "boolean", summary: "Also when it is not closed" },
    "dry-run": { type: "boolean", summary: "Only show it" },
  },
  async run({ flags, args }, ctx) {
    const capability = args[0] ?? "";
    const backend = await ctx.backend();
    const [bead, second] = await backend.issues({ labels: [`export:${capability}`] });
    if (bead === undefined) {
      throw new AppError("not_found", `no issue found with label 'export:${capability}'`, {
        hint: `bd label add <id> export:${capability}`,
      });
    }
    if (second !== undefined)
      throw failure(`more than one issue has the label 'export:${capability}': ${bead.id}, ${second.id}`);
    if (bead.status !== "closed" && flags.force !== true)
      throw failure(`issue ${bead.id} is not closed (status: ${bead.status})`, {
        hint: "Close it, or use --force.",
      });
    const label = `provides:${capability}`;
    const already = bead.labels?.includes(label) === true;
    if (!already && flags["dry-run"] !== true) {
      await backend.change({ touches: [bead.id] }, tx => tx.addLabel(bead.id, label));
      ctx.touched(bead.id, true);
    }
    const status = flags["dry-run"] === true ? "dry_run" : already ? "already_shipped" : "shipped";
    ctx.out.emit({ status, capability, issue_id: bead.id, label }, () =>
      status === "shipped"
        ? `✓ Shipped ${capability} (${bead.id})`
        : status === "dry_run"
          ? `Would ship ${capability} (${bead.id})`
          : `${capability} is shipped already (${bead.id})`,
    );
    return 0;
  },
});
