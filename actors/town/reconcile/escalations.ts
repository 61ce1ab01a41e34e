/** An escalation is heard: what is to be told is told, what nobody acknowledges goes up, what is over is settled. */
import { isDue } from "../escalations/notify.ts";
import type { EscalationItem, Finding, Rule } from "./world.ts";

export const escalations: Rule = world => world.escalations.flatMap(item => one(item, world.now));

function one({ bead, escalation, over, overAt }: EscalationItem, now: number): Finding[] {
  if (over !== undefined) {
    return [{ reason: over, action: { type: "resolve_escalation", escalation: bead.id, reason: over } }];
  }
  const next = escalation.next_at === undefined ? undefined : Date.parse(escalation.next_at);
  if (next !== undefined && next <= now) {
    return [
      { reason: `nobody took ${bead.id} in hand`, action: { type: "reescalate", escalation: bead.id } },
    ];
  }
  const due = escalation.notifications.filter(entry => isDue(entry, now));
  const tell = due.map(({ route, level }): Finding => {
    const action = { type: "notify", escalation: bead.id, route, level } as const;
    return { reason: `${bead.id} is to be told by ${route}`, action };
  });
  const later = escalation.notifications
    .filter(({ state }) => state === "due" || state === "sending")
    .map(({ at }) => Date.parse(at))
    .filter(at => at > now);
  const at = Math.min(
    ...later,
    ...(next === undefined ? [] : [next]),
    ...(overAt === undefined ? [] : [overAt]),
  );
  if (!Number.isFinite(at)) return tell;
  return [...tell, { reason: `${bead.id} is looked at again then`, action: { type: "wake_at", at } }];
}
