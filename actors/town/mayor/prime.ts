/** What the mayor should know and do now: how the town stands, and what waits for a decision. */
import { readSatellite } from "../../../store/schema/satellite.ts";
import { inline } from "../../agent/prompts/data.ts";
import { mayorPrompt } from "../../agent/prompts/mayor.ts";
import { directivesOf } from "../agents/directives.ts";
import { pausedNow } from "../brakes/brakes.ts";
import { openEscalations } from "../escalations/raise.ts";
import { MAYOR_AGENT } from "../kinds.ts";
import { mailLines } from "../mail/inject.ts";
import { gateState } from "../molecules/views.ts";
import { openTriage } from "../patrol/acts.ts";
import { readyWork } from "../reconcile/gather.ts";
import type { TownTurn } from "../town-turn.ts";
import { convoyViews } from "../views/views.ts";

const MAX_LISTED = 10;

/** Plain text, short enough to be read at the start of every session. */
export function mayorPrime(ctx: TownTurn): string {
  const rigs = [...ctx.rigs.values()];
  return mayorPrompt({
    agent: MAYOR_AGENT,
    town: ctx.town,
    state: stateLines(ctx),
    attention: attentionLines(ctx),
    mail: mailLines(ctx, MAYOR_AGENT),
    repos: rigs
      .filter(({ state }) => state !== "adding")
      .map(({ name, settings }) => ({
        rig: name,
        path: ctx.paths.repo(name),
        branch: settings.merge_strategy === "local" ? settings.target : `origin/${settings.target}`,
      })),
    directives: directivesOf(ctx, undefined),
  });
}

/** Rigs, who is at work, convoys, and what could be begun. */
function stateLines(ctx: TownTurn): string[] {
  const paused = pausedNow(ctx.settings);
  const rigs = [...ctx.rigs.values()];
  const busy = [...ctx.agents.values()].filter(({ told }) => told !== undefined && told.kind !== "session");
  const ready = readyWork(ctx, {}, MAX_LISTED);
  const convoys = convoyViews(ctx, 0);
  return [
    ...(paused === undefined ? [] : [`The town is paused: ${inline(paused.reason)}. What you sling waits.`]),
    `Rigs: ${rigs.map(rig => `${rig.name} (beads ${rig.prefix}-..., ${rig.state})`).join(", ") || "none yet: a person adds them"}.`,
    ...listed(
      busy.map(
        ({ id, status, told }) => `${id}: ${status.state} on ${told?.bead}, ${inline(told?.title ?? "")}`,
      ),
      "more agents: gt agents",
    ),
    ...listed(
      convoys.map(
        convoy =>
          `${convoy.id}: ${convoy.state}, ${convoy.merged} of ${convoy.total} merged, ${convoy.failed} failed, ${inline(convoy.title)}`,
      ),
      "more convoys: gt convoy list",
    ),
    ...(ready.length === 0 ? [] : ["Filed and not begun:"]),
    ...ready.map(bead => `P${bead.priority} ${bead.id} ${inline(bead.title)}`),
  ];
}

/** The gravest first: escalations, what the patrol asks, questions and gates, convoys that cannot go on. */
export function attentionLines(ctx: TownTurn): string[] {
  const escalations = openEscalations(ctx).map(bead => {
    const record = readSatellite(bead, "escalation");
    const seen = record?.acknowledged_by === undefined ? "" : `, in the hands of ${record.acknowledged_by}`;
    return `${bead.id}, escalation (${record?.severity ?? "high"}${seen}): ${inline(bead.title)}`;
  });
  const triage = openTriage(ctx).map(bead => `${bead.id}, triage: ${inline(bead.title)}`);
  const gates = ctx
    .query({ type: ["gate"], status: ["open"], sort: "oldest" })
    .filter(gate => gateState(gate) !== "idle" && gate.await_type !== "timer")
    .map(gate => `${gate.id}, waits for a person: ${inline(gate.title)}`);
  const stranded = convoyViews(ctx, 0).flatMap(({ id, title, stranded: members = [] }) =>
    members.length === 0
      ? []
      : [`${id}, stranded convoy ${inline(title)}: ${members[0]?.bead} ${inline(members[0]?.reason ?? "")}`],
  );
  return [
    ...listed(escalations, "more: gt escalation list"),
    ...listed(triage, "more: gt triage list"),
    ...listed(gates, "more: gt gate list"),
    ...listed(stranded, "more: gt convoy list"),
  ];
}

function listed(lines: readonly string[], more: string): string[] {
  const rest = lines.length - MAX_LISTED;
  return rest > 0 ? [...lines.slice(0, MAX_LISTED), `${rest} ${more}`] : [...lines];
}
