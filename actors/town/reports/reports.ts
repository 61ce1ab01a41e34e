/** What an agent says of its own work while it is at it: one line of what it does, and notes for whoever comes after it. */
import type { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { checkpointSchema, saySchema } from "../../../store/schema/requests.ts";
import type { AgentView } from "../../../store/schema/views.ts";
import { type AgentRecord, agentView, type Told } from "../agents/record.ts";
import type { TownTurn } from "../town-turn.ts";

type By<S extends z.ZodType> = z.output<S> & { readonly by: string };

/** The agent that calls, with the job that it was given. @throws {AppError} precondition_failed */
export function atWork(ctx: TownTurn, by: string): { readonly record: AgentRecord; readonly told: Told } {
  const record = ctx.agents.get(by);
  if (record?.told !== undefined) return { record, told: record.told };
  throw new AppError("precondition_failed", `${by} works on nothing now.`, {
    hint: "Only an agent that has a job says how it goes.",
  });
}

/** The bead that the caller works on. @throws {AppError} precondition_failed, stale_generation */
export function ownWork(ctx: TownTurn, by: string): Bead {
  const { told } = atWork(ctx, by);
  const bead = told.kind === "work" ? ctx.tx.get(told.job) : undefined;
  const work = bead && ctx.work(bead);
  if (bead !== undefined && work?.lease?.agent === by && work.attempt === told.attempt) return bead;
  throw new AppError("stale_generation", `${told.job} is not ${by}'s any more.`, {
    hint: "Stop here: the bead was given to another attempt.",
  });
}

/** One line, shown wherever the agent is shown; the latest counts. */
export function say(ctx: TownTurn, { by, text }: By<typeof saySchema>): AgentView {
  const { record, told } = atWork(ctx, by);
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (told.says !== line) ctx.setAgent({ ...record, told: { ...told, says: line } });
  return agentView(ctx.agents.get(by) ?? record);
}

/** Kept on the bead, so that it is shown to every later attempt at it, and to none at another. */
export function checkpoint(ctx: TownTurn, { by, note, ref }: By<typeof checkpointSchema>): Bead {
  const bead = ownWork(ctx, by);
  const { attempt } = ctx.work(bead);
  ctx.say("agent.checkpoint", `${by} leaves a note on ${bead.id}: ${note.slice(0, 200)}`, {
    bead: bead.id,
    agent: by,
  });
  return ctx.setWork(bead, {
    checkpoint: { at: ctx.nowText, attempt, agent: by, note, ...(ref === undefined ? {} : { ref }) },
  });
}
