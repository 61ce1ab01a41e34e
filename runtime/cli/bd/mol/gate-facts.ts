/** Asks about what gates wait for: GitHub through the `gh` program, other beads through the store. */
import type { GateFact } from "../../../../store/molecules/gate.ts";
import type { Bead } from "../../../../store/schema/bead.ts";
import type { BdContext } from "../context.ts";

/** What is to be seen now of the thing that the gate waits for; undefined when it cannot be asked. */
export async function gateFact(gate: Bead, ctx: BdContext): Promise<GateFact> {
  const id = gate.await_id;
  if (id === undefined || id === "") return undefined;
  if (gate.await_type === "gh:run") {
    const run = ask(ctx, ["gh", "run", "view", id, "--json", "status,conclusion"]);
    return run
      ? { kind: "run", status: String(run.status ?? ""), conclusion: String(run.conclusion ?? "") }
      : undefined;
  }
  if (gate.await_type === "gh:pr") {
    const pr = ask(ctx, ["gh", "pr", "view", id, "--json", "state"]);
    return pr ? { kind: "pr", state: String(pr.state ?? "") } : undefined;
  }
  if (gate.await_type !== "bead") return undefined;
  const bead = await (await ctx.backend()).get(id.slice(id.indexOf(":") + 1));
  return bead ? { kind: "bead", status: bead.status } : undefined;
}

/** JSON that a program printed; undefined when it failed or is not there. */
export function ask(ctx: BdContext, argv: readonly string[]): Record<string, unknown> | undefined {
  const { code, stdout } = ctx.spawn(argv);
  if (code !== 0) return undefined;
  try {
    const value: unknown = JSON.parse(stdout);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
