/** What came of each merge request of a job: told once, on the log and on the terminal. */
import type { SandboxEvent } from "../protocol/events.ts";
import type { MergeJob, MergeMember } from "../protocol/spec.ts";
import { type RunContext, sayPlain, sayRed } from "./context.ts";

export type MergeResult = Extract<SandboxEvent, { type: "merge_result" }>["result"];

export interface Results {
  /** Those without a result, in their order. */
  readonly open: readonly MergeMember[];
  /** The first result of one; a second is left out. */
  tell(member: MergeMember, result: MergeResult): Promise<void>;
  /** The same result for all that have none. */
  tellRest(result: MergeResult): Promise<void>;
  /** In one line. */
  summary(): string;
}

/** The merge requests of a job, the one that leads first. */
export function membersOf(job: MergeJob): MergeMember[] {
  const { merge_request, bead, branch, head, message, verified } = job;
  const lead = {
    merge_request,
    bead,
    branch,
    head,
    message,
    ...(verified === undefined ? {} : { verified }),
  };
  return [lead, ...(job.members ?? [])];
}

/** Starts with no result. */
export function createResults(context: RunContext, job: MergeJob): Results {
  const all = membersOf(job);
  const told = new Map<string, string>();
  const open = (): MergeMember[] => all.filter(member => !told.has(member.merge_request));

  async function tell(member: MergeMember, result: MergeResult): Promise<void> {
    if (told.has(member.merge_request)) return;
    const words = describe(result);
    told.set(member.merge_request, words);
    const lead = member.merge_request === job.merge_request;
    await context.log.append({
      type: "merge_result",
      ...(lead ? {} : { merge_request: member.merge_request }),
      ...(open().length === 0 ? {} : { more: true }),
      result,
    });
    const line = all.length === 1 ? words : `${member.bead.id}: ${words}`;
    const good = result.kind === "merged" || result.kind === "tested";
    if (good) sayPlain(context.terminal, line);
    else sayRed(context.terminal, line);
  }

  return {
    get open() {
      return open();
    },
    tell,
    async tellRest(result) {
      for (const member of open()) await tell(member, result);
    },
    summary: () =>
      all.length === 1
        ? (told.get(job.merge_request) ?? "")
        : all.map(({ bead, merge_request }) => `${bead.id}: ${told.get(merge_request) ?? ""}`).join(" "),
  };
}

function describe(result: MergeResult): string {
  switch (result.kind) {
    case "merged":
      return result.already
        ? `Already merged by ${result.commit.slice(0, 12)}.`
        : `Merged as ${result.commit.slice(0, 12)}.`;
    case "conflict":
      return `Conflict in ${result.files.join(", ") || "the histories"}.`;
    case "gate_failed":
      return result.timed_out
        ? `The gate ${result.gate} did not end in time.`
        : `The gate ${result.gate} failed.`;
    case "raced":
      return result.output;
    case "dropped":
      return result.reason;
    case "tested":
      return `The merge result ${result.commit.slice(0, 12)} passed.`;
    case "error":
      return result.message;
    default:
      return result satisfies never;
  }
}
