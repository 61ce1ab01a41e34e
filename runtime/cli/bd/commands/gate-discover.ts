/** `bd gate discover`: finds the workflow runs that `gh:run` gates without an id wait for. */
import { defineCommand } from "../../lib/args.ts";
import { printable } from "../../lib/style.ts";
import type { BdContext } from "../context.ts";
import { failure } from "../output.ts";

interface Run {
  readonly databaseId: number;
  readonly createdAt: string;
  readonly workflowName: string;
}

export default defineCommand<BdContext>()({
  summary: "Find the workflow runs that gates wait for",
  flags: {
    branch: { type: "string", short: "b", summary: "Runs of this branch; the current one when absent" },
    limit: { type: "integer", short: "n", min: 1, max: 100, default: 10, summary: "Runs looked at" },
    "max-age": {
      type: "integer",
      value: "minutes",
      min: 1,
      default: 30,
      summary: "Runs at most this old before the gate",
    },
    "dry-run": { type: "boolean", summary: "Show only" },
  },
  async run({ flags }, ctx) {
    const backend = await ctx.backend();
    const gates = (await backend.issues({ type: ["gate"], status: ["open"], limit: 0 })).filter(
      gate => gate.await_type === "gh:run" && !/^\d+$/.test(gate.await_id ?? ""),
    );
    const found: { gate: string; run: number; workflow: string }[] = [];
    if (gates.length > 0) {
      const branch = flags.branch ?? ctx.spawn(["git", "branch", "--show-current"]).stdout.trim();
      const runs = listRuns(ctx, branch, flags.limit);
      for (const gate of gates) {
        const earliest = Date.parse(gate.created_at) - flags["max-age"] * 60_000;
        const match = runs.find(
          run =>
            Date.parse(run.createdAt) >= earliest && (!gate.await_id || run.workflowName === gate.await_id),
        );
        if (!match) continue;
        found.push({ gate: gate.id, run: match.databaseId, workflow: match.workflowName });
        if (flags["dry-run"] !== true) {
          await backend.change({ touches: [gate.id] }, tx =>
            tx.update(gate.id, { await_id: String(match.databaseId) }),
          );
          ctx.touched(gate.id, true);
        }
      }
    }
    ctx.out.emit({ gates: gates.length, discovered: found, dry_run: flags["dry-run"] === true }, () =>
      found.length === 0
        ? "No run was found for a gate."
        : found
            .map(item => `✓ ${item.gate} waits for run ${item.run} (${printable(item.workflow)})`)
            .join("\n"),
    );
    return 0;
  },
});

function listRuns(ctx: BdContext, branch: string, limit: number): Run[] {
  const { code, stdout, stderr } = ctx.spawn([
    "gh",
    "run",
    "list",
    "--json",
    "databaseId,createdAt,workflowName",
    "--limit",
    String(limit),
    ...(branch === "" ? [] : ["--branch", branch]),
  ]);
  if (code !== 0) {
    throw failure(`gh run list failed: ${stderr.trim() || "the program gh is not there"}`, {
      hint: "Install the GitHub CLI and sign in with `gh auth login`.",
    });
  }
  const value: unknown = JSON.parse(stdout);
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null) return [];
    const run = { databaseId: 0, createdAt: "", workflowName: "", ...item };
    return [
      {
        databaseId: Number(run.databaseId),
        createdAt: String(run.createdAt),
        workflowName: String(run.workflowName),
      },
    ];
  });
}
