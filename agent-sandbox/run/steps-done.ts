/** Asks the town whether the work may be submitted as far as the steps of its formula go. */
import { z } from "zod";
import { AppError } from "../../store/schema/errors.ts";
import type { WorkJob } from "../protocol/spec.ts";
import type { Relay } from "../relay/relay.ts";
import type { RunContext } from "./context.ts";

const TIMEOUT_MS = 90_000;
const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Nothing to ask without a formula. A town that does not answer is no reason to hold finished work back: it judges again
 * when it hears of the submission.
 * @throws {AppError} precondition_failed, with the steps that are left
 */
export async function stepsDone(
  context: RunContext,
  job: WorkJob,
  relay: Relay,
  force: boolean,
): Promise<void> {
  if (job.formula === undefined) return;
  const { town } = context.spec;
  const path = `/api/v1/towns/${encodeURIComponent(town)}/molecule/done?force=${force}`;
  const response = await fetch(`http://127.0.0.1:${relay.port}${path}`, {
    headers: { authorization: `Bearer ${context.secrets.agent_token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined);
  if (response?.status !== 412) return;
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
  const { detail, hint, data } = problem.data ?? { detail: "Steps of the formula are left." };
  throw new AppError("precondition_failed", detail, {
    ...(hint === undefined ? {} : { hint }),
    ...(data === undefined ? {} : { data }),
  });
}
