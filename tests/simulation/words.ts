/** Mail, nudges and escalations stay within their bounds: none is lost that was acknowledged, and none storms. */
import {
  MAX_NOTIFICATIONS_PER_INBOX,
  MAX_NOTIFY_TRIES,
  MAX_PER_QUEUE,
  MAX_TASKS_PER_INBOX,
} from "../../actors/town/limits.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import type { Sim } from "./sim.ts";
import type { BeadChange } from "./watcher.ts";

/** Re-escalations by the settings that every town begins with. */
const MAX_REESCALATIONS = 3;
/** Nudges that one run may get at once, and in each hour after that: mail, warnings, the patrol, and people. */
const NUDGES = { atOnce: 60, anHour: 20 };
const HOUR = 3_600_000;

/** Within a commit. */
export function checkWords(sim: Sim, { before, after }: BeadChange): string[] {
  if (after?.issue_type === "message") return checkMessage(sim, before, after);
  if (after?.issue_type === "escalation") return checkEscalation(sim, before, after);
  return [];
}

function checkMessage(sim: Sim, before: Bead | undefined, after: Bead): string[] {
  const message = readSatellite(after, "message");
  if (message === undefined) return [`${after.id} cannot be read as a message`];
  if (before === undefined && after.status !== "closed")
    return checkInbox(sim, after.assignee, message.queue);
  // Also of one that is over in the same commit that it came with.
  const ended = before?.status !== "closed" && after.status === "closed";
  if (!ended || message.acknowledged_at !== undefined) return [];
  if ((after.close_reason ?? "") === "") return [`the message ${after.id} is dropped without a word`];
  const early = Date.parse(message.expires_at ?? "") > sim.town.host.clock.now();
  if (message.kind === "task" && message.channel === undefined && early)
    return [`the task ${after.id} is dropped before its time: ${after.close_reason}`];
  return [];
}

function checkInbox({ watcher }: Sim, inbox: string | undefined, queue: string | undefined): string[] {
  const open = watcher.ofType(["message"]).filter(({ status }) => status !== "closed");
  const kinds = open.flatMap(bead => {
    const message = readSatellite(bead, "message");
    const own =
      inbox === undefined ? bead.assignee === undefined && message?.queue === queue : bead.assignee === inbox;
    return own && message !== undefined && message.channel === undefined ? [message.kind] : [];
  });
  const tasks = kinds.filter(kind => kind === "task").length;
  if (inbox === undefined)
    return kinds.length > MAX_PER_QUEUE ? [`the queue ${queue} holds ${kinds.length}`] : [];
  if (tasks > MAX_TASKS_PER_INBOX) return [`the inbox of ${inbox} holds ${tasks} tasks`];
  if (kinds.length - tasks > MAX_NOTIFICATIONS_PER_INBOX)
    return [`the inbox of ${inbox} holds ${kinds.length - tasks} messages besides its tasks`];
  return [];
}

function checkEscalation({ watcher }: Sim, before: Bead | undefined, after: Bead): string[] {
  const escalation = readSatellite(after, "escalation");
  if (escalation === undefined) return [`${after.id} cannot be read as an escalation`];
  const { source, category, reescalations, notifications } = escalation;
  const wrong: string[] = [];
  if (before === undefined) {
    const twin = watcher.ofType(["escalation"]).find(bead => {
      const other = readSatellite(bead, "escalation");
      const open = bead.id !== after.id && bead.status !== "closed";
      return open && other?.source === source && other.category === category;
    });
    if (twin !== undefined) wrong.push(`${after.id} and ${twin.id} are the same: ${category} of ${source}`);
  }
  if (reescalations > MAX_REESCALATIONS) wrong.push(`${after.id} was raised again ${reescalations} times`);
  const tries = Math.max(0, ...notifications.map(entry => entry.tries));
  if (tries > MAX_NOTIFY_TRIES) wrong.push(`people were told of ${after.id} ${tries} times`);
  return wrong;
}

/** Between steps: nobody is talked to death. */
export function checkNudges({ town }: Sim): string[] {
  const now = town.host.clock.now();
  return town.sandboxes.live.flatMap(run => {
    const hours = Math.max(0, now - run.startedAt) / HOUR;
    const { length } = run.nudges;
    return length > NUDGES.atOnce + NUDGES.anHour * hours
      ? [`${run.spec.run_id} was nudged ${length} times`]
      : [];
  });
}

/** At rest: what nobody could be given was given up. */
export async function waitingNudges({ town }: Sim): Promise<string[]> {
  const wrong: string[] = [];
  for (const { id } of (await town.call("view")).agents) {
    const waiting = (await town.call("nudges", { agent: id })) as readonly unknown[];
    if (waiting.length > 0) wrong.push(`${waiting.length} nudges wait for ${id} for ever`);
  }
  return wrong;
}
