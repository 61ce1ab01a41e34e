/** Explains records that things happen to: messages, gates, molecules and their steps, and whatever else is no work. */
import { z } from "zod";
import type { Bead } from "../../../store/schema/bead.ts";
import type { Explanation } from "../../../store/schema/explanation.ts";
import { readSatellite } from "../../../store/schema/satellite.ts";
import { gateMachine } from "../../states/gate.ts";
import { messageMachine, messageState } from "../../states/message.ts";
import { moleculeMachine, stepMachine } from "../../states/molecule.ts";
import { freeWork } from "../../states/work.ts";
import { isAgentName } from "../kinds.ts";
import { MAYOR } from "../mail/addresses.ts";
import { readMolecule } from "../molecules/steps.ts";
import { gateView, moleculeView } from "../molecules/views.ts";
import type { TownTurn } from "../town-turn.ts";
import { type Draft, lifeOf } from "./life.ts";

type Owner = Explanation["owner"];

const markSchema = z.looseObject({ molecule: z.string() });

/** The molecule that a bead is a step of, as the town pours them. */
export function moleculeOfStep(ctx: Pick<TownTurn, "tx">, bead: Bead): Bead | undefined {
  const mark = markSchema.safeParse(bead.metadata?.step);
  const root = mark.success ? ctx.tx.get(mark.data.molecule) : undefined;
  return root?.issue_type === "molecule" ? root : undefined;
}

export function explainMessage(bead: Bead): Draft {
  const message = readSatellite(bead, "message");
  if (message === undefined) return explainRecord(bead);
  const state = messageState(bead);
  const life = lifeOf(messageMachine, state);
  const { queue, channel, delivered_at, read_at, acknowledged_at, expires_at } = message;
  const place = queue === undefined ? channel && `the channel ${channel}` : `the queue ${queue}`;
  const to = bead.assignee ?? place ?? message.to.join(", ");
  const over = bead.status === "closed";
  const steps = [
    delivered_at && `delivered ${delivered_at}`,
    read_at && `read ${read_at}`,
    over && bead.close_reason,
  ].filter(Boolean);
  const why = [
    {
      text: `from ${bead.sender ?? "somebody"} to ${to}: ${steps.join(", ") || "not delivered yet"}`,
      rule: "mail",
    },
  ];
  const lies = bead.assignee === undefined && !over;
  const next: Draft["next"] = [
    {
      text: lies
        ? queue === undefined
          ? "it is kept for whoever reads the channel"
          : "whoever claims it first has it"
        : life.text,
    },
  ];
  if (expires_at !== undefined && !over) {
    const end = message.kind === "task" ? "it expires, and its sender is told" : "it expires";
    next.push({ text: end, at: expires_at });
  }
  return {
    kind: "message",
    state,
    owner: lies ? { who: queue === undefined ? "nobody" : "agent" } : ownerOfMail(life.owner, bead.assignee),
    since:
      acknowledged_at ?? (over ? bead.closed_at : undefined) ?? read_at ?? delivered_at ?? bead.created_at,
    why,
    next,
    hints: over
      ? [`gt mail thread ${bead.id}`]
      : lies && queue !== undefined
        ? [`gt mail claim ${queue}`]
        : [`gt mail read ${bead.id}`, `gt mail thread ${bead.id}`],
  };
}

/** A message to an agent is delivered by the town; one to a person waits for that person. */
function ownerOfMail(owner: Owner, inbox: string | undefined): Owner {
  if (owner.who === "nobody" || inbox === undefined) return owner;
  if (!isAgentName(inbox) && inbox !== MAYOR) return { who: "person", name: inbox };
  return owner.who === "town" ? owner : { who: "agent", name: inbox };
}

export function explainGate(ctx: TownTurn, bead: Bead): Draft {
  const view = gateView(ctx, bead);
  const life = lifeOf(gateMachine, view.state);
  const waits = view.bead === undefined ? "nothing of the town's waits for it" : `${view.bead} waits for it`;
  const asked = view.question !== undefined;
  const over = view.state === "released" || view.state === "rejected";
  const why = [
    {
      text: over
        ? `${view.reason}${view.answer === undefined ? "" : `; the answer: ${view.answer}`}`
        : `${waits}, and it waits for ${view.reason}`,
      rule: asked ? "question" : `gate of kind ${view.type}`,
    },
  ];
  const opens = view.type === "timer" ? "it opens by itself" : "people are asked to see to it";
  const next: Draft["next"] = [
    ...(over || view.due === undefined ? [] : [{ text: opens, at: view.due }]),
    { text: life.text },
  ];
  const people = asked || view.type === "human" || view.type === "mail" || view.state === "escalated";
  return {
    kind: asked ? "question" : "gate",
    state: view.state,
    owner: over ? life.owner : { who: people ? "person" : "town" },
    ...(view.since === undefined ? {} : { since: view.since }),
    why,
    next,
    hints: over
      ? []
      : asked
        ? [`gt answer ${bead.id} "..."`]
        : [`gt gate approve ${bead.id}`, `gt gate reject ${bead.id}`],
  };
}

export function explainMolecule(ctx: TownTurn, bead: Bead): Draft {
  const view = moleculeView(ctx, readMolecule(ctx, bead));
  const life = lifeOf(moleculeMachine, view.state);
  const { current } = view;
  const why: Draft["why"] = [
    {
      text: `${view.completed} of ${view.total} steps of the formula ${view.formula} are done`,
      rule: "molecule",
    },
    ...(current === undefined
      ? []
      : [
          {
            text: `the step ${current.step} is to be done now: ${current.title}`,
            rule: "one step at a time",
          },
        ]),
    ...view.waiting_for.map(gate => ({ text: `it waits for ${gate.id}: ${gate.reason}`, rule: "gate" })),
  ];
  const source = view.bead === undefined ? undefined : ctx.tx.get(view.bead);
  return {
    kind: "molecule",
    state: view.state,
    owner: workerOf(life.owner, source),
    since: bead.updated_at,
    why,
    next: [
      ...view.waiting_for.flatMap(gate =>
        gate.due === undefined ? [] : [{ text: `the time of ${gate.id} is over`, at: gate.due }],
      ),
      { text: life.text },
    ],
    hints:
      source === undefined
        ? [`gt show ${bead.id}`]
        : [`gt mol status ${source.id}`, `gt explain ${source.id}`],
  };
}

export function explainStep(ctx: TownTurn, bead: Bead, root: Bead): Draft {
  const molecule = readMolecule(ctx, root);
  const step = molecule.steps.find(one => one.bead.id === bead.id);
  const state = step?.state === "ready" && molecule.current === step ? "current" : (step?.state ?? "blocked");
  const life = lifeOf(stepMachine, state);
  const record = readSatellite(root, "molecule");
  const source = record?.source === undefined ? undefined : ctx.tx.get(record.source);
  const at =
    step === undefined ? "a" : `step ${molecule.steps.indexOf(step) + 1} of ${molecule.steps.length}:`;
  const why: Draft["why"] = [
    {
      text: `${at} ${step?.step ?? "step"}, of the formula ${record?.formula ?? "of"}${source === undefined ? "" : ` that ${source.id} follows`}`,
      rule: "molecule",
    },
    ...(step?.blockedBy ?? []).map(id => ({
      text: `it waits for ${id} (${ctx.tx.get(id)?.title ?? "gone"})`,
      rule: "blocked",
    })),
    ...(state === "ready" && molecule.current !== undefined
      ? [{ text: `${molecule.current.step} is done before it`, rule: "one step at a time" }]
      : []),
  ];
  return {
    kind: "step",
    state,
    owner: state === "current" ? workerOf(life.owner, source) : life.owner,
    since: bead.updated_at,
    why,
    next: [{ text: life.text }],
    hints:
      source === undefined
        ? [`gt explain ${root.id}`]
        : [`gt mol status ${source.id}`, `gt explain ${source.id}`],
  };
}

/** The agent that has the bead; while nobody has it, the town finds one. */
function workerOf(owner: Owner, source: Bead | undefined): Owner {
  if (owner.who !== "agent") return owner;
  const agent = source === undefined ? undefined : readSatellite(source, "work")?.lease?.agent;
  return agent === undefined ? { who: "town" } : { who: "agent", name: agent };
}

/** Any other record: what its bead says. */
export function explainRecord(bead: Bead, waits: readonly string[] = []): Draft {
  const life = lifeOf(freeWork, bead.status);
  return {
    kind: bead.issue_type,
    state: bead.status,
    owner: life.owner,
    since: bead.updated_at,
    why: [
      { text: `a record of type ${bead.issue_type}, which no polecat works on`, rule: "type" },
      ...waits.map(id => ({ text: `it waits for ${id}`, rule: "blocked" })),
    ],
    next: [{ text: life.text }],
    hints: [`gt show ${bead.id}`],
  };
}
