/**
 * Pull requests: opened when the merge result has passed, looked at until the forge says how they ended, and merged when
 * everything allows it. Every question goes to the forge's port as a message, and its answer comes back as a turn.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import {
  type MergeRequest,
  type Pull,
  type RigRecord,
  readSatellite,
  requireSatellite,
} from "../../../store/schema/satellite.ts";
import { backoff } from "../../kernel/clock.ts";
import type { ForgePlace, PullFacts } from "../../ports.ts";
import { mergeRequestMachine, mergeRequestState, mergeRequestStatus } from "../../states/merge-request.ts";
import type { TownTurn } from "../town-turn.ts";
import { merged, rejectWork, requeue } from "./outcome.ts";
import { LOOK_MS, LOOK_SLOW_MS, LOOK_SOON_MS, lookTimer, proposed, setPull } from "./pull-record.ts";
import { decidePull } from "./pull-rules.ts";
import { demandRework, hold } from "./rework.ts";

/** Failures in a row of asking the forge, before a person is asked. */
const MAX_FAILURES = 10;
/** So often a branch is brought up to date, before a person is asked: the target goes on faster than its checks. */
const MAX_UPDATES = 10;
const MINUTE_MS = 60_000;
/** Errors that a person has to see to: asking again would answer the same. */
export const LASTING = [
  "unauthenticated",
  "forbidden",
  "not_found",
  "invalid_argument",
  "unprocessable",
  "not_supported",
];

/** The merge result passed: its pull request is opened, or adopted. */
export function propose(ctx: TownTurn, bead: Bead): void {
  const request = requireSatellite(bead, "merge_request");
  mergeRequestMachine.check(bead.id, mergeRequestState(bead.status), "proposed", "town");
  const { batch: _over, reason: _why, ...next } = request;
  const proposed = ctx.update(bead.id, {
    status: mergeRequestStatus("proposed"),
    metadata: { merge_request: { ...next, retries: 0 } },
  });
  askToOpen(ctx, proposed, { ...next, retries: 0 });
}

/** Looks at it now, or opens it if that was not answered. By timer. */
export function lookAgain(ctx: TownTurn, id: string): void {
  const bead = ctx.tx.get(id);
  const request = bead && readSatellite(bead, "merge_request");
  if (bead === undefined || request === undefined || bead.status !== mergeRequestStatus("proposed")) return;
  if (request.pull === undefined) {
    askToOpen(ctx, bead, request);
    return;
  }
  const forge = placeOf(ctx, bead, request);
  if (forge === undefined) return;
  ask(ctx, request, "look", { forge, number: request.pull.number }, "pullLooked", bead.id);
}

/** The timer of a merge request that is proposed; of any other nothing is to be looked at. */
export function armPull(ctx: TownTurn, { id, status }: Bead): void {
  if (status !== mergeRequestStatus("proposed")) return;
  ctx.turn.schedule(lookTimer(id), ctx.now + LOOK_SOON_MS, "pullDue", { id });
}

/** Timers of all pull requests that are open: a town whose storage was lost looks at them again. */
export function armPulls(ctx: TownTurn): void {
  for (const { id } of ctx.query({ type: ["merge-request"], status: [mergeRequestStatus("proposed")] })) {
    ctx.turn.schedule(lookTimer(id), ctx.now + LOOK_SOON_MS, "pullDue", { id });
  }
}

/**
 * Timers of those that have none: the bead of a pull request is committed before the town's storage, and where the second was
 * not to be had, nobody asked the forge and nothing would ask it again.
 */
export function armLostPulls(ctx: TownTurn): void {
  for (const { id } of ctx.query({ type: ["merge-request"], status: [mergeRequestStatus("proposed")] })) {
    if (ctx.turn.armed(lookTimer(id)) !== undefined) continue;
    ctx.turn.schedule(lookTimer(id), ctx.now + LOOK_SOON_MS, "pullDue", { id });
  }
}

/** The forge has opened it, or knew it. */
export function pullOpened(
  ctx: TownTurn,
  id: string,
  answer: { readonly number: number; readonly url: string; readonly adopted: boolean },
): void {
  const found = proposed(ctx, id);
  if (found === undefined) return;
  const { bead, request } = found;
  const { number, url, adopted } = answer;
  const before = request.pull?.number === number ? request.pull : undefined;
  const pull: Pull = {
    ...before,
    number,
    url,
    adopted: before?.adopted ?? adopted,
    state: "open",
    failures: 0,
  };
  setPull(ctx, bead, request, pull);
  if (before === undefined) {
    ctx.say(
      "merge.proposed",
      `${request.source}: ${adopted ? "pull request adopted" : "pull request opened"}, ${url}`,
      {
        rig: request.rig,
        bead: request.source,
      },
    );
  }
  ctx.turn.schedule(lookTimer(id), ctx.now + LOOK_SOON_MS, "pullDue", { id });
}

/** What the forge says of it. */
export function pullLooked(ctx: TownTurn, id: string, facts: PullFacts): void {
  const found = proposed(ctx, id);
  const known = found?.request.pull;
  if (found === undefined || known === undefined) return;
  const { bead, request } = found;
  const { settings } = ctx.rig(request.rig);
  const { pull, step } = decidePull(
    known,
    facts,
    request.head,
    { autoMerge: settings.auto_merge, delayMs: settings.auto_merge_delay_minutes * MINUTE_MS },
    ctx.now,
  );
  const changed = JSON.stringify(pull) !== JSON.stringify(known);
  const why = step.type === "wait" ? step.why : undefined;
  const next = changed || request.reason !== why ? setPull(ctx, bead, request, pull, why) : bead;
  const about = { rig: request.rig, bead: request.source };
  switch (step.type) {
    case "wait":
      ctx.turn.schedule(lookTimer(id), lookAt(ctx, request, changed, step.at), "pullDue", { id });
      return;
    case "merge": {
      const forge = placeOf(ctx, next, request);
      if (forge === undefined) return;
      const title = `Merge ${request.source}: ${ctx.tx.get(request.source)?.title ?? ""}`.slice(0, 200);
      const args = { forge, number: pull.number, head: request.head, method: settings.merge_method, title };
      ask(ctx, request, "merge", args, "pullMerged", id);
      return;
    }
    case "update": {
      if ((pull.updates ?? 0) > MAX_UPDATES) {
        const { updates: _over, updated: _head, ...again } = pull;
        const held = setPull(ctx, next, request, again);
        hold(
          ctx,
          held,
          `its branch was brought up to date ${MAX_UPDATES} times, and the target went on each time`,
        );
        return;
      }
      const forge = placeOf(ctx, next, request);
      if (forge === undefined) return;
      ask(ctx, request, "update", { forge, number: pull.number, head: request.head }, "pullUpdated", id);
      return;
    }
    case "merged":
      merged(ctx, next, step.commit);
      return;
    case "closed": {
      const reason = `the pull request ${pull.url} was closed without a merge`;
      if (request.kind === "landing") hold(ctx, next, reason);
      else rejectWork(ctx, next, { kind: "review", reason });
      return;
    }
    case "moved": {
      ctx.say(
        "merge.moved",
        `${request.source}: somebody pushed ${step.head.slice(0, 7)} to its pull request`,
        about,
      );
      const { review: _review, verified: _verified, ...rest } = requireSatellite(next, "merge_request");
      const { refused: _refused, ...seen } = pull;
      const moved = ctx.update(id, {
        metadata: { merge_request: { ...rest, pull: seen, head: step.head } },
      });
      requeue(ctx, moved, "the branch of its pull request moved", { counts: false, wait: 0 });
      return;
    }
    case "rework":
      demandRework(ctx, next, step);
      return;
    default:
      step satisfies never;
  }
}

/** Why the forge did not answer. */
export interface ForgeError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** The forge could not be asked: later again, a bounded number of times, or a person sees to it. */
export function forgeFailed(ctx: TownTurn, id: string, error: ForgeError): void {
  const found = proposed(ctx, id);
  if (found === undefined) return;
  const { bead, request } = found;
  const words = [error.message, error.hint].filter(part => part !== undefined).join(" ");
  const failures = (request.pull?.failures ?? request.away ?? 0) + 1;
  if (LASTING.includes(error.code) || failures > MAX_FAILURES) {
    hold(ctx, bead, words);
    return;
  }
  const limited = error.data?.retry_at;
  const at =
    typeof limited === "number" && limited > ctx.now
      ? limited
      : ctx.now + backoff(failures, LOOK_MS, LOOK_SLOW_MS, ctx.turn.random());
  if (request.pull === undefined) {
    ctx.update(id, { metadata: { merge_request: { ...request, away: failures, reason: words } } });
  } else setPull(ctx, bead, request, { ...request.pull, failures }, words);
  ctx.turn.schedule(lookTimer(id), at, "pullDue", { id });
}

function askToOpen(ctx: TownTurn, bead: Bead, request: MergeRequest): void {
  const forge = placeOf(ctx, bead, request);
  if (forge === undefined) return;
  const source = ctx.tx.get(request.source);
  const { branch, target } = request;
  const title = `${request.source}: ${(source?.title ?? bead.title).replaceAll(/\s+/g, " ")}`.slice(0, 200);
  const body = [
    (source?.description ?? "").slice(0, 8_000),
    "",
    `Bead: ${request.source}`,
    `Merge-Request: ${bead.id}`,
    `Agent: ${request.agent}, attempt ${request.attempt}`,
  ].join("\n");
  ask(ctx, request, "open", { forge, branch, target, title, body }, "pullOpened", bead.id);
}

/** The port answers, or says why not; should neither come, the timer asks again. */
function ask(
  ctx: TownTurn,
  request: MergeRequest,
  method: "open" | "look" | "merge" | "update",
  args: object,
  onReply: string,
  id: string,
): void {
  ctx.turn.send({ kind: "forge", name: request.rig }, method, args, { onReply, context: { id } });
  ctx.turn.schedule(lookTimer(id), ctx.now + LOOK_SLOW_MS, "pullDue", { id });
}

function lookAt(ctx: TownTurn, request: MergeRequest, changed: boolean, at: number | undefined): number {
  const since = request.pull?.green_since;
  const next = ctx.now + (changed || since !== undefined ? LOOK_MS : 2 * LOOK_MS);
  return at === undefined ? next : Math.min(next, at);
}

/** Undefined when nobody can say where its pull requests are; then a person is asked. */
function placeOf(ctx: TownTurn, bead: Bead, request: MergeRequest): ForgePlace | undefined {
  const rig = ctx.rig(request.rig);
  const repo = rig.settings.forge_repo ?? repoOf(rig);
  if (repo !== undefined) return { base_url: rig.settings.forge_url, repo };
  hold(
    ctx,
    bead,
    `nothing says which repository of the forge ${rig.name} is; gt rig set ${rig.name} --forge-repo owner/name`,
  );
  return undefined;
}

/** `owner/name` of `https://host/owner/name.git` or `git@host:owner/name.git`. */
export function repoOf({ git_url }: Pick<RigRecord, "git_url">): string | undefined {
  const path = URL.canParse(git_url)
    ? new URL(git_url).pathname
    : /^[^/:@\s]+@[^/:\s]+:(.+)$/.exec(git_url)?.[1];
  const match = /^\/?([A-Za-z0-9_.-]+)\/([A-Za-z0-9_.-]+?)(?:\.git)?\/?$/.exec(path ?? "");
  return git_url.startsWith("file:") || match === null ? undefined : `${match[1]}/${match[2]}`;
}
