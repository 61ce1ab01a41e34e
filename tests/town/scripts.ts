/**
 * What fake agents do, told by words in the title of their bead, with the attempt or run in brackets: `crash(1)` crashes
 * in attempt 1 only; `crash` always. Words: crash, forget, lose, slow, missing, conflict, gate, race, mergelost, mergelate.
 */
import type { Step } from "../../actors/testing/fake-sandboxes.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { MergeJob, SandboxSpec, WorkJob } from "../../agent-sandbox/protocol/spec.ts";
import type { FakeRemote } from "./fake-remote.ts";

/** True when the title says so of this attempt. */
export function says(title: string, word: string, attempt: number): boolean {
  return title.split(/\s+/).some(token => token === word || token === `${word}(${attempt})`);
}

/** The script of a run. */
export function scriptOf(remote: FakeRemote, spec: SandboxSpec): readonly Step[] {
  return spec.job.kind === "work" ? workSteps(remote, spec, spec.job) : mergeSteps(remote, spec, spec.job);
}

const started: NewSandboxEvent = { type: "started", pid: 4242, isolation: "process" };
const working: NewSandboxEvent = { type: "activity", activity: "working" };

function exited(
  ok: boolean,
  reason: string,
  more: { error_code?: string; tail?: string } = {},
): NewSandboxEvent {
  return { type: "exited", ok, code: ok ? 0 : 1, signal: null, reason, tail: more.tail ?? "", ...more };
}

function workSteps(remote: FakeRemote, spec: SandboxSpec, job: WorkJob): Step[] {
  const { title } = job.bead;
  const is = (word: string) => says(title, word, job.attempt);
  const time = is("slow") ? 60_000 : 1_000;
  if (is("missing")) {
    return [
      { after: 20, event: exited(false, "claude: no such program", { error_code: "command_not_found" }) },
    ];
  }
  const begin: Step[] = [
    { after: 20, event: started },
    { after: 5, event: working },
    { after: 5, event: { type: "note", text: `on it: ${title}` } },
  ];
  if (is("crash")) return [...begin, { after: time, event: exited(false, "exit code 1", { tail: "boom" }) }];
  if (is("forget")) return [...begin, { after: time, event: exited(true, "the agent ended") }];
  if (is("lose") || (is("loseonce") && spec.generation === 1)) return [...begin, { after: time, die: true }];
  const head = remote.commit();
  const submitted: NewSandboxEvent = {
    type: "submitted",
    bead: job.bead.id,
    attempt: job.attempt,
    branch: job.branch,
    head,
    base: "0".repeat(40),
    commits: 1,
  };
  const usage: NewSandboxEvent = { type: "usage", input_tokens: 100, output_tokens: 10, cost_usd: 0.01 };
  return [
    ...begin,
    { after: time, event: usage },
    { after: 1, event: submitted },
    { after: 100, event: exited(true, "submitted") },
  ];
}

function mergeSteps(remote: FakeRemote, spec: SandboxSpec, job: MergeJob): Step[] {
  const { title, id } = job.bead;
  const { rig } = spec.agent;
  const workAttempt = Number(/Attempt: (\d+)/.exec(job.message)?.[1] ?? 1);
  const is = (word: string) => says(title, word, workAttempt);
  const inRun = (word: string) => says(title, word, job.attempt);
  const merge = remote.begin(rig, job.merge_request, job.attempt);
  const commit = remote.commit();
  const ended: Step = { after: 20, act: () => remote.end(merge) };
  const begin: Step[] = [
    { after: 20, event: started },
    { after: 50, event: { type: "merging", commit, base: "0".repeat(40) } },
  ];
  const end = (result: Extract<NewSandboxEvent, { type: "merge_result" }>["result"], ok: boolean): Step[] => [
    { after: 10, event: { type: "merge_result", result } },
    ended,
    { after: 10, event: exited(ok, result.kind) },
  ];
  if (is("conflict")) {
    return [
      ...begin,
      ...end({ kind: "conflict", files: ["src/a.ts"], output: "CONFLICT (content): src/a.ts" }, true),
    ];
  }
  const gate = (ok: boolean): Step => ({
    after: 500,
    event: {
      type: "gate",
      name: "test",
      ok,
      ms: 500,
      code: ok ? 0 : 1,
      timed_out: false,
      output: ok ? "" : "1 fail",
    },
  });
  if (is("gate")) {
    const result = {
      kind: "gate_failed",
      gate: "test",
      output: "expected 1, got 2",
      timed_out: false,
    } as const;
    return [...begin, gate(false), ...end(result, true)];
  }
  if (inRun("race")) return [...begin, gate(true), ...end({ kind: "raced", output: "main moved" }, true)];
  if (inRun("remote")) {
    return [...begin, ...end({ kind: "error", code: "remote_unreachable", message: "no route" }, false)];
  }
  const die: Step = { after: 1, die: true };
  const over: Step = { after: 0, act: () => remote.end(merge) };
  if (says(title, "mergelost", spec.generation)) return [...begin, over, die];
  let pushed: { commit: string; already: boolean } | undefined;
  const push: Step = {
    after: 10,
    act: () => {
      pushed = remote.push(rig, id, job.head);
    },
  };
  if (says(title, "mergelate", spec.generation)) return [...begin, gate(true), push, over, die];
  const result: NewSandboxEvent = {
    type: "merge_result",
    result: {
      kind: "merged",
      get commit() {
        return pushed?.commit ?? commit;
      },
      get already() {
        return pushed?.already ?? false;
      },
    },
  };
  return [
    ...begin,
    gate(true),
    { after: 5, event: { type: "publishing", commit, base: "0".repeat(40) } },
    push,
    { after: 10, event: result },
    ended,
    { after: 10, event: exited(true, "merged") },
  ];
}
