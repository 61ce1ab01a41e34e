/**
 * What fake agents do, told by words in the title of their bead, with the attempt or run in brackets: `crash(1)` crashes
 * in attempt 1 only; `crash` always. Words: crash, forget, lose, slow, missing, away, conflict, gate, race, mergelost,
 * mergelate, targetgone; runconflict counts runs of the merge rather than attempts.
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
  switch (spec.job.kind) {
    case "work":
      return workSteps(remote, spec, spec.job);
    case "merge":
      return mergeSteps(remote, spec, spec.job);
    case "session":
      // It stays until it is stopped.
      return [
        { after: 20, event: started },
        { after: 5, event: working },
      ];
  }
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
  // A verdict is a test's to give; without one the reviewer ends after a minute, or stays.
  if (job.review === true) {
    const stay = says(title, "stay", job.attempt) ? 7_200_000 : 60_000;
    return [...begin, { after: stay, event: exited(true, "the review is over") }];
  }
  if (is("crash")) return [...begin, { after: time, event: exited(false, "exit code 1", { tail: "boom" }) }];
  if (is("away")) {
    const error_code = "remote_unreachable";
    return [
      ...begin,
      { after: time, event: exited(false, "The remote origin cannot be used.", { error_code }) },
    ];
  }
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
    { after: 0, act: () => void remote.heads.set(job.branch, head) },
    { after: 1, event: submitted },
    { after: 100, event: exited(true, "submitted") },
  ];
}

type MergeResult = Extract<NewSandboxEvent, { type: "merge_result" }>["result"];

/** A run of one or many merge requests: those with a fault of their own are told so, the others are pushed at once. */
function mergeSteps(remote: FakeRemote, spec: SandboxSpec, job: MergeJob): Step[] {
  const { rig } = spec.agent;
  const members = [job, ...(job.members ?? [])];
  const any = (word: string, n: number) => members.some(({ bead }) => says(bead.title, word, n));
  const is = ({ bead, message }: (typeof members)[number], word: string) =>
    says(bead.title, word, Number(/Attempt: (\d+)/.exec(message)?.[1] ?? 1));
  const merge = remote.begin(rig, job.merge_request, job.attempt);
  const commit = remote.commit();
  const ended: Step = { after: 20, act: () => remote.end(merge) };
  const begin: Step[] = [
    { after: 20, event: started },
    { after: 50, event: { type: "merging", commit, base: "0".repeat(40) } },
  ];
  let left = members.length;
  const tell = (member: (typeof members)[number], result: MergeResult): Step => {
    left -= 1;
    const other = member.merge_request === job.merge_request ? {} : { merge_request: member.merge_request };
    const more = left === 0 ? {} : { more: true };
    return { after: 10, event: { type: "merge_result", ...other, ...more, result } };
  };
  const over = (ok: boolean, reason: string): Step[] => [ended, { after: 10, event: exited(ok, reason) }];
  const gate = (ok: boolean, on: typeof members): Step => ({
    after: 500,
    event: {
      type: "gate",
      name: "test",
      ok,
      ms: 500,
      code: ok ? 0 : 1,
      timed_out: false,
      output: ok ? "" : "1 fail",
      merge_requests: on.map(({ merge_request }) => merge_request),
    },
  });
  const die: Step = { after: 1, die: true };
  const gone: Step = { after: 0, act: () => remote.end(merge) };
  const inRun = ({ bead }: (typeof members)[number], word: string) => says(bead.title, word, job.attempt);
  const conflicting = members.filter(member => is(member, "conflict") || inRun(member, "runconflict"));
  const failing = members.filter(member => !conflicting.includes(member) && is(member, "gate"));
  const good = members.filter(member => !conflicting.includes(member) && !failing.includes(member));
  if (good.length > 0 && any("race", job.attempt)) {
    const raced = members.map(member => tell(member, { kind: "raced", output: "main moved" }));
    return [...begin, gate(true, members), ...raced, ...over(true, "raced")];
  }
  if (good.length > 0 && any("remote", job.attempt)) {
    const result = { kind: "error", code: "remote_unreachable", message: "no route" } as const;
    return [...begin, ...members.map(member => tell(member, result)), ...over(false, "error")];
  }
  if (any("targetgone", job.attempt)) {
    const message = `The remote origin has no branch ${job.target} to merge into.`;
    const gone: MergeResult = { kind: "error", code: "not_found", message };
    return [...begin, ...members.map(member => tell(member, gone)), ...over(false, "error")];
  }
  if (good.length > 0 && any("mergelost", spec.generation)) return [...begin, gone, die];
  const conflict: MergeResult = {
    kind: "conflict",
    files: ["src/a.ts"],
    output: "CONFLICT (content): src/a.ts",
  };
  const failed = {
    kind: "gate_failed",
    gate: "test",
    output: "expected 1, got 2",
    timed_out: false,
  } as const;
  const faults: Step[] = [
    ...conflicting.map(member => tell(member, conflict)),
    ...failing.flatMap(member => [gate(false, [member]), tell(member, failed)]),
  ];
  if (good.length === 0) return [...begin, ...faults, ...over(true, "not merged")];
  const pushed = new Map<string, { readonly commit: string; readonly already: boolean }>();
  const push: Step = {
    after: 10,
    act: () => {
      for (const { bead, head } of good) pushed.set(head, remote.push(rig, bead.id, head));
    },
  };
  const passes = [...begin, ...faults, gate(true, good)];
  if (job.publish === "none") {
    const tested: MergeResult = { kind: "tested", commit, base: "0".repeat(40) };
    return [...passes, ...good.map(member => tell(member, tested)), ...over(true, "tested")];
  }
  if (any("mergelate", spec.generation)) return [...passes, push, gone, die];
  const results = good.map(member =>
    tell(member, {
      kind: "merged",
      get commit() {
        return pushed.get(member.head)?.commit ?? commit;
      },
      get already() {
        return pushed.get(member.head)?.already ?? false;
      },
    }),
  );
  return [
    ...passes,
    { after: 5, event: { type: "publishing", commit, base: "0".repeat(40) } },
    push,
    ...results,
    ...over(true, "merged"),
  ];
}
