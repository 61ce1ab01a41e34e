/** A run that merges submitted work into the target: merge, gates on the merge result, publish. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripANSI } from "bun";
import { AppError } from "../../store/schema/errors.ts";
import type { Isolation } from "../isolation/isolation.ts";
import type { SandboxEvent } from "../protocol/events.ts";
import type { Gate, MergeJob } from "../protocol/spec.ts";
import { commitOf, type WorktreePlace } from "../workspace/commits.ts";
import {
  containingMerge,
  mergeHead,
  mergePlace,
  resetMergeWorktree,
  tidyAfterGate,
} from "../workspace/merge.ts";
import { fetchBranches, pushWithLease } from "../workspace/remote.ts";
import { type Outcome, type RunContext, sayPlain, sayRed, stoppedOutcome } from "./context.ts";
import { enclose, notBegun } from "./enclose.ts";
import { programEnv } from "./environment.ts";

const MAX_ROUNDS = 3;
const MAX_OUTPUT_CHARS = 16_384;
const GATE_GRACE_MS = 2_000;

type MergeResult = Extract<SandboxEvent, { type: "merge_result" }>["result"];
type GateResult = Omit<Extract<SandboxEvent, { type: "gate" }>, "type" | "seq" | "at">;

/** Does the job; every failure that is not a stop becomes a merge result. */
export async function runMerge(context: RunContext, job: MergeJob): Promise<Outcome> {
  let result: MergeResult | undefined;
  try {
    const untrusted = context.spec.driver.kind !== "script";
    const isolation = await enclose(context, untrusted, { hosts: [], readable: [] }, undefined);
    context.isolation = isolation;
    await context.log.append({
      type: "started",
      pid: process.pid,
      isolation: isolation.kind,
      ...(isolation.reduced === undefined ? {} : { reduced: isolation.reduced }),
    });
    context.setActivity("working");
    result = await mergeAndPublish(context, job, isolation);
  } catch (error) {
    if (context.stop.requested === undefined) result = errorResult(error);
  }
  if (result === undefined) {
    return stoppedOutcome(context.stop.requested ?? { reason: "stopped", graceMs: 0 }, false, "");
  }
  await context.log.append({ type: "merge_result", result });
  const words = describe(result);
  if (result.kind === "merged") sayPlain(context.terminal, words);
  else sayRed(context.terminal, words);
  const ok = result.kind !== "error";
  return {
    ok,
    code: ok ? 0 : 1,
    signal: null,
    reason: words,
    ...(result.kind === "error" ? { error_code: result.code } : {}),
    tail: "",
  };
}

function errorResult(error: unknown): MergeResult {
  const { code, message, hint } = AppError.from(error);
  return { kind: "error", code, message: [message, hint].filter(Boolean).join(" ") };
}

/** Undefined when the run was stopped before anything was published. */
async function mergeAndPublish(
  context: RunContext,
  job: MergeJob,
  isolation: Isolation,
): Promise<MergeResult | undefined> {
  const { stoppable: git, log, stop, terminal } = context;
  const place = mergePlace(job);
  let refused = "";
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    sayPlain(terminal, `Fetching ${job.remote}/${job.target}.`);
    const base = await fetchTarget(context, job);
    const already = await containingMerge(git, job.head, base);
    if (already !== undefined) return { kind: "merged", commit: already, already: true };
    await resetMergeWorktree(git, place, base);
    sayPlain(
      terminal,
      `Merging ${job.head.slice(0, 12)} of ${job.branch} into ${job.target} at ${base.slice(0, 12)}.`,
    );
    const merged = await mergeHead(git, place, job, context.identity);
    if (merged.kind === "conflict") return merged;
    const { commit } = merged;
    await log.append({ type: "merging", commit, base });
    for (const gate of job.gates) {
      const passed = await runGate(context, place, gate, isolation);
      if (passed === undefined) return undefined;
      await log.append({ type: "gate", ...passed });
      if (!passed.ok)
        return { kind: "gate_failed", gate: gate.name, output: passed.output, timed_out: passed.timed_out };
      await tidyAfterGate(git, place, commit);
    }
    if (stop.requested !== undefined) return undefined;
    await log.append({ type: "publishing", commit, base });
    sayPlain(terminal, `Publishing ${commit.slice(0, 12)} to ${job.remote}/${job.target}.`);
    // From here on a stop waits: whether it was published must be known.
    const outcome = await pushWithLease(context.git, {
      remote: job.remote,
      branch: job.target,
      commit,
      expected: base,
    });
    if (outcome === "pushed") return { kind: "merged", commit, already: false };
    refused = `${job.remote}/${job.target} moved on from ${base.slice(0, 12)} before the merge could be published.`;
    sayPlain(terminal, refused);
  }
  return { kind: "raced", output: refused };
}

/** Tip of the target on the remote, with the submitted commit at hand. @throws {AppError} not_found, remote_unreachable */
async function fetchTarget(context: RunContext, job: MergeJob): Promise<string> {
  const { stoppable: git } = context;
  await fetchBranches(git, job.remote, [job.target]);
  if ((await commitOf(git, job.head)) === undefined) await fetchBranches(git, job.remote, [`${job.branch}*`]);
  const base = await commitOf(git, `refs/remotes/${job.remote}/${job.target}`);
  const head = await commitOf(git, job.head);
  if (base !== undefined && head !== undefined) return base;
  throw new AppError(
    "not_found",
    `The submitted commit ${job.head} of ${job.branch} is not on ${job.remote}.`,
    {
      hint: "Submit the branch again.",
    },
  );
}

/** Runs a gate on the terminal, isolated, without any secret or token. Undefined when the run was stopped meanwhile. */
async function runGate(
  context: RunContext,
  place: WorktreePlace,
  gate: Gate,
  isolation: Isolation,
): Promise<GateResult | undefined> {
  const { spec, stop, terminal } = context;
  sayPlain(terminal, `Gate ${gate.name}: ${gate.command}`);
  const script = join(context.folders.agent, "gate.sh");
  await writeFile(script, `${gate.command}\n`);
  const command = await isolation.wrap(script, place.path);
  const tail = createTail(MAX_OUTPUT_CHARS);
  const began = performance.now();
  const child = terminal.spawn({
    ...command,
    filter: bytes => {
      tail.push(bytes);
      return bytes;
    },
    env: programEnv({
      spec,
      hostEnv: context.env,
      path: context.path,
      identity: context.identity,
      extra: { CI: "1", GASTOWN_GATE: gate.name },
    }),
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">(resolve => {
    timer = setTimeout(() => resolve("late"), gate.timeout_s * 1_000);
  });
  const first = await Promise.race([child.exited, late, stop.promise]);
  clearTimeout(timer);
  const timedOut = first === "late";
  const exit = await child.terminate(timedOut ? GATE_GRACE_MS : (stop.requested?.graceMs ?? GATE_GRACE_MS));
  isolation.release();
  if (first !== "late" && "reason" in first) return undefined;
  const ms = Math.round(performance.now() - began);
  // Not the work's fault.
  if (exit.code !== 0 && !(await command.began())) throw notBegun(tail.text());
  if (timedOut) sayRed(terminal, `Gate ${gate.name} did not end within ${gate.timeout_s} s.`);
  return {
    name: gate.name,
    ok: !timedOut && exit.code === 0,
    ms,
    code: exit.code,
    timed_out: timedOut,
    output: tail.text(),
  };
}

/** Keeps the end of an output, as plain text. */
function createTail(limit: number): { push(bytes: Uint8Array): void; text(): string } {
  const decoder = new TextDecoder();
  let kept = "";
  return {
    push(bytes) {
      kept += decoder.decode(bytes, { stream: true });
      // Colours take room too: twice as much is kept as is told.
      if (kept.length > limit * 4) kept = kept.slice(-limit * 2);
    },
    text: () => stripANSI(kept).replaceAll("\r\n", "\n").slice(-limit).trim(),
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
    case "error":
      return result.message;
    default:
      return result satisfies never;
  }
}
