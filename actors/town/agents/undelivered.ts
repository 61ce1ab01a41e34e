/** A message to an agent that was given up: what it was about ends as if the agent had refused it. */
import type { AppError } from "../../../store/schema/errors.ts";
import type { ActorRef } from "../../kernel/host.ts";
import type { TownTurn } from "../town-turn.ts";
import { agentEvent } from "./events.ts";

export function undelivered(
  ctx: TownTurn,
  message: { readonly to: ActorRef; readonly method: string },
  error: AppError,
): void {
  const { to, method } = message;
  const id = to.name.slice(ctx.town.length + 1);
  const record = to.kind === "agent" ? ctx.agents.get(id) : undefined;
  ctx.say("town.warning", `${method} did not reach ${to.kind} ${to.name}: ${error.message}`, {
    level: "error",
  });
  if (record?.told === undefined || method !== "work") return;
  const { job, attempt } = record.told;
  agentEvent(ctx, {
    by: id,
    agent: id,
    job,
    attempt,
    generation: record.generation,
    status: { ...record.status, state: "idle", since: ctx.nowText },
    event: { type: "released", outcome: "refused", reason: error.message, error_code: error.code, tail: "" },
  });
}
