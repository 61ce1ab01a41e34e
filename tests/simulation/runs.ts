/** One worker per bead, one run per agent, one merge at a time per rig; fencing numbers only grow. */
import type { FakeRun } from "../../actors/testing/fake-sandboxes.ts";
import type { MergeWord, ReviewWord, WorkWord } from "./plan.ts";

/** Runs of one attempt: it is started again when its sandbox is lost, and not for ever. */
const MAX_RUNS_OF_ATTEMPT = 8;

/** Who works on what just now, and under which numbers before. */
export class Runs {
  readonly #live = new Map<string, FakeRun>();
  readonly #generations = new Map<string, number>();
  readonly #attempts = new Map<string, number>();
  readonly #starts = new Map<string, number>();

  /** @returns what is wrong with the beginning of this run */
  began(run: FakeRun): string[] {
    const { spec } = run;
    const wrong: string[] = [];
    for (const key of keys(run)) {
      const other = this.#live.get(key);
      if (other?.alive) wrong.push(`${spec.run_id} begins while ${other.spec.run_id} is at ${key}`);
      this.#live.set(key, run);
    }
    const generation = this.#generations.get(spec.container) ?? 0;
    if (spec.generation <= generation)
      wrong.push(`${spec.run_id} begins as ${spec.generation} after ${generation}`);
    this.#generations.set(spec.container, Math.max(generation, spec.generation));
    const job = jobOf(run);
    const { attempt } = spec.job;
    const latest = this.#attempts.get(job) ?? 0;
    if (attempt < latest) wrong.push(`${spec.run_id} begins attempt ${attempt} of ${job} after ${latest}`);
    this.#attempts.set(job, Math.max(latest, attempt));
    const starts = (this.#starts.get(`${job}#${attempt}`) ?? 0) + 1;
    this.#starts.set(`${job}#${attempt}`, starts);
    if (starts > MAX_RUNS_OF_ATTEMPT) wrong.push(`attempt ${attempt} of ${job} was started ${starts} times`);
    return wrong;
  }
}

/** What a run has for itself alone. */
function keys({ spec }: FakeRun): string[] {
  const own = [`container ${spec.container}`, `worktree ${spec.job.worktree}`];
  if (spec.job.kind === "merge")
    return [...own, `merging in ${spec.agent.rig}`, `merge ${spec.job.merge_request}`];
  if (spec.job.kind === "session") return own;
  return [...own, `bead ${spec.job.bead.id}`, `branch ${spec.agent.rig} ${spec.job.branch}`];
}

function jobOf({ spec: { job } }: FakeRun): string {
  return job.kind === "merge" ? job.merge_request : job.bead.id;
}

/** What the plan says of the n-th time; the default after its last word. */
export function wordOf(words: readonly WorkWord[], nth: number): WorkWord;
export function wordOf(words: readonly MergeWord[], nth: number, none: "merged"): MergeWord;
export function wordOf(words: readonly ReviewWord[], nth: number, none: "approve"): ReviewWord;
export function wordOf(words: readonly string[], nth: number, none = "submit"): string {
  return words[nth - 1] ?? none;
}
