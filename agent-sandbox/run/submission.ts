/** `gt done`: the one way by which work is submitted, whoever asks for it. */
import { AppError } from "../../store/schema/errors.ts";
import type { DoneReply, DoneRequest } from "../protocol/control.ts";
import type { Verified, WorkJob } from "../protocol/spec.ts";
import type { WorktreePlace } from "../workspace/commits.ts";
import { checkSubmission, publishBranch } from "../workspace/submit.ts";
import { type RunContext, sayPlain } from "./context.ts";

const MAX_NOTE_CHARS = 1_900;

export interface Submitter {
  /** Head that was submitted last. */
  readonly head: string | undefined;
  /** True while a submission is checked. */
  readonly busy: boolean;
  /**
   * Checks and pushes the branch, then records the submission. Repeated with the same head it is the same submission.
   * @throws {AppError} precondition_failed (nothing to submit, uncommitted changes, steps left), invalid_argument, push_rejected, remote_unreachable, storage_full
   */
  submit(request: DoneRequest): Promise<DoneReply>;
}

/**
 * @param stepsDone asks the town whether the steps of the formula are done; throws precondition_failed with what is left
 * @param verify runs the gates on what a merge of the head gives; throws precondition_failed when one fails
 */
export function createSubmitter(
  context: RunContext,
  job: WorkJob,
  worktree: WorktreePlace,
  stepsDone: (force: boolean) => Promise<void>,
  verify: (head: string) => Promise<Verified | undefined>,
): Submitter {
  let head = context.log
    .after(0)
    .findLast(
      event => event.type === "submitted" && event.attempt === job.attempt && event.bead === job.bead.id,
    );
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function submit({ bead, summary, force }: DoneRequest): Promise<DoneReply> {
    if (bead !== undefined && bead !== job.bead.id) {
      throw new AppError("invalid_argument", `This sandbox works on ${job.bead.id}, not on ${bead}.`, {
        hint: "Leave the bead out.",
      });
    }
    const found = await checkSubmission(context.git, job, worktree, context.folders.scratch);
    const repeated = head?.type === "submitted" && head.head === found.head;
    if (!repeated) {
      if (head === undefined) await stepsDone(force);
      const verified = await verify(found.head);
      await publishBranch(context.git, job, found.head);
      head = await context.log.append({
        type: "submitted",
        bead: job.bead.id,
        attempt: job.attempt,
        branch: job.branch,
        ...found,
        ...(force ? { forced: true } : {}),
        ...(verified === undefined ? {} : { verified }),
      });
      if (summary.trim() !== "") await context.note(summary.trim().slice(0, MAX_NOTE_CHARS));
      sayPlain(context.terminal, `Submitted ${job.branch} at ${found.head.slice(0, 12)}.`);
    }
    return {
      submitted: true,
      bead: job.bead.id,
      branch: job.branch,
      head: found.head,
      commits: found.commits,
      repeated,
    };
  }

  return {
    get head() {
      return head?.type === "submitted" ? head.head : undefined;
    },
    get busy() {
      return waiting > 0;
    },
    submit(request) {
      waiting += 1;
      const next = turn
        .then(() => submit(request))
        .finally(() => {
          waiting -= 1;
        });
      turn = next.catch(() => undefined);
      return next;
    },
  };
}
