/** What else is asked of a town: plans, mail between agents, lists, verdicts, gates, questions, triage. */
import { TRIAGE_ACTIONS } from "../../store/schema/patrol.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import type { Asked } from "./asked.ts";
import { type Chosen, openOf } from "./more-acts.ts";
import type { OtherAct } from "./plan.ts";

const NOTHING = (): string[] => [];
/** Messages of one storm: more than an inbox holds. */
const STORM = 60;

/** The calls for an act; none when there is nothing to do it to. */
export function askOthers(act: OtherAct, chosen: Chosen): Asked[] {
  const { rig, agent, other, request, message, draw, beads, title } = chosen;
  const call = (method: string, args: object, check: Asked["check"] = NOTHING): Asked => ({
    kind: "town",
    method,
    args: { by: "ada", ...args },
    check,
  });
  const convoy = chosen.convoy?.id;
  const open = (type: string) => openOf(beads, type);
  switch (act) {
    case "planConvoy": {
      const tasks = ["a", "b", "c"].map((key, i) => ({
        key,
        title: title(),
        rig,
        depends_on: i === 0 ? [] : ["a"],
        description: "```sh\ntrue\n```",
      }));
      const mode = draw < 0.5 ? "review-then-land" : "review-and-merge";
      return rig === undefined
        ? []
        : [call("planConvoy", { title: "a plan", tasks, mode, start: draw < 0.3 })];
    }
    case "startConvoy":
      return convoy === undefined ? [] : [call("startConvoy", { convoy })];
    case "closeConvoy":
      return convoy === undefined ? [] : [call("closeConvoy", { convoy, reason: "another time" })];
    case "agentMailsAgent":
      if (agent === undefined || other === undefined) return [];
      return [
        call(
          "sendMail",
          { by: agent, to: [other], subject: "a hint", body: "look at main", kind: "task" },
          kept,
        ),
      ];
    case "agentReplies":
      if (message?.assignee === undefined) return [];
      return [call("replyMail", { by: message.assignee, id: message.id, body: "thanks" }, kept)];
    case "queueMail":
      return [call("sendMail", { to: ["jobs"], subject: "who has time?", body: "look", kind: "task" }, kept)];
    case "claimMail":
      return agent === undefined ? [] : [call("claimMail", { by: agent, queue: "jobs" })];
    case "channelMail":
      return [call("sendMail", { to: ["news"], subject: "news", body: `${draw}` })];
    case "mailStorm": {
      const to = draw < 0.5 || agent === undefined ? "mayor" : agent;
      return Array.from({ length: STORM }, (_, i) => call("sendMail", { to: [to], subject: `flake ${i}` }));
    }
    case "reviewed": {
      if (request === undefined) return [];
      const method = draw < 0.6 ? "reviewApprove" : draw < 0.9 ? "reviewRequestChanges" : "reviewEscalate";
      return [call(method, { id: request.id, text: "as a person sees it" })];
    }
    case "gate": {
      const gates = open("gate");
      const gate = gates[Math.floor(draw * gates.length)];
      if (gate === undefined) return [];
      const reject = (draw * 100) % 1 < 0.1;
      return [call(reject ? "rejectGate" : "approveGate", { id: gate.id, reason: "as it should be" })];
    }
    case "answer": {
      const asked = open("gate").find(gate => readSatellite(gate, "gate")?.asked !== undefined);
      return asked === undefined ? [] : [call("answer", { id: asked.id, answer: "go ahead" })];
    }
    case "triage": {
      const request = [...beads].find(
        bead => bead.status !== "closed" && readSatellite(bead, "triage") !== undefined,
      );
      const action = TRIAGE_ACTIONS[Math.floor(draw * TRIAGE_ACTIONS.length)];
      return request === undefined ? [] : [call("resolveTriage", { id: request.id, action })];
    }
    case "dayBudget": {
      const id = draw < 0.5 || rig === undefined ? "town" : rig;
      return [call("setBudget", { id, patch: { day: draw < 0.3 ? { usd: 0.02 } : { tokens: 300 } } })];
    }
    default:
      return act satisfies never;
  }

  function kept(answer: unknown): string[] {
    // SAFETY: the answer of calls that send mail.
    const { ids = [] } = answer as { ids?: string[] };
    return ids.flatMap(id => chosen.kept({ id }));
  }
}
