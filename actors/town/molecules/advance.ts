/** One step on: what the worker says is done is closed, and the next one is taken up. */
import type { z } from "zod";
import { runOnComplete } from "../../../store/molecules/on-complete.ts";
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { failStepSchema, NextStepReply, nextStepSchema } from "../../../store/schema/requests.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { MoleculeView } from "../../../store/schema/views.ts";
import { stepMachine } from "../../states/molecule.ts";
import { stopAgent, tellWork } from "../agents/assign.ts";
import { who } from "../calls/who.ts";
import { failAttempt } from "../dispatch/fail.ts";
import { isLeased, takeBack } from "../dispatch/take-back.ts";
import type { TownTurn } from "../town-turn.ts";
import { formulaLoader } from "./library.ts";
import { park, takeUpStep } from "./pour.ts";
import { isOver, type Molecule, type MoleculeStep, moleculeOf, readMolecule } from "./steps.ts";
import { moleculeView } from "./views.ts";

type Args<S extends z.ZodType> = z.infer<S> & { readonly by: string };

/**
 * Closes the current step. The same step twice is once.
 * @throws {AppError} precondition_failed (no molecule; out of order), invalid_argument (a step of another molecule),
 * not_found, forbidden
 */
export async function nextStep(ctx: TownTurn, args: Args<typeof nextStepSchema>): Promise<NextStepReply> {
  const source = await sourceOf(ctx, args.by, args.bead);
  const molecule = required(ctx, source);
  const step = await findStep(ctx, molecule, args.step);
  if (isOver(step.bead))
    return { repeated: true, closed: step.step, molecule: moleculeView(ctx, molecule, source) };
  if (molecule.current?.bead.id !== step.bead.id) throw outOfOrder(molecule, step);
  stepMachine.check(step.bead.id, step.state, "done", who(args.by));
  if (args.output !== undefined) ctx.update(step.bead.id, { metadata: { output: args.output } });
  ctx.close(step.bead.id, args.summary ?? `Done by ${args.by}`);
  const poured = runOnComplete(ctx.tx, ctx.tx.require(step.bead.id), formulaLoader(ctx));
  for (const root of poured) stepsOnly(ctx, root);
  closeFinished(ctx, ctx.tx.require(step.bead.id));
  const about = { bead: source.id, ...(who(args.by) === "agent" ? { agent: args.by } : {}) };
  const { total, done } = count(readMolecule(ctx, molecule.root));
  ctx.say("molecule.step", `${source.id}: step ${done} of ${total} is done, ${step.bead.title}`, about);
  goOn(ctx, ctx.tx.require(source.id));
  return { repeated: false, closed: step.step, molecule: moleculeView(ctx, required(ctx, source), source) };
}

/**
 * The worker cannot do the step: the attempt ends, and the next one goes on at the same step, until attempts are used up.
 * @throws {AppError} as {@link nextStep}
 */
export async function failStep(ctx: TownTurn, args: Args<typeof failStepSchema>): Promise<MoleculeView> {
  const source = await sourceOf(ctx, args.by, args.bead);
  const molecule = required(ctx, source);
  const step = await findStep(ctx, molecule, args.step);
  if (isOver(step.bead) || molecule.current?.bead.id !== step.bead.id) throw outOfOrder(molecule, step);
  const agent = ctx.work(source).lease?.agent;
  if (agent === undefined || source.status === "in_review") {
    throw new AppError("precondition_failed", `Nobody works on ${source.id} now.`, {
      hint: `See \`gt mol status ${source.id}\`.`,
    });
  }
  ctx.comment(step.bead.id, `Not done in attempt ${ctx.work(source).attempt}: ${args.reason}`, args.by);
  failAttempt(ctx, source, { kind: "agent", reason: `step ${step.step} could not be done: ${args.reason}` });
  const record = ctx.agents.get(agent);
  if (record !== undefined) stopAgent(ctx, record, `step ${step.step} could not be done`);
  return moleculeView(ctx, required(ctx, source), ctx.tx.require(source.id));
}

/** The bead whose molecule is meant. @throws {AppError} not_found, ambiguous, precondition_failed, forbidden */
export async function sourceOf(ctx: TownTurn, by: string, named: string | undefined): Promise<Bead> {
  const told = ctx.agents.get(by)?.told;
  const own = told?.kind === "work" ? ctx.tx.get(told.job) : undefined;
  const bead = named === undefined ? own : ctx.tx.require(await ctx.resolve(named));
  if (bead === undefined) {
    throw new AppError("precondition_failed", `${by} works on no bead now.`, { hint: "Name one." });
  }
  if (who(by) === "agent" && readSatellite(bead, "work")?.lease?.agent !== by) {
    throw new AppError("forbidden", `${bead.id} is not ${by}'s.`, {
      hint: "An agent moves on the steps of the bead that it works on, and no others.",
      data: { bead: bead.id },
    });
  }
  const molecule = readSatellite(bead, "molecule");
  return molecule?.source === undefined ? bead : ctx.tx.require(molecule.source);
}

/** Takes up the next step, or lets the bead wait, or does nothing more after the last. */
export function goOn(ctx: TownTurn, source: Bead): void {
  const agent = readSatellite(source, "work")?.lease?.agent;
  const molecule = moleculeOf(ctx, source);
  if (agent === undefined || molecule === undefined || source.status === "in_review") return;
  if (molecule.current !== undefined || molecule.open.length === 0) {
    takeUpStep(ctx, source, agent);
    // A new run of the same attempt is to begin at this step.
    if (source.status === "in_progress") tellWork(ctx, ctx.tx.require(source.id));
    return;
  }
  if (park(ctx, source)) {
    if (isLeased(source)) takeBack(ctx, ctx.tx.require(source.id));
    return;
  }
  const left = molecule.open.map(step => step.step).join(", ");
  failAttempt(ctx, source, {
    kind: "agent",
    reason: `no step can be done: ${left} wait for what failed`,
    permanent: true,
  });
}

function required(ctx: TownTurn, source: Bead): Molecule {
  const molecule = moleculeOf(ctx, ctx.tx.require(source.id));
  if (molecule !== undefined) return molecule;
  throw new AppError("precondition_failed", `${source.id} follows no formula.`, {
    hint: `Its description says what is to be done. Sling it with one: \`gt sling ${source.id} --formula feature\`.`,
    data: { bead: source.id },
  });
}

async function findStep(ctx: TownTurn, molecule: Molecule, name: string): Promise<MoleculeStep> {
  const found = molecule.steps.find(step => step.step === name || step.bead.id === name);
  if (found !== undefined) return found;
  const partial = await ctx.resolve(name).catch(() => undefined);
  const byId = molecule.steps.find(step => step.bead.id === partial);
  if (byId !== undefined) return byId;
  const foreign = partial === undefined ? "" : ` ${partial} belongs to something else.`;
  throw new AppError("invalid_argument", `"${name}" is no step of ${molecule.root.id}.${foreign}`, {
    hint: currentHint(molecule),
    data: { molecule: molecule.root.id, step: name },
  });
}

function outOfOrder(molecule: Molecule, step: MoleculeStep): AppError {
  return new AppError("precondition_failed", `The step ${step.step} is ${step.state}, not the current one.`, {
    hint: currentHint(molecule),
    data: { molecule: molecule.root.id, step: step.step, current: molecule.current?.step ?? null },
  });
}

function currentHint({ current, open }: Molecule): string {
  if (current !== undefined) return `The current step is ${current.step}: \`gt mol next ${current.step}\`.`;
  return open.length === 0
    ? "All steps are done: run `gt done`."
    : "Every step that is left waits; see `gt mol status`.";
}

/** Closes every molecule above the step whose steps are all done, the nearest first. */
function closeFinished(ctx: TownTurn, step: Bead): void {
  let bead: Bead | undefined = step;
  for (let depth = 0; bead !== undefined && depth < 50; depth += 1) {
    const parent: string | undefined = bead.dependencies?.find(
      edge => edge.type === "parent-child",
    )?.depends_on_id;
    bead = parent === undefined ? undefined : ctx.tx.get(parent);
    if (bead?.issue_type !== "molecule" || isOver(bead)) continue;
    if (readMolecule(ctx, bead).open.length === 0) ctx.close(bead.id, "All steps are done");
  }
}

/** What a step poured are steps too, and no work that is given to others. */
function stepsOnly(ctx: TownTurn, root: string): void {
  for (const bead of ctx.query({ ancestor: root })) {
    if (bead.issue_type === "task") ctx.update(bead.id, { issue_type: "step" });
    else ctx.touch(bead.id);
  }
  ctx.touch(root);
}

function count({ steps }: Molecule): { readonly total: number; readonly done: number } {
  return { total: steps.length, done: steps.filter(step => isOver(step.bead)).length };
}
