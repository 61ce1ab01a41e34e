/** `bd ready --explain`: why each bead is ready or has to wait. */
import type { Bead } from "../../../store/schema/bead.ts";
import { printable } from "../lib/style.ts";
import type { Backend, BlockedBead, ReadyQuery } from "./backend.ts";
import type { BdContext } from "./context.ts";
import { findCycles, ORDERING_TYPES } from "./cycles.ts";
import { type IssueJson, issueJson, parentOf } from "./issue-json.ts";
import { countsFor } from "./list-json.ts";

/** Prints the explanation. */
export async function explainReady(query: ReadyQuery, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const ready = await backend.ready(query);
  const blocked = await backend.blocked();
  const cycles = findCycles(await backend.edges(ORDERING_TYPES));
  const byId = await summaries(
    [...blocked.flatMap(({ blockedBy }) => blockedBy), ...ready.flatMap(blockTargets)],
    backend,
  );
  const counts = await countsFor(ready, backend);
  const readyJson = ready.map(bead => {
    const resolved = blockTargets(bead).filter(id => byId.get(id)?.status === "closed");
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
  const payload = {
    ready: readyJson,
    blocked: blockedPages(blocked, byId),
    cycles: cycles.length === 0 ? undefined : cycles,
    summary: { total_ready: ready.length, total_blocked: blocked.length, cycle_count: cycles.length },
  };
  if (ctx.out.json) {
    await ctx.out.emitMembers(payload);
    return 0;
  }
  ctx.out.emit(undefined, () => {
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

async function* blockedPages(
  blocked: readonly BlockedBead[],
  byId: ReadonlyMap<string, Summary>,
): AsyncIterable<readonly IssueJson[]> {
  for (let start = 0; start < blocked.length; start += PAGE) {
    yield blocked.slice(start, start + PAGE).map(({ bead, blockedBy }) => ({
      ...issueJson(bead),
      blocked_by: blockedBy.map(id => blockerJson(id, byId.get(id))),
      blocked_by_count: blockedBy.length,
    }));
  }
}

function blockTargets(bead: Bead): string[] {
  return (bead.dependencies ?? []).filter(edge => edge.type === "blocks").map(edge => edge.depends_on_id);
}

/** What is said of the beads that others wait for. */
async function summaries(ids: readonly string[], backend: Backend): Promise<ReadonlyMap<string, Summary>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, Summary>();
  for (let start = 0; start < wanted.length; start += PAGE) {
    for (const { id, title, status, priority } of await backend.issues({
      ids: wanted.slice(start, start + PAGE),
    })) {
      found.set(id, { title, status, priority });
    }
  }
  return found;
}

const PAGE = 500;
type Summary = Pick<Bead, "title" | "status" | "priority">;

function blockerJson(id: string, bead: Summary | undefined): IssueJson {
  return { id, title: bead?.title ?? "", status: bead?.status ?? "", priority: bead?.priority ?? 0 };
}
