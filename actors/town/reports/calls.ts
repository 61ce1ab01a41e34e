/** What agents may say of their own work, and what people answer. */
import { z } from "zod";
import { answerSchema, askSchema, checkpointSchema, saySchema } from "../../../store/schema/requests.ts";
import { by, type TownCalls, write } from "../calls/table.ts";
import { answer, ask } from "./questions.ts";
import { checkpoint, say } from "./reports.ts";

export const reportCalls = {
  /** -> AgentView. Errors: precondition_failed */
  say: write(saySchema.extend({ by }), say),
  /** -> Bead. Errors: precondition_failed, stale_generation */
  checkpoint: write(checkpointSchema.extend({ by }), checkpoint, {
    subject: ({ by: agent }) => `Checkpoint of ${agent}`,
  }),
  /** -> GateView. Errors: precondition_failed, stale_generation */
  ask: write(askSchema.extend({ by }), ask, {
    subject: ({ question }) => `Question: ${question.slice(0, 100)}`,
  }),
  /** -> GateView. Errors: not_found, invalid_argument, invalid_transition, forbidden for an agent */
  answer: write(answerSchema.extend({ by, id: z.string().min(1).max(200) }), answer, {
    subject: ({ by: person, id }) => `${person} answers ${id}`,
  }),
} satisfies TownCalls;
