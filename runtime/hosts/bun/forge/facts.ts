/** What a gate waits for on GitHub, as it stands now. */
import { z } from "zod";
import type { ForgeFact } from "../../../../actors/ports.ts";
import type { GitHub } from "./github.ts";

const runSchema = z.object({ status: z.string().nullable(), conclusion: z.string().nullable() });
const pullSchema = z.object({
  state: z.enum(["open", "closed"]),
  merged_at: z.string().nullable().optional(),
  merged: z.boolean().optional(),
});

/** A workflow run, or a pull request. @throws {AppError} not_found, and whatever keeps the forge from answering */
export async function lookAtFact(
  github: GitHub,
  repo: string,
  { of, number }: { readonly of: "run" | "pr"; readonly number: number },
): Promise<ForgeFact> {
  if (of === "run") {
    const run = await github.get(`/repos/${repo}/actions/runs/${number}`, runSchema);
    return { kind: "run", status: run.status ?? "queued", conclusion: run.conclusion ?? "" };
  }
  const pull = await github.get(`/repos/${repo}/pulls/${number}`, pullSchema);
  const merged = pull.merged ?? typeof pull.merged_at === "string";
  return { kind: "pr", state: merged ? "MERGED" : pull.state.toUpperCase() };
}
