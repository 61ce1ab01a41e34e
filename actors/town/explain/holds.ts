/** What keeps an open, slung bead from being worked on now: every reason, the weightiest first. */
import type { Bead } from "../../../store/schema/bead.ts";
import { AppError } from "../../../store/schema/errors.ts";
import { HELD_LABEL, type Work } from "../../../store/schema/satellite.ts";
import { pausedNow } from "../brakes/brakes.ts";
import { exceeded, meterWords } from "../budgets/meters.ts";
import { checkDriver, chooseDriver } from "../dispatch/driver.ts";
import { isBackoff } from "../dispatch/resets.ts";
import { prefixOf } from "../kinds.ts";
import { ATTEMPT_BACKOFF_MAX_MS, ATTEMPT_BACKOFF_MS, MAX_TRIES } from "../limits.ts";
import { outOf } from "../reconcile/budgets.ts";
import { busyPolecats } from "../reconcile/dispatch.ts";
import type { World } from "../reconcile/world.ts";
import type { TownTurn } from "../town-turn.ts";

export interface Hold {
  /** Names the rule: `paused`, `parked`, `held`, `blocked`, `back-off`, `deferred`, `cap`, `driver`, ... */
  readonly rule: string;
  readonly text: string;
  /** What ends it, for people. */
  readonly until: string;
  /** When, if that is known; RFC 3339. */
  readonly at?: string;
  /** Whose move it is. */
  readonly owner: "town" | "person" | "agent";
  /** Command that ends it. */
  readonly hint?: string;
}

type Look = Pick<TownTurn, "settings" | "rigs" | "prefixes" | "tx" | "now">;

/** Looks only. The world is that of the same turn. */
export function holdsOf(look: Look, world: World, bead: Bead, work: Work): readonly Hold[] {
  return [
    ...brakes(look),
    ...rigHolds(look, work),
    ...own(bead),
    ...spent(world, bead, work),
    ...blockers(look, bead),
    ...times(look, bead, work),
    ...drivers(look, bead, work),
    ...places(world, bead, work),
  ];
}

function brakes({ settings }: Look): Hold[] {
  const paused = pausedNow(settings);
  if (paused === undefined) return [];
  const { reason, by, at } = paused;
  const kind = settings.estop === undefined ? (paused.kind ?? "pause") : "emergency stop";
  const command = settings.estop === undefined ? "gt resume" : "gt thaw";
  const text = `the town starts nothing new since ${at} (${kind}, by ${by}): ${reason}`;
  return [{ rule: kind, text, until: "somebody lets the town go on", owner: "person", hint: command }];
}

function rigHolds({ rigs, prefixes }: Look, work: Work): Hold[] {
  const rig = rigs.get(work.rig);
  const person = { until: "somebody sees to the rig", owner: "person" } as const;
  if (rig === undefined) return [{ rule: "rig", text: `the rig ${work.rig} is gone`, ...person }];
  if (rig.state === "parked") {
    const text = `the rig ${rig.name} is parked: ${rig.reason ?? "no reason given"}`;
    return [{ rule: "parked", text, ...person, hint: `gt rig unpark ${rig.name}` }];
  }
  if (rig.state === "adding") {
    return [
      { rule: "rig", text: `the rig ${rig.name} is being cloned`, until: "it is cloned", owner: "town" },
    ];
  }
  if (rig.state === "failed") {
    return [
      { rule: "rig", text: `the rig ${rig.name} cannot be used: ${rig.reason ?? "it failed"}`, ...person },
    ];
  }
  if (prefixes.has(rig.prefix)) return [];
  return [
    { rule: "rig", text: `the beads of the rig ${rig.name} cannot be read now`, ...person, hint: "gt log" },
  ];
}

function own(bead: Bead): Hold[] {
  if (!bead.labels?.includes(HELD_LABEL)) return [];
  const text = `it is held: it has the label ${HELD_LABEL}`;
  return [
    { rule: "held", text, until: "somebody lets it go on", owner: "person", hint: `gt unhold ${bead.id}` },
  ];
}

function spent(world: World, bead: Bead, work: Work): Hold[] {
  return outOf(world, bead.id, work.rig).map(gauge => {
    const day = exceeded(gauge, false).every(({ period }) => period === "day");
    const at = day && gauge.resetsAt !== undefined ? new Date(gauge.resetsAt).toISOString() : undefined;
    const words = exceeded(gauge, false).map(meterWords).join(", ");
    return {
      rule: "over budget",
      text: `the budget of ${gauge.scope === "town" ? "the town" : `${gauge.scope} ${gauge.id}`} is used up: ${words}`,
      until:
        at === undefined
          ? "somebody raises the budget"
          : "the next day begins, or somebody raises the budget",
      ...(at === undefined ? {} : { at }),
      owner: "person",
      hint: `gt budget set ${gauge.id}`,
    };
  });
}

function blockers({ tx, prefixes }: Look, bead: Bead): Hold[] {
  const found = tx.blockers(bead.id).map((id): Hold => {
    const other = tx.get(id);
    const words = other === undefined ? id : `${id} (${other.issue_type}, ${other.status}: ${other.title})`;
    const over = other?.status === "failed";
    return {
      rule: "blocked",
      text: `it waits for ${words}`,
      until: over ? `${id} is reopened and done, or the dependency goes` : `${id} is done`,
      owner: over || other?.issue_type === "gate" ? "person" : "town",
      hint: `gt explain ${id}`,
    };
  });
  const unseen = (bead.dependencies ?? []).filter(
    edge =>
      !prefixes.has(prefixOf(edge.depends_on_id)) &&
      /^(blocks|conditional-blocks|waits-for)$/.test(edge.type),
  );
  const hidden = unseen.map(({ depends_on_id: id }): Hold => {
    const text = `it waits for ${id}, whose store cannot be read now: nobody knows whether it is done`;
    return { rule: "blocked", text, until: "its rig can be read again", owner: "person" };
  });
  return [...found, ...hidden];
}

function times({ now, tx }: Look, bead: Bead, work: Work): Hold[] {
  const at = bead.defer_until;
  if (at !== undefined && Date.parse(at) > now) {
    if (!isBackoff(bead, work)) {
      const text = `it is deferred until ${at}`;
      return [
        { rule: "deferred", text, until: "its time comes", at, owner: "town", hint: `gt undefer ${bead.id}` },
      ];
    }
    const { last_failure: last, tries } = work;
    const text = `its attempt ${last?.attempt ?? work.attempt} did not get through (${firstLine(last?.text)}); ${tries} of ${MAX_TRIES} tries are used`;
    const rule = `back-off from ${ATTEMPT_BACKOFF_MS / 1_000} s to ${ATTEMPT_BACKOFF_MAX_MS / 60_000} min`;
    return [
      {
        rule,
        text,
        until: "the pause after a failure is over",
        at,
        owner: "town",
        hint: `gt sling ${bead.id}`,
      },
    ];
  }
  const edge = (bead.dependencies ?? []).find(({ type }) => type === "parent-child");
  const parent = edge === undefined ? undefined : tx.get(edge.depends_on_id);
  const until = parent?.defer_until;
  if (
    parent === undefined ||
    (parent.status !== "deferred" && !(until !== undefined && Date.parse(until) > now))
  )
    return [];
  const text = `its parent ${parent.id} is deferred`;
  const common = { rule: "deferred", text, until: "the time of its parent comes", owner: "town" } as const;
  return [{ ...common, ...(until === undefined ? {} : { at: until }) }];
}

function drivers({ rigs, settings }: Look, bead: Bead, work: Work): Hold[] {
  const rig = rigs.get(work.rig);
  if (rig === undefined) return [];
  try {
    checkDriver(bead, chooseDriver(bead, work.slung, rig, settings));
    return [];
  } catch (error) {
    const { message, hint } = AppError.from(error);
    const text = message.replace(/\.$/, "");
    const common = { rule: "driver", text, until: "a driver fits it", owner: "person" } as const;
    return [{ ...common, ...(hint === undefined ? {} : { hint }) }];
  }
}

function places(world: World, bead: Bead, work: Work): Hold[] {
  const ending = [...world.agents.values()].find(({ told }) => told?.job === bead.id);
  if (ending !== undefined) {
    const text = `${ending.id} is still ending attempt ${ending.told?.attempt}: one worker at a time`;
    return [{ rule: "lease", text, until: `${ending.id} has let go of it`, owner: "town" }];
  }
  const busy = [...busyPolecats(world)].sort();
  const cap = (rule: string, text: string, holders: readonly string[]): Hold => ({
    rule,
    text: `${text} ${holders.length === 0 ? "is 0" : `are taken by ${holders.map(id => place(world, id)).join(", ")}`}`,
    until: holders.length === 0 ? "somebody raises the cap" : "one of them is free",
    owner: holders.length === 0 ? "person" : "agent",
  });
  if (busy.length >= world.maxPolecats) {
    return [cap("cap of the town", `all ${world.maxPolecats} places of the town`, busy)];
  }
  const rig = world.rigs.get(work.rig);
  const here = busy.filter(id => id.startsWith(`${work.rig}/`));
  if (rig === undefined || here.length < rig.settings.max_polecats) return [];
  return [cap("cap of the rig", `all ${rig.settings.max_polecats} places of the rig ${rig.name}`, here)];
}

function place({ agents }: World, id: string): string {
  const told = agents.get(id)?.told;
  return told === undefined ? id : `${id} (${told.bead})`;
}

function firstLine(text = "no reason kept"): string {
  return text.split("\n")[0]?.slice(0, 200) ?? "";
}
