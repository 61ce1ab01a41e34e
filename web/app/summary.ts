/** The town in one line. Pure. */
import type { AgentView, MergeRequestView } from "../../runtime/gateway/contract/views.ts";
import { plural } from "../elements/shared/format.ts";

/** What goes on, in words; never claims that all is well, only what is there. */
export function summaryOf(
  agents: ReadonlyMap<string, AgentView>,
  requests: ReadonlyMap<string, MergeRequestView>,
  counts: Readonly<Record<string, number>>,
): string {
  const working = [...agents.values()].filter(
    agent => agent.state === "working" && agent.role !== "refinery" && agent.role !== "mayor",
  ).length;
  const merging = [...requests.values()].filter(request => request.state === "merging").length;
  const queued = [...requests.values()].filter(request => request.state === "queued").length;
  const open = (counts.open ?? 0) + (counts.hooked ?? 0);
  const parts: string[] = [];
  if (working > 0) parts.push(`${plural(working, "agent")} at work`);
  if (merging > 0) parts.push(`${plural(merging, "merge")} in test`);
  if (queued > 0) parts.push(`${queued} queued to merge`);
  if (open > 0) parts.push(`${plural(open, "bead")} waiting`);
  const failed = counts.failed ?? 0;
  if (failed > 0) parts.push(`${plural(failed, "bead")} failed`);
  if (parts.length > 0) return parts.join(", ");
  return (counts.closed ?? 0) > 0 ? "Everything that was filed is done" : "Nothing is under way";
}
