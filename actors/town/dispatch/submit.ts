/** A pushed branch: the bead goes in review together with its merge request, in one commit. */
import type { SandboxEvent } from "../../../agent-sandbox/protocol/events.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { type MergeRequest, readSatellite } from "../../../store/schema/satellite.ts";
import { mergeRequestState } from "../../states/merge-request.ts";
import { leasedWork } from "../../states/work.ts";
import { prefixOf, refineryOf } from "../kinds.ts";
import { finishSteps } from "../molecules/finish.ts";
import { reworkSubmitted } from "../refinery/rework.ts";
import type { TownTurn } from "../town-turn.ts";

export type Submitted = Extract<SandboxEvent, { type: "submitted" }>;

/** The same head twice is one submission. @throws {AppError} invalid_transition */
export function submit(ctx: TownTurn, bead: Bead, event: Submitted): void {
  const work = ctx.work(bead);
  if (work.rework !== undefined) {
    reworkSubmitted(ctx, bead, work, event);
    return;
  }
  const known = work.merge_request === undefined ? undefined : ctx.tx.get(work.merge_request);
  const request = known && readSatellite(known, "merge_request");
  if (known !== undefined && request?.attempt === work.attempt) {
    resubmit(ctx, known, request, event);
    return;
  }
  leasedWork.check(bead.id, bead.status, "in_review", "town");
  finishSteps(ctx, bead);
  const agent = work.lease?.agent ?? bead.assignee ?? "";
  const made = ctx.create({
    prefix: prefixOf(bead.id),
    title: `Merge ${bead.id}: ${bead.title.slice(0, 100)}`,
    issue_type: "merge-request",
    priority: bead.priority,
    assignee: refineryOf(work.rig),
    dependencies: [{ depends_on_id: bead.id, type: "validates" }],
    metadata: {
      merge_request: {
        source: bead.id,
        rig: work.rig,
        branch: event.branch,
        head: event.head,
        base: event.base,
        target: work.target ?? ctx.rig(work.rig).settings.target,
        attempt: work.attempt,
        agent,
        commits: event.commits,
        run: 0,
        retries: 0,
        gates: [],
        ...(event.verified === undefined ? {} : { verified: event.verified }),
      } satisfies MergeRequest,
    },
  });
  ctx.setWork(bead, { merge_request: made.id }, { status: "in_review" });
  const commits = event.commits === 1 ? "1 commit" : `${event.commits} commits`;
  ctx.say("bead.submitted", `${agent} submits ${bead.id} (${commits})`, {
    rig: work.rig,
    bead: bead.id,
    agent,
  });
}

/** An agent that runs `gt done` again after another commit: fine while nobody merges it yet. */
function resubmit(ctx: TownTurn, bead: Bead, request: MergeRequest, event: Submitted): void {
  if (request.head === event.head) return;
  const about = { rig: request.rig, bead: request.source, agent: request.agent };
  if (mergeRequestState(bead.status) !== "queued") {
    ctx.say(
      "bead.late",
      `${request.source}: ${event.head.slice(0, 7)} came after merging began and is left out`,
      {
        ...about,
        level: "warn",
      },
    );
    return;
  }
  const { head, base, commits, verified } = event;
  // What was seen of the commit before does not hold of this one.
  const { verified: _before, ...rest } = request;
  const next = { ...rest, head, base, commits, ...(verified === undefined ? {} : { verified }) };
  ctx.update(bead.id, { metadata: { merge_request: next } });
  ctx.say("bead.submitted", `${request.agent} submits ${request.source} anew (${head.slice(0, 7)})`, about);
}
