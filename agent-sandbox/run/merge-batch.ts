/**
 * Batch, then bisect: merge requests are stacked in one detached worktree, the gates run once on the stacked result, and
 * one push publishes all. When a gate fails, the stack is halved: what passes is published, and the one that fails alone
 * is the one whose fault it is. What the remote has is looked at before anything is done, so that a run that follows a
 * crash goes on where the other stopped, and nothing is merged twice.
 */
import type { Isolation } from "../isolation/isolation.ts";
import type { MergeJob, MergeMember } from "../protocol/spec.ts";
import { commitOf, treeOf } from "../workspace/commits.ts";
import {
  containingMerge,
  mergeHead,
  mergePlace,
  resetMergeWorktree,
  tidyAfterGate,
} from "../workspace/merge.ts";
import { type RunContext, sayPlain } from "./context.ts";
import { type GateResult, runGate } from "./gate.ts";
import { gatesKey } from "./gates-key.ts";
import { membersOf, type Results } from "./merge-results.ts";
import { fetchTarget, publishMerge } from "./merge-target.ts";

const MAX_ROUNDS = 3;

/** A merge request with its merge commit in the stack. */
interface Stacked {
  readonly member: MergeMember;
  readonly commit: string;
}

/** What came of one list of merge requests: all have results, the list is to be halved, or the run was stopped. */
type Step = "done" | "stopped" | { readonly halves: readonly (readonly MergeMember[])[] };

/** Gives every merge request of the job its result; stops early, without results, when the run is stopped. @throws {AppError} */
export async function mergeBatch(
  context: RunContext,
  job: MergeJob,
  isolation: Isolation,
  results: Results,
): Promise<void> {
  const batch = new Batch(context, job, isolation, results);
  const [first, ...others] = membersOf(job);
  // Whoever may skip the gates goes first and alone; the others are tested on top of it.
  const alone = first?.verified !== undefined && others.length > 0;
  let lists: readonly (readonly MergeMember[])[] = alone ? [[first], others] : [membersOf(job)];
  for (let list = lists[0]; list !== undefined; list = lists[0]) {
    const step = await batch.integrate(list);
    if (step === "stopped") return;
    lists = [...(step === "done" ? [] : step.halves), ...lists.slice(1)];
  }
}

class Batch {
  readonly #context: RunContext;
  readonly #job: MergeJob;
  readonly #isolation: Isolation;
  readonly #results: Results;
  /** Failures by the tree that was tested: the same tree is not tested again. */
  readonly #failed = new Map<string, GateResult>();

  constructor(context: RunContext, job: MergeJob, isolation: Isolation, results: Results) {
    this.#context = context;
    this.#job = job;
    this.#isolation = isolation;
    this.#results = results;
  }

  async integrate(list: readonly MergeMember[]): Promise<Step> {
    const { stop, log } = this.#context;
    let refused = "";
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      const base = await fetchTarget(this.#context, this.#job, list);
      const pending = await this.#withoutMerged(list, base);
      const stack = await this.#stack(pending, base);
      const tip = stack.at(-1);
      if (tip === undefined) return "done";
      await log.append({ type: "merging", commit: tip.commit, base });
      const tested = await this.#test(stack, base);
      if (tested === "stopped") return "stopped";
      if (tested !== undefined) return await this.#failedOn(stack, tested);
      if (stop.requested !== undefined) return "stopped";
      if (this.#job.publish === "none") {
        for (const { member, commit } of stack)
          await this.#results.tell(member, { kind: "tested", commit, base });
        return "done";
      }
      // From here on a stop waits: whether it was published must be known.
      const outcome = await publishMerge(this.#context, this.#job, tip.commit, base);
      if (outcome === "pushed") {
        for (const { member, commit } of stack) {
          await this.#results.tell(member, { kind: "merged", commit, already: false });
        }
        return "done";
      }
      refused = outcome.refused;
    }
    for (const member of list) await this.#results.tell(member, { kind: "raced", output: refused });
    return "done";
  }

  /** Those that the target does not contain yet; of the others it is told by which commit it does. */
  async #withoutMerged(list: readonly MergeMember[], base: string): Promise<MergeMember[]> {
    const { stoppable: git } = this.#context;
    const pending: MergeMember[] = [];
    for (const member of list) {
      if ((await commitOf(git, member.head)) === undefined) {
        await this.#results.tell(member, {
          kind: "error",
          code: "not_found",
          message: `The submitted commit ${member.head} of ${member.branch} is not on ${this.#job.remote}. Submit the branch again.`,
        });
        continue;
      }
      const already = await containingMerge(git, member.head, base);
      if (already === undefined) pending.push(member);
      else await this.#results.tell(member, { kind: "merged", commit: already, already: true });
    }
    return pending;
  }

  /** Merges one on top of the other. What does not go with the target conflicts; what does not go with others waits. */
  async #stack(pending: readonly MergeMember[], base: string): Promise<Stacked[]> {
    const { stoppable: git, terminal, identity } = this.#context;
    const place = mergePlace(this.#job);
    if (pending.length === 0) return [];
    await resetMergeWorktree(git, place, base);
    const stack: Stacked[] = [];
    for (const member of pending) {
      const words = `Merging ${member.head.slice(0, 12)} of ${member.branch} into ${this.#job.target}`;
      const on = stack.at(-1)?.commit ?? base;
      sayPlain(terminal, `${words} at ${on.slice(0, 12)}.`);
      const merged = await mergeHead(git, place, member, identity);
      if (merged.kind === "merged") stack.push({ member, commit: merged.commit });
      else if (stack.length === 0) await this.#results.tell(member, merged);
      else {
        const others = stack.map(({ member: other }) => other.bead.id).join(", ");
        const files = merged.files.slice(0, 10).join(", ");
        const where = files === "" ? "" : ` in ${files}`;
        await this.#results.tell(member, {
          kind: "dropped",
          reason: `It conflicts with ${others} of the same batch${where}; it is merged after them.`,
        });
      }
    }
    return stack;
  }

  /** The gate that failed on the stacked result; undefined when all passed. */
  async #test(stack: readonly Stacked[], base: string): Promise<GateResult | "stopped" | undefined> {
    const { stoppable: git, terminal } = this.#context;
    const tip = stack.at(-1)?.commit ?? base;
    const tree = await treeOf(git, tip);
    const known = this.#failed.get(tree);
    if (known !== undefined) {
      sayPlain(terminal, `This very tree has failed at the gate ${known.name} before.`);
      return known;
    }
    const [only] = stack;
    if (stack.length === 1 && only !== undefined && this.#isVerified(only.member, base, tree)) {
      sayPlain(terminal, `The gates have passed on this very merge result ${tree.slice(0, 12)} already.`);
      return undefined;
    }
    for (const gate of this.#job.gates) {
      const result = await this.#gate(gate, stack, tip);
      if (result === undefined) return "stopped";
      if (!result.ok) {
        this.#failed.set(tree, result);
        return result;
      }
    }
    return undefined;
  }

  /** True when the same gates passed on the same tree, made of the same two commits. */
  #isVerified({ verified, head }: MergeMember, base: string, tree: string): boolean {
    if (verified === undefined) return false;
    const same = verified.base === base && verified.head === head && verified.tree === tree;
    return same && verified.gates === gatesKey(this.#job.gates);
  }

  /** One gate, run again while it fails and may be run again. */
  async #gate(
    gate: MergeJob["gates"][number],
    stack: readonly Stacked[],
    tip: string,
  ): Promise<GateResult | undefined> {
    const { log, stoppable: git, terminal } = this.#context;
    const place = mergePlace(this.#job);
    const merge_requests = stack.map(({ member }) => member.merge_request);
    for (let retry = 0; ; retry += 1) {
      const result = await runGate(this.#context, place, gate, this.#isolation);
      if (result === undefined) return undefined;
      await log.append({ type: "gate", ...result, merge_requests, ...(retry === 0 ? {} : { retry }) });
      await tidyAfterGate(git, place, tip);
      if (result.ok || retry >= (this.#job.flaky_retries ?? 0)) return result;
      sayPlain(terminal, `The gate ${gate.name} failed; it is run again in case it is flaky.`);
    }
  }

  async #failedOn(stack: readonly Stacked[], failure: GateResult): Promise<Step> {
    const { name: gate, output, timed_out } = failure;
    const [only] = stack;
    if (only !== undefined && stack.length === 1) {
      await this.#results.tell(only.member, { kind: "gate_failed", gate, output, timed_out });
      return "done";
    }
    const members = stack.map(({ member }) => member);
    const half = Math.ceil(members.length / 2);
    sayPlain(
      this.#context.terminal,
      `The gate ${gate} failed on ${members.length} together; they are halved.`,
    );
    return { halves: [members.slice(0, half), members.slice(half)] };
  }
}
