/** A merge run: taken up under the next fencing number, and given to the refinery of the rig. */
import type { MergeMember } from "../../../agent-sandbox/protocol/spec.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import {
  type MergeRequest,
  type RigRecord,
  readSatellite,
  requireSatellite,
} from "../../../store/schema/satellite.ts";
import { mergeRequestMachine, mergeRequestState, mergeRequestStatus } from "../../states/merge-request.ts";
import { ensureAgent, tell } from "../agents/assign.ts";
import { chooseIsolation } from "../dispatch/driver.ts";
import { refineryOf } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";
import { isIntegration, targetFrom } from "./integration.ts";

/** A merge request and its record. */
export interface MergeMemberBead {
  readonly bead: Bead;
  readonly request: MergeRequest;
}

/**
 * Takes up queued merge requests: one leads the run, the others are merged with it. Those that are not queued any more
 * are left out.
 */
export function startMerge(ctx: TownTurn, bead: Bead, members: readonly string[]): void {
  const lead = requireSatellite(bead, "merge_request");
  const batch = { lead: bead.id, run: lead.run + 1 };
  const others = members.flatMap(id => {
    const other = ctx.tx.get(id);
    const request = other && readSatellite(other, "merge_request");
    const fits = other?.status === "open" && request?.rig === lead.rig && request.target === lead.target;
    return other !== undefined && request !== undefined && fits ? [{ bead: other, request }] : [];
  });
  let started = bead;
  for (const one of [{ bead, request: lead }, ...others]) {
    mergeRequestMachine.check(one.bead.id, mergeRequestState(one.bead.status), "merging", "town");
    const next: MergeRequest = { ...one.request, run: one.request.run + 1, gates: [], batch };
    delete next.not_before;
    const updated = ctx.update(one.bead.id, {
      status: mergeRequestStatus("merging"),
      metadata: { merge_request: next },
    });
    if (one.bead.id === bead.id) started = updated;
  }
  const about = { rig: lead.rig, bead: lead.source, agent: refineryOf(lead.rig) };
  const along =
    others.length === 0 ? "" : ` together with ${others.map(({ request }) => request.source).join(", ")}`;
  ctx.say("merge.started", `Merging ${lead.source} into ${lead.target}${along}`, about);
  tellMerge(ctx, started, requireSatellite(started, "merge_request"));
}

/** Merge requests of a run that have no result yet. */
export function membersOfRun(ctx: TownTurn, lead: string, run: number): MergeMemberBead[] {
  return ctx
    .query({ type: ["merge-request"], status: [mergeRequestStatus("merging")] })
    .flatMap(bead => {
      const request = readSatellite(bead, "merge_request");
      return request !== undefined && isInRun(bead, request, lead, run) ? [{ bead, request }] : [];
    })
    .sort((a, b) => (a.bead.id < b.bead.id ? -1 : 1));
}

/** True while the merge request waits for its result of this run. */
export function isInRun(bead: Bead, request: MergeRequest, lead: string, run: number): boolean {
  if (mergeRequestState(bead.status) !== "merging") return false;
  const batch = request.batch ?? { lead: bead.id, run: request.run };
  return batch.lead === lead && batch.run === run;
}

/** Gives a merge request that leads a run to the refinery of its rig, with the others of the run. @throws {AppError} not_found */
export function tellMerge(ctx: TownTurn, bead: Bead, request: MergeRequest): void {
  const rig = ctx.rig(request.rig);
  const { settings } = rig;
  const others = membersOfRun(ctx, bead.id, request.run).filter(({ bead: { id } }) => id !== bead.id);
  const source = ctx.tx.get(request.source);
  const work = source && readSatellite(source, "work");
  const { isolation, waived } = chooseIsolation(work?.slung, rig, ctx.settings);
  const lead = memberOf(ctx, bead, request);
  const attempt = Math.max(1, request.run);
  tell(
    ctx,
    ensureAgent(ctx, refineryOf(rig.name), "refinery"),
    {
      role: "refinery",
      job: {
        ...lead,
        kind: "merge",
        attempt,
        ...(others.length === 0
          ? {}
          : { members: others.map(({ bead: other, request: of }) => memberOf(ctx, other, of)) }),
        repo: ctx.paths.repo(rig.name),
        worktree: ctx.paths.worktree(rig.name, "refinery"),
        remote: "origin",
        target: request.target,
        ...targetFrom(ctx, request.target, rig),
        gates: settings.gates,
        flaky_retries: settings.flaky_retries,
        ...publishOf(rig, request),
      },
      driver: { kind: "script" },
      isolation,
      isolation_waived: waived,
      allow_hosts: settings.allow_hosts,
    },
    { kind: "merge", job: bead.id, bead: request.source, title: lead.bead.title, attempt },
  );
}

/** Where the merge result goes, by the strategy of the rig. */
function publishOf(
  { settings }: RigRecord,
  { target }: MergeRequest,
): { readonly publish?: "local" | "none" } {
  switch (settings.merge_strategy) {
    case "direct":
      return {};
    case "local":
      return { publish: "local" };
    case "pr":
      // The convoy's own branch is nobody's but the town's; what lands it is a pull request.
      return isIntegration(target) ? {} : { publish: "none" };
    default:
      return settings.merge_strategy satisfies never;
  }
}

function memberOf(ctx: TownTurn, bead: Bead, request: MergeRequest): MergeMember {
  const title = ctx.tx.get(request.source)?.title ?? bead.title;
  const { verified } = request;
  return {
    merge_request: bead.id,
    bead: { id: request.source, title },
    branch: request.branch,
    head: request.head,
    message: mergeMessage(bead.id, request, title),
    ...(verified === undefined
      ? {}
      : {
          verified: { base: verified.base, head: verified.head, tree: verified.tree, gates: verified.gates },
        }),
  };
}

function mergeMessage(id: string, request: MergeRequest, title: string): string {
  return [
    `Merge ${request.source}: ${title.replaceAll(/\s+/g, " ").slice(0, 200)}`,
    "",
    `Bead: ${request.source}`,
    `Merge-Request: ${id}`,
    `Agent: ${request.agent}`,
    `Attempt: ${request.attempt}`,
    "",
  ].join("\n");
}
