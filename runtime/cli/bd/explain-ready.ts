/** `bd ready --explain`: why each bead is ready or has to wait. */
import type { Bead } from "../../../store/schema/bead.ts";
import { printable } from "../lib/style.ts";
import type { Backend, ReadyQuery } from "./backend.ts";
import type { BdContext } from "./context.ts";
import { findCycles, ORDERING_TYPES } from "./cycles.ts";
import { pagesOf } from "./gather.ts";
import { type IssueJson, issueJson, parentOf } from "./issue-json.ts";
import { countsFor } from "./list-json.ts";

/** Prints the explanation. */
export async function explainReady(query: ReadyQuery, ctx: BdContext): Promise<number> {
  const backend = await ctx.backend();
  const ready: ReadyBead[] = [];
  for await (const page of backend.readyPages(query)) ready.push(...page.map(readyBead));
  const blocked = (await backend.blocked()).map(({ bead: { id, title }, blockedBy }) => ({
    bead: { id, title },
    blockedBy,
  }));
  backend.tidy();
  const cycles = findCycles(await backend.edges(ORDERING_TYPES));
  const byId = await summaries(
    [...blocked.flatMap(({ blockedBy }) => blockedBy), ...ready.flatMap(({ targets }) => targets)],
    backend,
  );
  const resolvedOf = ({ targets }: ReadyBead) => targets.filter(id => byId.get(id)?.status === "closed");
  const payload = {
    ready: readyPages(ready, backend, resolvedOf),
    blocked: blockedPages(blocked, byId, backend),
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
    for (const bead of ready)
      lines.push(`  ${bead.id}: ${printable(bead.title)}`, `    ${reasonOf(resolvedOf(bead))}`);
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

/** What is kept of a ready bead until it is printed. */
interface ReadyBead {
  readonly id: string;
  readonly title: string;
  /** Beads that it needed. */
  readonly targets: readonly string[];
}

function readyBead(bead: Bead): ReadyBead {
  return { id: bead.id, title: bead.title, targets: blockTargets(bead) };
}

function reasonOf(resolved: readonly string[]): string {
  return resolved.length === 0 ? "no blocking dependencies" : `${resolved.length} blocker(s) resolved`;
}

async function* readyPages(
  ready: readonly ReadyBead[],
  backend: Backend,
  resolvedOf: (bead: ReadyBead) => string[],
): AsyncIterable<readonly IssueJson[]> {
  const pages = pagesOf(
    ready.map(bead => bead.id),
    backend,
  );
  for await (const page of pages) {
    const counts = await countsFor(page, backend);
    yield page.map(bead => {
      const resolved = resolvedOf(readyBead(bead));
      const parent = parentOf(bead);
      return {
        ...issueJson(bead),
        reason: reasonOf(resolved),
        resolved_blockers: resolved,
        dependency_count: counts.get(bead.id)?.dependency_count ?? 0,
        dependent_count: counts.get(bead.id)?.dependent_count ?? 0,
        ...(parent === undefined ? {} : { parent }),
      };
    });
  }
}

async function* blockedPages(
  blocked: readonly { readonly bead: { readonly id: string }; readonly blockedBy: readonly string[] }[],
  byId: ReadonlyMap<string, Summary>,
  backend: Backend,
): AsyncIterable<readonly IssueJson[]> {
  const blockersOf = new Map(blocked.map(({ bead, blockedBy }) => [bead.id, blockedBy]));
  for await (const page of pagesOf([...blockersOf.keys()], backend)) {
    yield page.map(bead => {
      const blockedBy = blockersOf.get(bead.id) ?? [];
      return {
        ...issueJson(bead),
        blocked_by: blockedBy.map(id => blockerJson(id, byId.get(id))),
        blocked_by_count: blockedBy.length,
      };
    });
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
