/**
 * Addresses, and whose inboxes they mean.
 *
 * | address | means |
 * | --- | --- |
 * | `<rig>/<name>` | an agent; `<rig>/refinery` and `<rig>/witness` are there with the rig |
 * | `mayor` | the mayor, and whoever speaks for the town |
 * | `@<rig>`, `@town`, `@crew` | the agents of a rig, all agents and the mayor, the crew |
 * | a name | a group, channel or queue of that name; else a person |
 */
import { AppError } from "../../../store/schema/errors.ts";
import { type MailLists, mailListsSchema } from "../../../store/schema/mail.ts";
import { isAgentName, MAYOR_AGENT, splitAgent } from "../kinds.ts";
import type { TownTurn } from "../town-turn.ts";

export const MAYOR = "mayor";
const ROLES = ["refinery", "witness"];
const MAX_RECIPIENTS = 200;

/** Where a message goes. */
export interface Recipients {
  readonly inboxes: readonly string[];
  readonly queues: readonly string[];
  readonly channels: readonly string[];
}

/** The inbox of whoever asks: the mayor of any rig has the mayor's. */
export function inboxOf(by: string): string {
  return isAgentName(by) && splitAgent(by).name === MAYOR ? MAYOR : by;
}

/** Groups, channels and queues. */
export function mailLists(ctx: TownTurn): MailLists {
  return ctx.settings.mail ?? mailListsSchema.parse({});
}

/**
 * Whom the addresses mean, each once. Whoever sends is left out of what he did not name himself.
 * @throws {AppError} not_found, naming the address; too_large
 */
export function resolveAddresses(ctx: TownTurn, from: string, addresses: readonly string[]): Recipients {
  const inboxes = new Set<string>();
  const queues = new Set<string>();
  const channels = new Set<string>();
  const lists = mailLists(ctx);
  const seen = new Set<string>();
  const visit = (address: string, named: boolean): void => {
    if (seen.has(address)) return;
    seen.add(address);
    if (Object.hasOwn(lists.groups, address)) {
      for (const member of lists.groups[address]?.members ?? []) visit(member, false);
    } else if (Object.hasOwn(lists.queues, address)) queues.add(address);
    else if (Object.hasOwn(lists.channels, address)) channels.add(address);
    else {
      const found = address.startsWith("@") ? everybody(ctx, address) : [one(ctx, address)];
      for (const inbox of found)
        if (inbox !== inboxOf(from) || (named && !address.startsWith("@"))) inboxes.add(inbox);
    }
  };
  for (const address of addresses) visit(address, true);
  if (inboxes.size > MAX_RECIPIENTS) {
    throw new AppError("too_large", `${inboxes.size} recipients are more than ${MAX_RECIPIENTS}.`, {
      hint: "Post it to a channel, or put it into a queue.",
    });
  }
  return { inboxes: [...inboxes], queues: [...queues], channels: [...channels] };
}

/** True when `by` is among those whom the addresses mean, or when there are none. */
export function isAmong(ctx: TownTurn, by: string, addresses: readonly string[]): boolean {
  return addresses.length === 0 || resolveAddresses(ctx, "", addresses).inboxes.includes(by);
}

function everybody(ctx: TownTurn, address: string): string[] {
  const agents = [...ctx.agents.values()];
  const name = address.slice(1);
  if (name === "town") return [...agents.map(({ id }) => inboxOf(id)), MAYOR];
  if (name === "crew") return agents.filter(({ role }) => role === "crew").map(({ id }) => id);
  if (!ctx.rigs.has(name)) throw unknown(ctx, address);
  return agents.filter(({ rig }) => rig === name).map(({ id }) => id);
}

function one(ctx: TownTurn, address: string): string {
  if (address === MAYOR) return MAYOR;
  if (isAgentName(address)) {
    if (address === MAYOR_AGENT) return MAYOR;
    const { rig, name } = splitAgent(address);
    if (ctx.agents.has(address) || (ctx.rigs.has(rig) && ROLES.includes(name))) return address;
    throw unknown(ctx, address);
  }
  // A person; but a name that is an agent's is most likely meant as one.
  const same = [...ctx.agents.values()].find(agent => agent.name === address);
  if (same === undefined && /^[^\s@,/][^,/\p{Cc}]*$/u.test(address)) return address;
  throw unknown(ctx, address, same?.id);
}

function unknown(ctx: TownTurn, address: string, meant?: string): AppError {
  const known = [...ctx.agents.keys()].sort().slice(0, 10).join(", ");
  return new AppError("not_found", `Nobody in ${ctx.town} has the address "${address}".`, {
    hint:
      meant === undefined
        ? `Agents: ${known || "none yet"}. Others: mayor, @town, @crew, @<rig>, and \`gt mail groups\`, \`gt mail channels\`.`
        : `Did you mean ${meant}?`,
    data: { address },
  });
}
