/** Questions of agents to people: a gate that opens with the answer. The agent waits, goes on meanwhile, or is let go. */
import type { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { answerSchema, askSchema } from "../../../store/schema/requests.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { GateView } from "../../../store/schema/views.ts";
import { peopleOnly } from "../calls/who.ts";
import { takeBack } from "../dispatch/take-back.ts";
import { prefixOf } from "../kinds.ts";
import { MAX_OPEN_QUESTIONS, QUESTION_ESCALATE_MS } from "../limits.ts";
import { openGate, requireGate, setGate } from "../molecules/gates.ts";
import { gateState, gateView } from "../molecules/views.ts";
import { nudge } from "../nudges/nudge.ts";
import type { TownTurn } from "../town-turn.ts";
import { questionsOf } from "./answers.ts";
import { atWork, ownWork } from "./reports.ts";

type By<S extends z.ZodType> = z.output<S> & { readonly by: string };
const MAX_TITLE_CHARS = 150;

/**
 * The same question while it is open is the same one.
 * @throws {AppError} precondition_failed (no work; too many open questions), stale_generation
 */
export function ask(ctx: TownTurn, { by, question, options, wait }: By<typeof askSchema>): GateView {
  const bead = ownWork(ctx, by);
  const open = questionsOf(ctx, bead.id).filter(gate => gate.status === "open");
  const same = open.find(gate => gate.description === question);
  if (same === undefined && open.length >= MAX_OPEN_QUESTIONS) {
    throw new AppError(
      "precondition_failed",
      `${bead.id} has ${open.length} questions that nobody answered yet.`,
      {
        hint: "Go on with what you can decide, or wait: gt ask --wait with one of the questions again.",
      },
    );
  }
  const gate = same ?? create(ctx, bead, by, question, options);
  if (wait) {
    ctx.tx.addDependency(bead.id, gate.id, "blocks");
    takeBack(ctx, ctx.tx.require(bead.id));
  } else {
    const { record, told } = atWork(ctx, by);
    ctx.setAgent({ ...record, told: { ...told, asks: { gate: gate.id, question: gate.title } } });
  }
  return gateView(ctx, ctx.tx.require(gate.id));
}

/** A person answers; twice with the same words is once. @throws {AppError} not_found, invalid_argument, invalid_transition, forbidden */
export async function answer(
  ctx: TownTurn,
  { by, id, answer: words }: By<typeof answerSchema> & { readonly id: string },
): Promise<GateView> {
  peopleOnly(by, "answer questions");
  const gate = await requireGate(ctx, id);
  const record = readSatellite(gate, "gate");
  if (record?.asked === undefined) {
    throw new AppError("invalid_argument", `${gate.id} asks nothing.`, {
      hint: `Open it: gt gate approve ${gate.id}.`,
    });
  }
  const { options, bead: about, by: agent } = record.asked;
  if (options.length > 0 && !options.includes(words)) {
    throw new AppError(
      "invalid_argument",
      `"${words.slice(0, 100)}" is none of the answers that were offered.`,
      {
        hint: `They are: ${options.join(" | ")}.`,
        data: { options: [...options] },
      },
    );
  }
  if (gateState(gate) === "released" && record.answer === words) return gateView(ctx, gate);
  setGate(ctx, gate, { answer: words });
  openGate(ctx, ctx.tx.require(gate.id), `${by} answers: ${words}`, "person");
  const asker = ctx.agents.get(agent);
  if (asker?.told?.asks?.gate === gate.id) {
    const { asks: _asks, ...told } = asker.told;
    ctx.setAgent({ ...asker, told });
  }
  const source = ctx.tx.get(about);
  const worker = source && readSatellite(source, "work")?.lease?.agent;
  if (worker !== undefined) {
    nudge(ctx, {
      agent: worker,
      text: `The question "${gate.title}" has its answer: ${words}`,
      mode: "wait-idle",
      key: `answer/${gate.id}`,
    });
  }
  return gateView(ctx, ctx.tx.require(gate.id));
}

function create(ctx: TownTurn, bead: Bead, by: string, question: string, options: readonly string[]): Bead {
  const line = question.replaceAll(/\s+/g, " ").trim();
  const gate = ctx.create({
    prefix: prefixOf(bead.id),
    title: line.length > MAX_TITLE_CHARS ? `${line.slice(0, MAX_TITLE_CHARS - 1)}…` : line,
    description: question,
    issue_type: "gate",
    await_type: "human",
    timeout: QUESTION_ESCALATE_MS * 1e6,
    created_by: by,
    dependencies: [{ depends_on_id: bead.id, type: "discovered-from" }],
    metadata: {
      gate: { state: "waiting", since: ctx.nowText, asked: { by, bead: bead.id, options: [...options] } },
    },
  });
  ctx.say("gate.asked", `${by} asks about ${bead.id}: ${gate.title}`, {
    bead: bead.id,
    agent: by,
    level: "warn",
  });
  return gate;
}
