/** What else is asked of a town: mail, nudges, escalations, brakes, budgets, and a hand on the merge queue. */
import type { Bead } from "../../store/schema/bead.ts";
import type { Asked } from "./asked.ts";
import type { MoreAct } from "./plan.ts";

/** What there is to do it to, chosen already. */
export interface Chosen {
  readonly bead: Bead | undefined;
  readonly rig: string | undefined;
  readonly agent: string | undefined;
  /** Another agent, or the same. */
  readonly other: string | undefined;
  /** Of the merge requests, convoys, messages and escalations that there are. */
  readonly request: Bead | undefined;
  readonly convoy: Bead | undefined;
  readonly message: Bead | undefined;
  readonly escalation: Bead | undefined;
  readonly draw: number;
  /** All that there are. */
  readonly beads: readonly Bead[];
  /** Makes the title of a new bead, whose way is then laid down. */
  readonly title: () => string;
  /** The bead as it is when the answer comes. */
  readonly look: (id: string) => Bead | undefined;
  /** Remembers a bead that was acknowledged; answers what is lost. */
  readonly kept: (answer: unknown) => string[];
}

const NOTHING = (): string[] => [];
const BY = "ada";

/** The call for an act; undefined when there is nothing to do it to. */
export function askMore(act: MoreAct, chosen: Chosen): Asked | undefined {
  const { bead, rig, agent, request, convoy, message, escalation, draw } = chosen;
  const call = (method: string, args: object, check: Asked["check"] = NOTHING): Asked => ({
    kind: "town",
    method,
    args: { by: BY, ...args },
    check,
  });
  switch (act) {
    case "mail": {
      const to = draw < 0.4 || agent === undefined ? "mayor" : draw < 0.8 ? agent : `${rig}/`;
      const kind = draw * 10 - Math.floor(draw * 10) < 0.5 ? "task" : "notification";
      return call("sendMail", {
        to: [to.endsWith("/") ? "@town" : to],
        subject: "word",
        body: "of mouth",
        kind,
      });
    }
    case "agentMails":
      return agent === undefined
        ? undefined
        : call("sendMail", { by: agent, to: ["mayor"], subject: "a question", body: "what now?" });
    case "readMail":
      return message && call("readMail", { id: message.id });
    case "acknowledgeMail":
      return message && call("acknowledgeMail", { ids: [message.id] });
    case "nudge":
      return agent === undefined
        ? undefined
        : call("nudge", { agent, text: `are you there? ${Math.floor(draw * 5)}` });
    case "escalate":
      return call(
        "escalate",
        {
          title: "look at this",
          severity: draw < 0.5 ? "medium" : "critical",
          ...(bead && { source: bead.id }),
        },
        chosen.kept,
      );
    case "acknowledge":
      return escalation && call("acknowledgeEscalation", { id: escalation.id });
    case "resolve":
      return escalation && call("resolveEscalation", { id: escalation.id });
    case "drain":
      return call("drain", {});
    case "estop":
      return call("estop", draw < 0.5 || agent === undefined ? {} : { agent });
    case "thaw":
      return call("thaw", draw < 0.8 || agent === undefined ? {} : { agent });
    case "park":
      return rig === undefined ? undefined : call("parkRig", { rig, parked: draw < 0.4 });
    case "hold":
      return bead && call("holdBeads", { beads: [bead.id], held: draw < 0.5 });
    case "budget": {
      const id = draw < 0.2 ? "town" : draw < 0.4 && rig !== undefined ? rig : bead?.id;
      const total = draw < 0.7 ? { usd: 0.005 } : { attempts: 2 };
      return id === undefined ? undefined : call("setBudget", { id, patch: { total } });
    }
    case "noBudget":
      return bead && call("unsetBudget", { id: bead.id });
    case "retryMerge":
      return request && call("retryMergeRequest", { id: request.id });
    case "rejectMerge":
      return request && call("rejectMergeRequest", { id: request.id, reason: "not like this" });
    case "addToConvoy":
      return convoy && bead && call("addToConvoy", { convoy: convoy.id, beads: [bead.id] });
    case "dropFromConvoy":
      return convoy && bead && call("removeFromConvoy", { convoy: convoy.id, beads: [bead.id] });
    case "explain": {
      const id = bead?.id;
      return id === undefined
        ? undefined
        : call("explainOne", { id }, answer => {
            const words = answer as { owner?: { who?: string }; state?: string };
            return words.owner?.who === undefined || words.state === undefined
              ? [`${id} is not explained`]
              : [];
          });
    }
    default:
      return act satisfies never;
  }
}

/** Open messages and escalations, for those who act on them. */
export function openOf(beads: Iterable<Bead>, type: string): Bead[] {
  return [...beads].filter(bead => bead.issue_type === type && bead.status !== "closed");
}
