/** Findings about runs that did not end as runs end: a process that is gone, and one that goes down again and again. */
import type { AgentRecord } from "../agents/record.ts";
import type { AgentEvent } from "../methods.ts";
import type { TownTurn } from "../town-turn.ts";
import { recordFinding } from "./records.ts";

/** Takes in what an agent reports of its end. @param before what was known of it until then */
export function observeEnd(ctx: TownTurn, before: AgentRecord | undefined, report: AgentEvent): void {
  const { event, status, agent, job, attempt, generation } = report;
  if (before?.told?.job !== job || before.told.attempt !== attempt) return;
  if (generation < before.generation) return;
  const { rig, told } = before;
  const say = (kind: string, tier: string, text: string): void => {
    recordFinding(ctx, agent, { at: ctx.nowText, kind, tier, text: text.slice(0, 500), bead: job, attempt });
    ctx.say("patrol.finding", `${agent} is ${kind} (${tier}): ${text.slice(0, 300)}`, {
      rig,
      agent,
      bead: told.bead,
      level: tier === "given up" ? "error" : "warn",
    });
  };
  if (event?.type === "released") {
    if (event.given_up === true) {
      say(
        "crash-loop",
        "given up",
        `its sandbox went down again and again, run ${generation} last: ${event.reason}`,
      );
    } else if (event.outcome === "lost") {
      say("zombie", "released", `the town had it at work, and nothing of it was there: ${event.reason}`);
    }
  } else if (status.state === "backoff" && before.status.state !== "backoff") {
    say(
      "zombie",
      "restarted",
      `run ${generation} had not ended and its process was gone: it is started again`,
    );
  }
}
