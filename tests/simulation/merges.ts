/** What comes of merge runs: the words of a plan as scripts of the refinery's sandbox. */
import type { Step } from "../../actors/testing/fake-sandboxes.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { MergeJob, MergeMember, SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";
import type { MergeWord } from "./plan.ts";
import { exited, STARTED, type Surroundings } from "./surroundings.ts";

const MINUTE = 60_000;
const BASE = "0".repeat(40);

type Result = Extract<NewSandboxEvent, { type: "merge_result" }>["result"];
type Word = (member: MergeMember) => MergeWord;

/** The script of one merge run: what leads it says what becomes of the run, each member what becomes of itself. */
export function mergeScript(world: Surroundings, spec: SandboxSpec, job: MergeJob, wordOf: Word): Step[] {
  const members: readonly MergeMember[] = [job, ...(job.members ?? [])];
  // The words count the runs of each, so each is asked for once.
  const words = new Map(members.map(member => [member, wordOf(member)]));
  return [{ after: 1, next: () => new Run(world, spec, job, members, words).steps() }];
}

class Run {
  readonly #world: Surroundings;
  readonly #spec: SandboxSpec;
  readonly #job: MergeJob;
  readonly #members: readonly MergeMember[];
  readonly #words: ReadonlyMap<MergeMember, MergeWord>;
  readonly #commit: string;

  constructor(
    world: Surroundings,
    spec: SandboxSpec,
    job: MergeJob,
    members: readonly MergeMember[],
    words: ReadonlyMap<MergeMember, MergeWord>,
  ) {
    this.#world = world;
    this.#spec = spec;
    this.#job = job;
    this.#members = members;
    this.#words = words;
    this.#commit = world.remotes.commit();
  }

  steps(): Step[] {
    const begin: Step[] = [
      { after: 20, event: STARTED },
      { after: 50, event: { type: "merging", commit: this.#commit, base: BASE } },
    ];
    if (this.#world.partitioned()) return [...begin, ...this.#away()];
    const word = this.#words.get(this.#members[0] ?? this.#job) ?? "merged";
    switch (word) {
      case "slow":
        return [...begin, gate(true, this.#world.dice.int(3, 12) * MINUTE), this.#publish()];
      case "raced":
        return [...begin, gate(true), ...this.#all({ kind: "raced", output: "main moved" }, true)];
      case "error":
        return [
          ...begin,
          ...this.#all({ kind: "error", code: "git_failed", message: "index is corrupt" }, false),
        ];
      case "die-before":
        return [...begin, gate(true), { after: 5, die: true }];
      case "die-after":
        return [...begin, gate(true), this.#publish(true)];
      case "silent":
        return [...begin, { after: 45 * MINUTE, die: true }];
      case "merged":
      case "conflict":
      case "gate":
        return [...begin, gate(word !== "gate"), this.#publish()];
      default:
        return word satisfies never;
    }
  }

  /** Pushes those that pass, and tells of each; or dies before it can tell. */
  #publish(dies = false): Step {
    const publishing: NewSandboxEvent = { type: "publishing", commit: this.#commit, base: BASE };
    const push = (): Step[] => {
      if (this.#world.partitioned()) return this.#away();
      const results = this.#members.map(member => [member, this.#result(member)] as const);
      return dies ? [{ after: 0, die: true }] : this.#tell(results, true);
    };
    return {
      after: 5,
      next: () =>
        this.#world.partitioned()
          ? this.#away()
          : [
              { after: 5, event: publishing },
              { after: 10, next: push },
            ],
    };
  }

  /** As git finds it: what is in the target needs no merge, and what nobody pushed cannot be merged. */
  #result(member: MergeMember): Result {
    const { remotes, dice } = this.#world;
    const { rig } = this.#spec.agent;
    const merge = (): Result => ({
      kind: "merged",
      ...remotes.merge(rig, member.bead.id, member.head),
    });
    if (remotes.isMerged(rig, member.head) && this.#job.publish !== "none") return merge();
    if (!remotes.has(member.head)) {
      return { kind: "error", code: "not_found", message: `no commit ${member.head}` };
    }
    const word = this.#words.get(member);
    if (word === "conflict") return { kind: "conflict", files: ["src/a.ts"], output: "CONFLICT: src/a.ts" };
    if (word === "gate") {
      return { kind: "gate_failed", gate: "test", output: "expected 1, got 2", timed_out: false };
    }
    const leads = member === this.#members[0];
    if (!leads && dice.chance(0.2))
      return { kind: "dropped", reason: "it does not go together with the others" };
    if (this.#job.publish === "none") return { kind: "tested", commit: this.#commit, base: BASE };
    return merge();
  }

  #away(): Step[] {
    return this.#all({ kind: "error", code: "remote_unreachable", message: "no route to host" }, false);
  }

  #all(result: Result, ok: boolean): Step[] {
    return this.#tell(
      this.#members.map(member => [member, result] as const),
      ok,
    );
  }

  #tell(results: readonly (readonly [MergeMember, Result])[], ok: boolean): Step[] {
    const events = results.map(([member, result], index): Step => {
      const named = member === this.#members[0] ? {} : { merge_request: member.merge_request };
      const more = index < results.length - 1 ? { more: true } : {};
      return { after: 10, event: { type: "merge_result", ...named, ...more, result } };
    });
    return [...events, { after: 10, event: exited(ok, results[0]?.[1].kind ?? "nothing") }];
  }
}

function gate(ok: boolean, after = 500): Step {
  const output = ok ? "" : "1 fail";
  return {
    after,
    event: { type: "gate", name: "test", ok, ms: after, code: ok ? 0 : 1, timed_out: false, output },
  };
}
