/** Mail gets to agents at work, once in each run, and does not lie about for ever. */
import { isBusyWithWords } from "../agents/record.ts";
import { MAX_MAIL_PER_RUN } from "../limits.ts";
import { inboxOf } from "../mail/addresses.ts";
import type { Finding, MailItem, Rule, World } from "./world.ts";

export const mail: Rule = world => {
  const live: MailItem[] = [];
  const findings: Finding[] = [];
  for (const item of world.mail) {
    if (item.expires <= world.now) {
      const reason = "it expired before anybody acknowledged it";
      findings.push({
        reason: `${item.id}: ${reason}`,
        action: { type: "drop_message", message: item.id, reason },
      });
    } else if (item.claimed === true && isLeftBehind(world, item)) {
      const reason = `${item.inbox} took ${item.id} out of its queue and is not at work any more`;
      findings.push({ reason, action: { type: "release_message", message: item.id } });
    } else live.push(item);
  }
  findings.push(...deliveries(world, live));
  const at = Math.min(...live.map(({ expires }) => expires));
  if (Number.isFinite(at))
    findings.push({ reason: "a message expires then", action: { type: "wake_at", at } });
  return findings;
};

/** Claimed by an agent that has no job now: nobody else could take it. People keep what they took. */
function isLeftBehind({ agents }: World, { inbox }: MailItem): boolean {
  const agent = inbox === undefined ? undefined : agents.get(inbox);
  return agent !== undefined && agent.told === undefined;
}

function deliveries(world: World, live: readonly MailItem[]): Finding[] {
  return [...world.agents.values()].filter(isBusyWithWords).flatMap(agent => {
    const underway = agent.mail ?? [];
    return live
      .filter(
        item =>
          item.inbox === inboxOf(agent.id) &&
          !underway.includes(item.id) &&
          item.generation < agent.generation,
      )
      .slice(0, Math.max(0, MAX_MAIL_PER_RUN - underway.length))
      .map(item => ({
        reason: `${agent.id} is at work and has mail ${item.id}`,
        action: { type: "deliver_mail", agent: agent.id, message: item.id },
      }));
  });
}
