/** `bd ready --explain`: why each bead is ready or has to wait. */
import type { Bead } from "../../../store/schema/bead.ts";
import { printable } from "../lib/style.ts";
import type { Backend, BlockedBead, ReadyQuery } from "./backend.ts";
import type { BdContext } from "./context.ts";
import { findCycles } from "./cycles.ts";
import { gather, nodeOf } from "./gather.ts";
import { type IssueJson, issueJson, parentOf } from "./issue-json.ts";
import { countsFor } from "./list-json.ts";

/** Prints the explanation. */
export async function explainReady(query: ReadyQuery, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const [ready, blocked, all] = await Promise.all([
    backend.ready(query),
    backend.blocked(),
    gather(backend, {}, nodeOf),
  ]);
  const statuses = new Map(all.map(({ id, status }) => [id, status]));
  const byId = await blockersById(blocked, backend);
  const counts = await countsFor(ready, backend);
  const cycles = findCycles(all).map(cycle => cycle.map(bead => bead.id));
  const readyJson = ready.map(bead => {
    const resolved = resolvedBlockers(bead, statuses);
    const parent = parentOf(bead);
    return {
      ...issueJson(bead),
      reason: resolved.length === 0 ? "no blocking dependencies" : `${resolved.length} blocker(s) resolved`,
      resolved_blockers: resolved,
      dependency_count: counts.get(bead.id)?.dependency_count ?? 0,
      dependent_count: counts.get(bead.id)?.dependent_count ?? 0,
      ...(parent === undefined ? {} : { parent }),
    };
  });
  const blockedJson = blocked.map(({ bead, blockedBy }) => ({
    ...issueJson(bead),
    blocked_by: blockedBy.map(id => blockerJson(id, byId.get(id))),
    blocked_by_count: blockedBy.length,
  }));
  const payload = {
    ready: readyJson,
    blocked: blockedJson,
    ...(cycles.length === 0 ? {} : { cycles }),
    summary: { total_ready: ready.length, total_blocked: blocked.length, cycle_count: cycles.length },
  };
  ctx.out.emit(payload, () => {
    const { bold, red } = ctx.out.style;
    const lines = [bold(`Ready (${ready.length})`)];
    ready.forEach((bead, index) => {
      lines.push(`  ${bead.id}: ${printable(bead.title)}`, `    ${readyJson[index]?.reason ?? ""}`);
    });
    lines.push("", bold(`Blocked (${blocked.length})`));
    for (const { bead, blockedBy } of blocked) {
      lines.push(`  ${bead.id}: ${printable(bead.title)}`);
      for (const id of blockedBy) lines.push(`    waits for ${id}: ${printable(byId.get(id)?.title ?? "")}`);
    }
    for (const cycle of cycles) lines.push("", red(`Cycle: ${[...cycle, cycle[0]].join(" → ")}`));
    return lines.join("\n");
  });
  return 0;
}

function resolvedBlockers(bead: Bead, statuses: ReadonlyMap<string, string>): string[] {
  return (bead.dependencies ?? [])
    .filter(edge => edge.type === "blocks" && statuses.get(edge.depends_on_id) === "closed")
    .map(edge => edge.depends_on_id);
}

/** The beads that others wait for, without their texts. */
async function blockersById(
  blocked: readonly BlockedBead[],
  backend: Backend,
): Promise<ReadonlyMap<string, Blocker>> {
  const ids = [...new Set(blocked.flatMap(({ blockedBy }) => blockedBy))];
  const found = new Map<string, Blocker>();
  for (let start = 0; start < ids.length; start += PAGE) {
    for (const { id, title, status, priority } of await backend.issues({
      ids: ids.slice(start, start + PAGE),
    })) {
      found.set(id, { title, status, priority });
    }
  }
  return found;
}

const PAGE = 500;
type Blocker = Pick<Bead, "title" | "status" | "priority">;

function blockerJson(id: string, bead: Blocker | undefined): IssueJson {
  return { id, title: bead?.title ?? "", status: bead?.status ?? "", priority: bead?.priority ?? 0 };
}
