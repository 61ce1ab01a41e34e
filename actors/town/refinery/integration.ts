/**
 * Integration branches: the members of a convoy in the mode `review-then-land` are merged into `convoy/<id>`, and when
 * all are in, that branch is landed in the target through the gates, as one merge request for each rig. In any other mode
 * members go to the target themselves.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import {
  type Convoy,
  type MergeRequest,
  type RigRecord,
  readSatellite,
  requireSatellite,
} from "../../../store/schema/satellite.ts";
import { refineryOf } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";

const REVIEW_THEN_LAND = "review-then-land";
const FOLDER = "convoy/";
/** Merge requests made to land one branch, before a person is asked. */
const MAX_LANDINGS = 3;

/** `convoy/hq-4k2` */
function integrationBranch(convoy: string): string {
  return `${FOLDER}${convoy}`;
}

/** True for the branch of a convoy rather than of the rig. */
export function isIntegration(target: string): boolean {
  return target.startsWith(FOLDER);
}

/** The branch that a bead starts from and is merged into. */
export function targetOf(ctx: TownTurn, bead: Bead, rig: RigRecord): string {
  const convoys = ctx.query({ dependsOn: bead.id, type: ["convoy"], category: ["active", "wip", "frozen"] });
  const convoy = convoys
    .filter(one => readSatellite(one, "convoy")?.mode === REVIEW_THEN_LAND)
    .sort((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))[0];
  const tracks = convoy?.dependencies?.some(edge => edge.type === "tracks" && edge.depends_on_id === bead.id);
  return convoy === undefined || !tracks ? rig.settings.target : integrationBranch(convoy.id);
}

/** Of which branch a target is made when it is not there. A branch that holds merged work is never made anew. */
export function targetFrom(ctx: TownTurn, target: string, rig: RigRecord): { readonly target_from?: string } {
  if (!isIntegration(target)) return {};
  const convoy = ctx.tx.get(target.slice(FOLDER.length));
  const known = convoy && readSatellite(convoy, "convoy")?.integration?.[rig.name];
  return known === undefined ? { target_from: rig.settings.target } : {};
}

/** Remembers the tip of an integration branch into which something was merged. */
export function noteIntegrated(ctx: TownTurn, { target, rig }: MergeRequest, commit: string): void {
  const convoy = isIntegration(target) ? ctx.tx.get(target.slice(FOLDER.length)) : undefined;
  const record = convoy && readSatellite(convoy, "convoy");
  if (convoy === undefined || record === undefined) return;
  const before = record.integration?.[rig] ?? { head: commit, landings: 0 };
  setIntegration(ctx, convoy, record, rig, { ...before, head: commit });
}

/** Branches of a convoy whose tip is not in the target yet, with the merge request that is to land them. */
export interface Unlanded {
  readonly rig: string;
  /** True when another one may be made: there was none yet, or the branch has moved on since it landed. */
  readonly due: boolean;
}

/** What has still to be landed before a convoy has. */
export function unlanded(ctx: TownTurn, convoy: Bead): Unlanded[] {
  const record = readSatellite(convoy, "convoy");
  return Object.entries(record?.integration ?? {}).flatMap(([rig, branch]) => {
    if (branch.landed?.head === branch.head) return [];
    const request = branch.landing === undefined ? undefined : ctx.tx.get(branch.landing);
    // One that somebody turned down is not made again: that would only come back.
    const over = request === undefined ? branch.landing === undefined : request.status === "closed";
    return [{ rig, due: over && branch.landings < MAX_LANDINGS }];
  });
}

/** Makes the merge request that lands the branch of a convoy in one rig. */
export function landBranch(ctx: TownTurn, convoy: Bead, rigName: string): void {
  const record = requireSatellite(convoy, "convoy");
  const branch = record.integration?.[rigName];
  const open = unlanded(ctx, convoy).find(one => one.rig === rigName);
  if (branch === undefined || open === undefined || !open.due) return;
  const rig = ctx.rig(rigName);
  const made = ctx.create({
    prefix: rig.prefix,
    title: `Land ${convoy.id}: ${convoy.title.slice(0, 100)}`,
    issue_type: "merge-request",
    priority: convoy.priority,
    assignee: refineryOf(rigName),
    dependencies: [{ depends_on_id: convoy.id, type: "validates" }],
    metadata: {
      merge_request: {
        kind: "landing",
        source: convoy.id,
        rig: rigName,
        branch: integrationBranch(convoy.id),
        head: branch.head,
        base: branch.head,
        target: rig.settings.target,
        attempt: branch.landings + 1,
        agent: refineryOf(rigName),
        commits: 0,
        run: 0,
        retries: 0,
        gates: [],
      } satisfies MergeRequest,
    },
  });
  setIntegration(ctx, convoy, record, rigName, {
    ...branch,
    landing: made.id,
    landings: branch.landings + 1,
  });
  ctx.say("convoy.landing", `Convoy ${convoy.id} lands in ${rig.settings.target} of ${rigName}`, {
    rig: rigName,
    bead: convoy.id,
  });
}

/** The branch of a convoy is in the target. */
export function branchLanded(ctx: TownTurn, request: MergeRequest, commit: string): void {
  const convoy = ctx.tx.get(request.source);
  const record = convoy && readSatellite(convoy, "convoy");
  const branch = record?.integration?.[request.rig];
  if (convoy === undefined || record === undefined || branch === undefined) return;
  // Rework on the branch itself moves its tip too.
  const landed = { commit, head: request.head };
  setIntegration(ctx, convoy, record, request.rig, { ...branch, head: request.head, landed });
  ctx.say(
    "merge.merged",
    `Convoy ${convoy.id} is in ${request.target} of ${request.rig} as ${commit.slice(0, 7)}: ${convoy.title}`,
    { rig: request.rig, bead: convoy.id, level: "good" },
  );
}

type Branch = NonNullable<Convoy["integration"]>[string];

function setIntegration(ctx: TownTurn, convoy: Bead, record: Convoy, rig: string, branch: Branch): void {
  const integration = { ...record.integration, [rig]: branch };
  ctx.update(convoy.id, { metadata: { convoy: { ...record, integration } } });
}
