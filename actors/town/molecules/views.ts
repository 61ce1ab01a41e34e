/** What the town shows of molecules and gates. */
import type { Bead } from "../../../store/schema/bead.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import type { GateView, MoleculeView, StepView } from "../../../store/schema/views.ts";
import type { FormulaPlace } from "../../agent/prompts/work.ts";
import type { TownTurn } from "../town-turn.ts";
import { type Molecule, type MoleculeStep, moleculeOf, waitsFor } from "./steps.ts";

/** How far a molecule has come. */
export function moleculeView(ctx: Pick<TownTurn, "tx">, molecule: Molecule, source?: Bead): MoleculeView {
  const { root, steps, current, open } = molecule;
  const record = readSatellite(root, "molecule");
  const waiting = waitsFor(ctx, molecule).filter(bead => bead.issue_type === "gate");
  const failed = root.status === "failed" || steps.some(step => step.state === "failed");
  const state = failed
    ? "failed"
    : open.length === 0
      ? "done"
      : current === undefined
        ? "waiting"
        : "working";
  const bead = source?.id ?? record?.source;
  return {
    id: root.id,
    formula: record?.formula ?? "",
    ...(bead === undefined ? {} : { bead }),
    state,
    completed: steps.length - open.length,
    total: steps.length,
    ...(current === undefined ? {} : { current: stepView(current, steps.indexOf(current), true) }),
    waiting_for: waiting.map(gate => gateView(ctx, gate)),
    steps: steps.map((step, at) => stepView(step, at, false)),
  };
}

/** Where the work on a bead stands in its formula, for the worker's prompt; undefined when it follows none. */
export function placeInFormula(ctx: Pick<TownTurn, "tx">, source: Bead): FormulaPlace | undefined {
  const molecule = moleculeOf(ctx, source);
  if (molecule === undefined) return undefined;
  const { current, steps, root } = molecule;
  const step = current === undefined ? undefined : stepView(current, steps.indexOf(current), true);
  return { name: readSatellite(root, "molecule")?.formula ?? "", total: steps.length, step };
}

/** What a gate waits for, and until when. */
export function gateView(ctx: Pick<TownTurn, "tx">, gate: Bead): GateView {
  const record = readSatellite(gate, "gate");
  const root = rootOf(ctx, gate);
  const asked = record?.asked;
  const source = asked?.bead ?? (root === undefined ? undefined : readSatellite(root, "molecule")?.source);
  const since = record?.since;
  const due =
    since === undefined || gate.timeout === undefined ? undefined : Date.parse(since) + gate.timeout / 1e6;
  return {
    id: gate.id,
    title: gate.title,
    type: gate.await_type ?? "human",
    state: gateState(gate),
    reason: record?.reason ?? (asked === undefined ? waitWords(gate) : `an answer: ${gate.title}`),
    ...(asked === undefined
      ? {}
      : { question: gate.description ?? gate.title, asked_by: asked.by, options: asked.options }),
    ...(record?.answer === undefined ? {} : { answer: record.answer }),
    ...(source === undefined ? {} : { bead: source }),
    ...(root === undefined ? {} : { molecule: root.id }),
    ...(since === undefined ? {} : { since }),
    ...(due === undefined ? {} : { due: new Date(due).toISOString() }),
  };
}

/** State of a gate, of the status of its bead and its record. */
export function gateState(gate: Bead): GateView["state"] {
  if (gate.status === "closed") return "released";
  if (gate.status === "failed") return "rejected";
  const record = readSatellite(gate, "gate");
  if (record?.state === "escalated") return "escalated";
  return record?.since === undefined ? "idle" : "waiting";
}

/** The molecule that a gate belongs to. */
export function rootOf(ctx: Pick<TownTurn, "tx">, gate: Bead): Bead | undefined {
  const parent = gate.dependencies?.find(edge => edge.type === "parent-child")?.depends_on_id;
  const bead = parent === undefined ? undefined : ctx.tx.get(parent);
  return bead?.issue_type === "molecule" ? bead : undefined;
}

function waitWords(gate: Bead): string {
  const what = gate.await_id === undefined ? "" : ` (${gate.await_id})`;
  switch (gate.await_type) {
    case "timer":
      return "its time";
    case "mail":
      return `an answer by mail${what}`;
    case "gh:run":
      return `a workflow run${what}`;
    case "gh:pr":
      return `a pull request${what}`;
    case "bead":
      return `${gate.await_id ?? "another bead"}`;
    default:
      return `a person's approval${what}`;
  }
}

function stepView(step: MoleculeStep, at: number, whole: boolean): StepView {
  const { bead, state, blockedBy } = step;
  return {
    id: bead.id,
    step: step.step,
    title: bead.title,
    state,
    index: at + 1,
    blocked_by: [...blockedBy],
    ...(whole && bead.description !== undefined ? { description: bead.description } : {}),
    ...(whole && bead.acceptance_criteria !== undefined ? { acceptance: bead.acceptance_criteria } : {}),
    ...(whole && bead.notes !== undefined ? { notes: bead.notes } : {}),
  };
}
