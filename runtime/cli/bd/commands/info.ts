/** `bd info`. */
import { defineCommand } from "../../lib/args.ts";
import type { BdContext } from "../context.ts";
import { settingsOnly } from "../store-config.ts";
import { BD_VERSION } from "../version.ts";

export default defineCommand<BdContext>()({
  summary: "About the store of this folder",
  flags: {
    schema: { type: "boolean", summary: "With the shape of the store" },
    "whats-new": { type: "boolean", summary: "What is new", hidden: true },
    thanks: { type: "boolean", summary: "Thanks", hidden: true },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const workspace = ctx.workspace();
    const [config, count] = await Promise.all([backend.config(), backend.count({})]);
    const samples =
      flags.schema === true ? (await backend.issues({ limit: 3, sort: "id" })).map(bead => bead.id) : [];
    ctx.out.emit(
      {
        database_path: workspace.gitDir,
        mode: "direct",
        issue_count: count,
        config: settingsOnly(config),
        ...(flags.schema === true
          ? {
              schema: {
                tables: ["issues", "dependencies", "labels", "comments", "events", "config"],
                schema_version: BD_VERSION,
                config: settingsOnly(config),
                sample_issue_ids: samples,
                detected_prefix: backend.prefix,
              },
            }
          : {}),
      },
      () =>
        [
          "Beads Database Information",
          `  Database: ${workspace.gitDir} (branch beads)`,
          "  Mode: direct",
          `  Issue Count: ${count}`,
          `  Prefix: ${backend.prefix}`,
          ...(flags.schema === true ? [`  Sample Issues: ${samples.join(", ")}`] : []),
        ].join("\n"),
    );
    return 0;
  },
});
