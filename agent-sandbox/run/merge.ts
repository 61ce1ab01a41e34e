/** A run that merges submitted work into the target: the frame around a batch, and what is told of it. */
import { AppError } from "../../store/schema/errors.ts";
import type { MergeJob } from "../protocol/spec.ts";
import { type Outcome, type RunContext, sayPlain, sayRed, stoppedOutcome } from "./context.ts";
import { enclose } from "./enclose.ts";
import { mergeBatch } from "./merge-batch.ts";
import { createResults, type MergeResult } from "./merge-results.ts";

/** Does the job; every failure that is not a stop becomes a merge result of each merge request that has none yet. */
export async function runMerge(context: RunContext, job: MergeJob): Promise<Outcome> {
  const results = createResults(context, job);
  let failure: AppError | undefined;
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
    await mergeBatch(context, job, isolation, results);
  } catch (error) {
    if (context.stop.requested === undefined) {
      failure = AppError.from(error);
      const { code, message, hint } = failure;
      const result: MergeResult = { kind: "error", code, message: [message, hint].filter(Boolean).join(" ") };
      await results.tellRest(result);
    }
  }
  if (results.open.length > 0) {
    return stoppedOutcome(context.stop.requested ?? { reason: "stopped", graceMs: 0 }, false, "");
  }
  const reason = results.summary();
  if (failure === undefined) sayPlain(context.terminal, reason);
  else sayRed(context.terminal, reason);
  return {
    ok: failure === undefined,
    code: failure === undefined ? 0 : 1,
    signal: null,
    reason,
    ...(failure === undefined ? {} : { error_code: failure.code }),
    tail: "",
  };
}
