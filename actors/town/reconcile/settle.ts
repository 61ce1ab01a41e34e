/** The loop: look, plan, do, until there is nothing left to do. Runs at the end of every turn that may matter. */
import { AppError } from "../../../store/schema/errors.ts";
import { armPatrol } from "../agents/patrol.ts";
import { MAX_PASSES } from "../limits.ts";
import type { TownTurn } from "../town-turn.ts";
import { apply } from "./apply.ts";
import { gather } from "./gather.ts";
import { type Plan, RULES, reconcile } from "./reconcile.ts";
import type { Planned, Rules } from "./world.ts";

const QUEUE_TIMER = "queue";
const RETRY_TIMER = "retry";
/** How soon the town looks again at what could not be done. */
const RETRY_MS = 60_000;

/** Brings the town to rest. What fails is said once per instance of the town (`warned`) and tried again later. */
export function settle(ctx: TownTurn, warned: Set<string>, rules: Rules = RULES): void {
  const failed = new Set<string>();
  let plan: Plan = { actions: [], errors: [] };
  let rest = false;
  for (let pass = 0; pass < MAX_PASSES && !rest; pass++) {
    plan = reconcile(gather(ctx), rules);
    for (const { rule, message } of plan.errors) warn(ctx, warned, `The rule ${rule} failed: ${message}`);
    const todo = plan.actions.filter(({ action }) => action.type !== "wake_at" && !failed.has(key(action)));
    rest = todo.length === 0;
    for (const planned of todo) {
      const message = attempt(ctx, planned);
      if (message === undefined) continue;
      failed.add(key(planned.action));
      warn(ctx, warned, `${planned.rule}: ${message}`);
    }
  }
  arm(ctx, plan);
  armPatrol(ctx);
  if (!rest || failed.size > 0 || plan.errors.length > 0) {
    ctx.turn.schedule(RETRY_TIMER, ctx.now + (rest ? RETRY_MS : 1_000), "tick");
  } else {
    ctx.turn.unschedule(RETRY_TIMER);
  }
}

/** The town's own timer, for merges that wait for their time. */
function arm(ctx: TownTurn, plan: Plan): void {
  const at = plan.actions.flatMap(({ action }) => (action.type === "wake_at" ? [action.at] : []));
  if (at.length === 0) ctx.turn.unschedule(QUEUE_TIMER);
  else ctx.turn.schedule(QUEUE_TIMER, Math.min(...at), "tick");
}

/** Words about the failure, or undefined when it was done. */
function attempt(ctx: TownTurn, { action }: Planned): string | undefined {
  try {
    apply(ctx, action);
    return undefined;
  } catch (error) {
    return AppError.from(error).message;
  }
}

function key(action: Planned["action"]): string {
  return JSON.stringify(action);
}

function warn(ctx: TownTurn, warned: Set<string>, text: string): void {
  if (warned.has(text) || warned.size > 1_000) return;
  warned.add(text);
  ctx.say("town.warning", text, { level: "error" });
}
