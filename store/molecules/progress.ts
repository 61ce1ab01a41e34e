/** Where a molecule stands: its steps in order, which are done, ready, waiting, and which comes next. */
import type { BeadTx } from "../api.ts";
import type { Bead } from "../schema/bead.ts";
import { AppError } from "../schema/errors.ts";

export type StepState = "done" | "current" | "ready" | "blocked" | "pending";

export interface StepProgress {
  readonly bead: Bead;
  readonly state: StepState;
  /** Ids of what it waits for. */
  readonly blockedBy: readonly string[];
}

export interface Progress {
  readonly root: Bead;
  readonly steps: readonly StepProgress[];
  readonly completed: number;
  readonly total: number;
  /** The step that is worked on, else the first that is ready. */
  readonly current: StepProgress | undefined;
  /** The first ready step after the current one. */
  readonly next: StepProgress | undefined;
  readonly complete: boolean;
}

const DONE: ReadonlySet<string> = new Set(["closed", "failed"]);
const WORKING: ReadonlySet<string> = new Set(["in_progress", "hooked", "in_review"]);

/** Steps of a molecule in the order in which they were made; gates are not steps. */
export function stepsOf(tx: BeadTx, root: string): Bead[] {
  return tx
    .query({ ancestor: root })
    .filter(bead => bead.issue_type !== "gate")
    .sort((a, b) => position(a) - position(b) || (a.id < b.id ? -1 : 1));
}

/** @throws {AppError} not_found; invalid_argument when the bead is no molecule */
export function progressOf(tx: BeadTx, root: string): Progress {
  const bead = tx.require(root);
  const found = stepsOf(tx, root);
  if (found.length === 0 && bead.issue_type !== "molecule") {
    throw new AppError("invalid_argument", `${root} is no molecule: it has no steps`, {
      hint: "`bd list -t molecule` shows the molecules.",
    });
  }
  const steps = found.map(step => {
    const blockedBy = DONE.has(step.status) ? [] : tx.blockers(step.id);
    return { bead: step, blockedBy, state: stateOf(step, blockedBy) };
  });
  const current = steps.find(step => step.state === "current") ?? steps.find(step => step.state === "ready");
  const next = steps.find(step => step.state === "ready" && step !== current);
  const completed = steps.filter(step => step.state === "done").length;
  return {
    root: bead,
    steps,
    completed,
    total: steps.length,
    current,
    next,
    complete: steps.length > 0 && completed === steps.length,
  };
}

function stateOf(bead: Bead, blockedBy: readonly string[]): StepState {
  if (DONE.has(bead.status)) return "done";
  if (WORKING.has(bead.status)) return "current";
  if (blockedBy.length > 0) return "blocked";
  return bead.status === "open" ? "ready" : "pending";
}

function position(bead: Bead): number {
  return Number(/^steps\[(\d+)\]$/.exec(bead.source_location ?? "")?.[1] ?? Number.MAX_SAFE_INTEGER);
}

/** The molecule that a step belongs to: its nearest ancestor of type molecule. */
export function moleculeOf(tx: BeadTx, step: string): Bead | undefined {
  let bead = tx.get(step);
  for (let depth = 0; bead !== undefined && depth < 50; depth += 1) {
    if (bead.issue_type === "molecule") return bead;
    const parent: string | undefined = bead.dependencies?.find(
      edge => edge.type === "parent-child",
    )?.depends_on_id;
    bead = parent === undefined ? undefined : tx.get(parent);
  }
  return undefined;
}

/** What closing a step did to its molecule. */
export interface Advanced {
  readonly closed: Bead;
  readonly next: Bead | undefined;
  readonly complete: boolean;
  readonly molecule: string | undefined;
}

/** Closes a step, takes up the next one for the same worker, and closes the molecule after its last step. */
export function advance(tx: BeadTx, step: string, reason: string, assignee?: string): Advanced {
  const closed = tx.close(step, reason);
  const root = moleculeOf(tx, step);
  if (root === undefined) return { closed, next: undefined, complete: false, molecule: undefined };
  const after = progressOf(tx, root.id);
  if (after.complete) {
    tx.close(root.id, "All steps are done");
    return { closed, next: undefined, complete: true, molecule: root.id };
  }
  const ready = after.steps.find(item => item.state === "ready");
  const next =
    ready === undefined
      ? undefined
      : tx.update(ready.bead.id, { status: "in_progress", ...(assignee === undefined ? {} : { assignee }) });
  return { closed, next, complete: false, molecule: root.id };
}
