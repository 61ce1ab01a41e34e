/**
 * The rig's gates before a submission: run on the tree that a merge onto the present target gives, in a worktree of their
 * own that the agent cannot reach. What passed is told with the submission, so that the merge need not run them again.
 */
import { AppError } from "../../store/schema/errors.ts";
import type { Isolation } from "../isolation/isolation.ts";
import type { Verified, WorkJob } from "../protocol/spec.ts";
import { commitOf, treeOf, type WorktreePlace } from "../workspace/commits.ts";
import { adminDir } from "../workspace/git.ts";
import { mergeHead, resetMergeWorktree, tidyAfterGate } from "../workspace/merge.ts";
import { fetchBranches } from "../workspace/remote.ts";
import { targetRef } from "../workspace/worktree.ts";
import { type RunContext, sayPlain } from "./context.ts";
import { type GateResult, runGate } from "./gate.ts";
import { gatesKey } from "./gates-key.ts";

const MAX_TOLD_CHARS = 4_000;

type Verify = NonNullable<WorkJob["verify"]>;

/**
 * What the gates passed on; undefined when the rig does not ask for it, or the work conflicts with the target, which the
 * merge deals with.
 * @throws {AppError} precondition_failed with the output of the gate that fails (`data.gate`); cancelled, remote_unreachable, git_failed, storage_full
 */
export async function verifySubmission(
  context: RunContext,
  job: WorkJob,
  isolation: Isolation,
  head: string,
): Promise<Verified | undefined> {
  const { verify } = job;
  if (verify === undefined) return undefined;
  const { stoppable: git, terminal } = context;
  if (job.local !== true) await fetchBranches(git, job.remote, [job.target]);
  const base = await commitOf(git, targetRef(job));
  if (base === undefined) return undefined;
  // Beside the agent's own: pristine, and not to be changed while the gates run.
  const path = `${job.worktree}.verify`;
  const place = { path, admin: adminDir(job.repo, path) };
  try {
    await resetMergeWorktree(git, place, base);
    const message = `Merge ${job.bead.id} to verify it`;
    const merged = await mergeHead(git, place, { head, message }, context.identity);
    if (merged.kind === "conflict") {
      sayPlain(terminal, `Not verified: ${job.branch} conflicts with ${job.target} at ${base.slice(0, 12)}.`);
      return undefined;
    }
    const tree = await treeOf(git, merged.commit);
    sayPlain(
      terminal,
      `Verifying the merge of ${head.slice(0, 12)} into ${job.target} at ${base.slice(0, 12)}.`,
    );
    for (const gate of verify.gates) {
      const result = await runUntilItCounts(context, {
        verify,
        gate,
        place,
        isolation,
        commit: merged.commit,
      });
      if (!result.ok) throw refusal(job, result);
    }
    return { base, head, tree, gates: gatesKey(verify.gates) };
  } finally {
    // A stop must not leave it behind. What cannot be removed is made anew by the next one.
    await context.git.try(["worktree", "remove", "--force", "--force", path]);
  }
}

interface GateRun {
  readonly verify: Verify;
  readonly gate: Verify["gates"][number];
  readonly place: WorktreePlace;
  readonly isolation: Isolation;
  /** What is tested. */
  readonly commit: string;
}

/** One gate, run again while it fails and may be run again. @throws {AppError} cancelled */
async function runUntilItCounts(context: RunContext, run: GateRun): Promise<GateResult> {
  const { verify, gate, place, isolation, commit } = run;
  for (let retry = 0; ; retry += 1) {
    const result = await runGate(context, place, gate, isolation, true);
    if (result === undefined) throw new AppError("cancelled", "The run ends; nothing was submitted.");
    await tidyAfterGate(context.stoppable, place, commit);
    if (result.ok || retry >= verify.flaky_retries) return result;
    sayPlain(context.terminal, `The gate ${gate.name} failed; it is run again in case it is flaky.`);
  }
}

function refusal(job: WorkJob, { name, timed_out, output }: GateResult): AppError {
  const how = timed_out ? "does not end in time" : "fails";
  const said = output.slice(-MAX_TOLD_CHARS);
  return new AppError(
    "precondition_failed",
    `The gate ${name} ${how} on ${job.branch} merged into ${job.target}${said === "" ? "." : `:\n${said}`}`,
    {
      hint: "Repair it, commit, and run `gt done` again.",
      data: { gate: name, timed_out },
    },
  );
}
