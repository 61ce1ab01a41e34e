/**
 * The ports of the host that the actors reach by `call` and `send` as `{ kind, name }`, like actors.
 * All methods are idempotent: the same message may arrive twice. The Bun host implements them with processes and git;
 * tests and the simulator with fakes.
 */
import { z } from "zod";
import { sandboxEventSchema } from "../agent-sandbox/protocol/events.ts";
import { sandboxSpecSchema } from "../agent-sandbox/protocol/spec.ts";
import { severitySchema } from "../store/schema/escalation.ts";
import { nudgeSchema } from "../store/schema/nudge.ts";

/**
 * Kind `sandbox`, name = name of the container actor. The host starts or adopts the process, reads its event log on from
 * the last acknowledged `seq`, and tells the container actor `{kind: "container", name}` with the methods below.
 */
export const sandboxPortMethods = {
  /** Starts the run of `spec.run_id`, or adopts it when it is alive already. Answers when the process has its identity, not when the agent runs. */
  start: z.strictObject({ spec: sandboxSpecSchema }),
  /** Snapshot, end the agent, and let the process go; the `exited` event follows. */
  stop: z.strictObject({
    run_id: z.string(),
    generation: z.int(),
    reason: z.string(),
    grace_ms: z.int().default(5_000),
  }),
  /** After a restart of the host: adopt the run if it is alive, read its log either way. Answers `{ alive }`. */
  adopt: z.strictObject({
    run_id: z.string(),
    generation: z.int(),
    dir: z.string(),
    socket: z.string(),
    after_seq: z.int(),
  }),
  /** All events up to `seq` were handled: the process may end and its socket go. Its folder stays for the recording. */
  release: z.strictObject({ run_id: z.string(), generation: z.int(), dir: z.string(), seq: z.int() }),
  /** All processes of the run stand still where they are, or go on. Answers `{ alive }`. Errors: unavailable */
  freeze: z.strictObject({ run_id: z.string(), generation: z.int(), frozen: z.boolean() }),
  /** Answers `{ evidence }` of a run that can be asked; nothing is known when this fails. Errors: unavailable */
  observe: z.strictObject({ run_id: z.string(), generation: z.int() }),
  /** Text typed into the terminal. */
  input: z.strictObject({
    run_id: z.string(),
    generation: z.int(),
    text: z.string(),
    enter: z.boolean().default(true),
  }),
  /**
   * Hands a nudge to the run, which delivers it at a turn boundary (`immediate`: at once) and says so with a `nudge` event.
   * The same nudge again changes nothing. Errors: unavailable, not_supported when nothing of the run reads words.
   */
  nudge: z.strictObject({ run_id: z.string(), generation: z.int(), nudge: nudgeSchema }),
} as const;

/** What the host sends to the container actor. `after` the process is gone without `exited`, `sandboxLost` comes once per run. */
export const sandboxCallbackMethods = {
  sandboxEvent: z.strictObject({ run_id: z.string(), generation: z.int(), event: sandboxEventSchema }),
  sandboxLost: z.strictObject({
    run_id: z.string(),
    generation: z.int(),
    reason: z.string(),
    error_code: z.string().optional(),
  }),
} as const;

/** Kind `repo`, name = rig. Everything that the town itself does with a rig's git repository, through the git program. */
export const repoPortMethods = {
  /**
   * Makes the rig's bare repository as a clone, with the bead branch; nothing half-made stays on failure.
   * Answers `{ path, default_branch, head }`. Cloning again what is there with the same URL answers the same.
   * Errors: remote_unreachable, not_found, already_exists, git_failed, storage_full.
   */
  clone: z.strictObject({ git_url: z.string(), prefix: z.string() }),
  /** Answers `{ contained: boolean, tip: string }` after a fetch: is the commit in the remote's branch? */
  contains: z.strictObject({ commit: z.string(), branch: z.string() }),
  /** Deletes a branch, locally and on the remote, once `contained_in` holds its head; otherwise keeps it under an archive ref. */
  retireBranch: z.strictObject({
    branch: z.string(),
    contained_in: z.string(),
    /** True when both are branches of the rig's own repository, and the remote is left alone. */
    local: z.boolean().default(false),
  }),
  /** Removes a worktree whose commits are safe, after a snapshot of what is not. */
  removeWorktree: z.strictObject({ path: z.string() }),
} as const;

/**
 * Kind `notify`, name = `<town>/<route>`. Tells people outside of the board: `webhook`, `email`, `desktop`. The same `key`
 * may come twice, and is passed on, so that whoever receives it can tell.
 */
export const notifyPortMethods = {
  /** Answers a {@link notifyAnswerSchema} and never throws for what is outside: whether to try again is the town's. */
  send: z.strictObject({
    key: z.string(),
    town: z.string(),
    id: z.string(),
    severity: severitySchema,
    category: z.string(),
    source: z.string(),
    title: z.string(),
    text: z.string(),
    /** 0 at first, then the number of the re-escalation. */
    level: z.int(),
    raised_at: z.string(),
  }),
} as const;
export type NotifyMessage = z.infer<(typeof notifyPortMethods)["send"]>;
export const notifyAnswerSchema = z.object({
  /** `skipped`: this way is not set up here, and trying again would change nothing. */
  outcome: z.enum(["sent", "skipped", "failed"]),
  reason: z.string().optional(),
});
export type NotifyAnswer = z.infer<typeof notifyAnswerSchema>;

/** Where the pull requests of a rig are: the API of a forge, and the repository there, `owner/name`. */
const forgePlaceSchema = z.strictObject({ base_url: z.string(), repo: z.string() });
export type ForgePlace = z.infer<typeof forgePlaceSchema>;

/**
 * Kind `forge`, name = rig. Pull requests on GitHub, or on a host with its API; the host has the token.
 * Errors of all: unauthenticated, forbidden, not_found, unprocessable, invalid_argument (a person has to see to it);
 * remote_unreachable (asked again; at a rate limit not before `data.retry_at`, epoch milliseconds).
 */
export const forgePortMethods = {
  /** Opens the pull request of a branch, or adopts the one that is open. Answers `{ number, url, adopted }`. */
  open: z.strictObject({
    forge: forgePlaceSchema,
    branch: z.string(),
    target: z.string(),
    title: z.string(),
    body: z.string(),
  }),
  /** Answers {@link PullFacts}. */
  look: z.strictObject({ forge: forgePlaceSchema, number: z.int().positive() }),
  /** Merges if the head is still this one. Answers `{ merged, commit?, reason? }`; merged already is merged. */
  merge: z.strictObject({
    forge: forgePlaceSchema,
    number: z.int().positive(),
    head: z.string(),
    method: z.enum(["merge", "squash", "rebase"]),
    title: z.string(),
  }),
  /** Has the forge merge the target into the branch if the head is still this one. Answers `{ updated, reason? }`. */
  update: z.strictObject({ forge: forgePlaceSchema, number: z.int().positive(), head: z.string() }),
  /** What a gate waits for: a workflow run or a pull request. Answers {@link ForgeFact}. */
  fact: z.strictObject({ forge: forgePlaceSchema, of: z.enum(["run", "pr"]), number: z.int().positive() }),
} as const;

/** How a workflow run or a pull request stands; `state` is OPEN, CLOSED or MERGED. */
export const forgeFactSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("run"), status: z.string(), conclusion: z.string() }),
  z.object({ kind: z.literal("pr"), state: z.string() }),
]);
export type ForgeFact = z.infer<typeof forgeFactSchema>;

/** A pull request as the forge has it now. */
export const pullFactsSchema = z.object({
  url: z.string(),
  state: z.enum(["open", "merged", "closed"]),
  head: z.string(),
  /** Once merged: the commit in the target. */
  commit: z.string().optional(),
  draft: z.boolean(),
  conflict: z.boolean(),
  /** False while the forge does not allow the merge, or does not know yet. */
  mergeable: z.boolean(),
  /** True when the forge merges only what is up to date with the target, and this is not. */
  behind: z.boolean().optional(),
  checks: z.enum(["none", "pending", "passed", "failed"]),
  failed: z.array(z.string()),
  reviews: z.enum(["none", "required", "approved", "changes_requested"]),
  /** What reviewers ask for; the id changes with what they say. */
  feedback: z.object({ id: z.string(), text: z.string() }).optional(),
});
export type PullFacts = z.infer<typeof pullFactsSchema>;

/** Where things lie in a town's folder; the paths that actors put into specs come from here. */
export interface TownPaths {
  readonly root: string;
  repo(rig: string): string;
  worktree(rig: string, agent: string): string;
  home(rig: string, agent: string): string;
  runDir(rig: string, agent: string, generation: number): string;
  /** A path short enough for a unix socket, unique for town, container and generation. */
  socket(container: string, generation: number): string;
}
