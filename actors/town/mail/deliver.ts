/**
 * Mail for agents at work: each message goes as a nudge to the agent's actor, which gives it to the sandbox at a turn
 * boundary or puts it into the next prompt. It stays in the inbox until it is acknowledged: the next run gets it again.
 */
import type { Bead } from "../../../store/schema/bead.ts";
import { MAX_NUDGE_CHARS } from "../../../store/schema/nudge.ts";
import { readSatellite, requireSatellite } from "../../../store/schema/satellite.ts";
import { messageMachine, messageState } from "../../states/message.ts";
import type { AgentRecord } from "../agents/record.ts";
import { MAX_MAIL_PER_RUN } from "../limits.ts";
import { nudge } from "../nudges/nudge.ts";
import type { TownTurn } from "../town-turn.ts";
import { inboxOf } from "./addresses.ts";
import { openInbox } from "./send.ts";

const KEY = "mail:";

/** Key of the nudge that carries a message. */
export function mailKey(id: string): string {
  return KEY + id;
}

/** The message that a nudge carried; undefined when it carried none. */
export function mailOfKey(key: string): string | undefined {
  return key.startsWith(KEY) ? key.slice(KEY.length) : undefined;
}

/** What the agent is to be given, the oldest first: not acknowledged, and not given to it on its way already. */
export function undelivered(record: AgentRecord, inbox: readonly Bead[]): Bead[] {
  const underway = record.mail ?? [];
  return inbox
    .filter(bead => !underway.includes(bead.id))
    .slice(0, Math.max(0, MAX_MAIL_PER_RUN - underway.length));
}

/** Gives an agent that is about to get a job all that waits for it: it is in its prompt then. */
export function giveMail(ctx: TownTurn, record: AgentRecord): AgentRecord {
  const beads = undelivered(record, openInbox(ctx, inboxOf(record.id)));
  if (beads.length === 0) return record;
  for (const bead of beads) carry(ctx, record.id, bead);
  return { ...record, mail: [...(record.mail ?? []), ...beads.map(({ id }) => id)] };
}

/** Gives one message to an agent at work. */
export function deliverMail(ctx: TownTurn, agent: string, bead: Bead): void {
  const record = ctx.agents.get(agent);
  if (record === undefined || record.mail?.includes(bead.id)) return;
  carry(ctx, agent, bead);
  ctx.setAgent({ ...record, mail: [...(record.mail ?? []), bead.id] });
}

/** What became of a nudge that carried a message. Undelivered, the next run gets it. */
export function mailEnded(
  ctx: TownTurn,
  {
    agent,
    id,
    delivered,
    generation,
  }: { agent: string; id: string; delivered: boolean; generation: number | undefined },
): void {
  const record = ctx.agents.get(agent);
  if (record?.mail?.includes(id)) {
    const { mail: _mail, ...rest } = record;
    const left = record.mail.filter(one => one !== id);
    ctx.setAgent(left.length === 0 ? rest : { ...rest, mail: left });
  }
  const bead = ctx.tx.get(id);
  if (bead === undefined || bead.status === "closed") return;
  const message = requireSatellite(bead, "message");
  const state = messageState(bead);
  const run = generation ?? record?.generation ?? 0;
  if (delivered && state === "pending") messageMachine.check(id, state, "delivered", "town");
  const at = delivered ? { delivered_at: message.delivered_at ?? ctx.nowText } : {};
  ctx.update(id, { metadata: { message: { ...message, ...at, generation: run } } });
}

function carry(ctx: TownTurn, agent: string, bead: Bead): void {
  const message = readSatellite(bead, "message");
  const kind = message?.kind === "task" ? "asks" : "writes";
  const head = `Mail ${bead.id}: ${bead.sender ?? "somebody"} ${kind}: ${bead.title}`;
  const foot = `Answer: gt mail reply ${bead.id} "..."   Done with it: gt mail ack ${bead.id}`;
  const room = MAX_NUDGE_CHARS - head.length - foot.length - 40;
  const body = bead.description ?? "";
  const text = body.length > room ? `${body.slice(0, room)}\n[cut: gt mail read ${bead.id}]` : body;
  nudge(ctx, {
    agent,
    from: bead.sender ?? "town",
    key: mailKey(bead.id),
    text: [head, ...(text === "" ? [] : [text]), foot].join("\n"),
  });
}
