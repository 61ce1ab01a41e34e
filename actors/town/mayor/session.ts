/**
 * The mayor as an agent of the town: one session at a time, under a number that grows with each start. What is wanted is
 * in the town's settings; the rules see to it that it is so, over crashes and restarts.
 */
import type { DriverSpec } from "../../../store/schema/agent.ts";
import { AppError } from "../../../store/schema/errors.ts";
import type { MayorRecord } from "../../../store/schema/satellite.ts";
import type { MayorView } from "../../../store/schema/views.ts";
import { driverName } from "../../agent/driver-name.ts";
import { clipToBytes } from "../../agent/prompts/data.ts";
import { ensureAgent, stopAgent, tell } from "../agents/assign.ts";
import { PERMANENT_CODES } from "../agents/permanent.ts";
import { type AgentRecord, agentView } from "../agents/record.ts";
import { raiseEscalation } from "../escalations/raise.ts";
import { resolveStanding } from "../escalations/settle.ts";
import { agentBeadId, HQ_PREFIX, MAYOR_AGENT, splitAgent } from "../kinds.ts";
import { MAX_JOB_TEXT_BYTES, MAX_MAYOR_FAILURES, MAYOR_BACKOFF_MAX_MS, MAYOR_BACKOFF_MS } from "../limits.ts";
import { MAYOR } from "../mail/addresses.ts";
import { openInbox } from "../mail/send.ts";
import type { Released } from "../methods.ts";
import type { TownTurn } from "../town-turn.ts";
import { mayorPrime } from "./prime.ts";
import { mayorRecord } from "./record.ts";

/** A session that held so long has not failed at its start: the count of failures begins anew. */
const HELD_MS = 10 * 60_000;

/** What a start may say; the rest stays as it was. */
export interface MayorChoice {
  readonly driver?: DriverSpec | undefined;
  readonly isolation?: MayorRecord["isolation"];
  readonly allow_hosts?: readonly string[] | undefined;
}

/**
 * Wants the mayor to be there. Asking again changes nothing; another choice while it runs is refused.
 * @throws {AppError} invalid_argument when nobody chose a driver, or one that reads no words; conflict
 */
export function startMayor(ctx: TownTurn, by: string, choice: MayorChoice): void {
  const before = mayorRecord(ctx);
  const next = chosen(ctx, before, choice);
  const same = (["driver", "isolation", "allow_hosts"] as const).every(
    key => JSON.stringify(before[key]) === JSON.stringify(next[key]),
  );
  if (before.wanted && !same) {
    throw new AppError("conflict", "The mayor is started already, as another program.", {
      hint: "`gt mayor restart` with the same flags changes it.",
    });
  }
  if (before.wanted && before.failures === 0) return;
  begin(ctx, by, next);
}

/** Ends what runs, and begins a new session. @throws {AppError} as {@link startMayor} */
export function restartMayor(ctx: TownTurn, by: string, choice: MayorChoice): void {
  begin(ctx, by, chosen(ctx, mayorRecord(ctx), choice));
}

/** Ends it; it stays away until somebody starts it. What waits for it stays in its inbox. */
export function stopMayor(ctx: TownTurn, by: string, reason: string): void {
  const before = mayorRecord(ctx);
  if (before.wanted) {
    const { not_before: _wait, ...rest } = before;
    ctx.setSettings({ mayor: { ...rest, wanted: false, failures: 0, at: ctx.nowText, by, reason } });
    ctx.say("mayor.stopped", `${by} stops the mayor: ${reason}`, { agent: MAYOR_AGENT });
  }
  resolveStanding(ctx, MAYOR_AGENT, "lifecycle", `${by} stopped the mayor`);
  const record = ctx.agents.get(MAYOR_AGENT);
  if (record?.told !== undefined) stopAgent(ctx, record, reason);
}

/** Gives the agent its session. @throws {AppError} invalid_argument */
export function tellMayor(ctx: TownTurn): void {
  const mayor = mayorRecord(ctx);
  if (!mayor.wanted) return;
  if (mayor.reason !== undefined) {
    const { reason: _reason, not_before: _wait, ...rest } = mayor;
    ctx.setSettings({ mayor: rest });
  }
  const { isolation = ctx.settings.isolation ?? "process" } = mayor;
  const { name } = splitAgent(MAYOR_AGENT);
  const record = ensureAgent(ctx, MAYOR_AGENT, "mayor");
  const job = agentBeadId(MAYOR_AGENT);
  const title = "Mayor of the town";
  const repos = [...ctx.rigs.values()].filter(({ state }) => state !== "adding");
  tell(
    ctx,
    record,
    {
      role: "mayor",
      job: {
        kind: "session",
        bead: { id: job, title, description: "" },
        attempt: mayor.session,
        worktree: ctx.paths.worktree(HQ_PREFIX, name),
        readable: repos.map(rig => ctx.paths.repo(rig.name)),
        prompt: clipToBytes(mayorPrime(ctx), MAX_JOB_TEXT_BYTES),
      },
      driver: driverOf(ctx, mayor),
      isolation,
      isolation_waived: isolation === "none",
      allow_hosts: mayor.allow_hosts,
    },
    { kind: "session", job, bead: job, title, attempt: mayor.session },
  );
}

/** Its run is over: by itself, since it was told to, or since it failed, and then another is tried after a while. */
export function mayorEnded(ctx: TownTurn, record: AgentRecord, event: Released): void {
  const { told } = record;
  const mayor = mayorRecord(ctx);
  if (told?.kind !== "session" || told.attempt !== mayor.session || !mayor.wanted) return;
  const { not_before: _wait, ...rest } = mayor;
  const { outcome, error_code: code } = event;
  const reason = event.reason.slice(0, 2_000);
  // Stopped by the town itself, or with it: it is begun again as soon as nothing stands against it.
  if (outcome === "stopped") {
    ctx.setSettings({ mayor: { ...rest, reason } });
    return;
  }
  if (outcome === "done") {
    ctx.setSettings({ mayor: { ...rest, wanted: false, failures: 0, reason } });
    resolveStanding(ctx, MAYOR_AGENT, "lifecycle", "its session ended by itself");
    ctx.say("mayor.ended", `The mayor's session is over: ${reason}`, { agent: MAYOR_AGENT });
    return;
  }
  const held = ctx.now - Date.parse(told.at) - (told.frozen_ms ?? 0) >= HELD_MS;
  const failures = (held ? 0 : mayor.failures) + 1;
  const permanent = code !== undefined && PERMANENT_CODES.includes(code);
  if (permanent || failures > MAX_MAYOR_FAILURES) {
    ctx.setSettings({ mayor: { ...rest, wanted: false, failures, reason } });
    ctx.say("mayor.failed", `The mayor cannot be kept up: ${reason}`, { agent: MAYOR_AGENT, level: "error" });
    raiseEscalation(ctx, {
      severity: "high",
      category: "lifecycle",
      source: MAYOR_AGENT,
      by: "town",
      title: permanent ? "The mayor cannot be started" : `The mayor failed ${failures} times in a row`,
      text: `${reason}\n\n${event.tail}\n\n\`gt mayor start\` tries it again; \`gt mayor attach\` shows its last run.`,
    });
    return;
  }
  const wait = Math.min(MAYOR_BACKOFF_MS * 2 ** (failures - 1), MAYOR_BACKOFF_MAX_MS);
  const not_before = new Date(ctx.now + wait).toISOString();
  ctx.setSettings({ mayor: { ...rest, session: mayor.session + 1, failures, reason, not_before } });
  ctx.say("mayor.retry", `The mayor's session failed (${reason}); the next begins ${not_before}`, {
    agent: MAYOR_AGENT,
    level: "warn",
  });
}

/** As people see it. */
export function mayorView(ctx: TownTurn): MayorView {
  const mayor = mayorRecord(ctx);
  const record = ctx.agents.get(MAYOR_AGENT);
  const driver = mayor.driver ?? ctx.settings.driver;
  const mail = openInbox(ctx, MAYOR).length;
  const told = record?.told;
  const live = told !== undefined && told.stop === undefined && told.attempt === mayor.session;
  // What ended the last session keeps the next from beginning, for a while or until somebody sees to it.
  const waits = told === undefined && mayor.reason !== undefined;
  return {
    id: MAYOR_AGENT,
    state: told !== undefined && !live ? "stopping" : stateOf(mayor, record, live, waits),
    wanted: mayor.wanted,
    session: mayor.session,
    mail,
    ...(driver === undefined ? {} : { driver: driverName(driver) }),
    ...(mayor.at === undefined ? {} : { at: mayor.at }),
    ...(mayor.by === undefined ? {} : { by: mayor.by }),
    ...(mayor.reason === undefined ? {} : { reason: mayor.reason }),
    ...(mayor.not_before === undefined ? {} : { next_at: mayor.not_before }),
    ...(record === undefined ? {} : { agent: agentView(record) }),
  };
}

function stateOf(
  mayor: MayorRecord,
  record: AgentRecord | undefined,
  live: boolean,
  waits: boolean,
): MayorView["state"] {
  if (live) return record?.status.state === "working" ? "running" : "starting";
  if (mayor.wanted) return waits ? "waiting" : "starting";
  return mayor.failures > 0 ? "failed" : "stopped";
}

function begin(ctx: TownTurn, by: string, next: MayorRecord): void {
  const { not_before: _wait, reason: _reason, ...rest } = next;
  ctx.setSettings({
    mayor: { ...rest, wanted: true, session: next.session + 1, failures: 0, at: ctx.nowText, by },
  });
  ctx.say("mayor.started", `${by} starts the mayor: ${driverName(driverOf(ctx, next))}`, {
    agent: MAYOR_AGENT,
  });
}

function chosen(ctx: TownTurn, before: MayorRecord, choice: MayorChoice): MayorRecord {
  const { driver = before.driver, isolation = before.isolation, allow_hosts = before.allow_hosts } = choice;
  const next: MayorRecord = {
    ...before,
    allow_hosts: [...allow_hosts],
    ...(driver === undefined ? {} : { driver }),
    ...(isolation === undefined ? {} : { isolation }),
  };
  driverOf(ctx, next);
  return next;
}

/** @throws {AppError} invalid_argument */
function driverOf(ctx: TownTurn, mayor: MayorRecord): DriverSpec {
  const driver = mayor.driver ?? ctx.settings.driver;
  if (driver === undefined) {
    throw new AppError("invalid_argument", "Nothing says which agent CLI the mayor is.", {
      hint: "Name one: `gt mayor start --agent claude`, or any program: `gt mayor start --command '...'`. For all agents of the town: `gt settings set --agent claude`.",
    });
  }
  if (driver.kind === "script") {
    throw new AppError("invalid_argument", "The script driver runs a bead's own steps; a mayor has none.", {
      hint: "Name an agent CLI: `gt mayor start --agent claude`, or any program: `gt mayor start --command '...'`.",
    });
  }
  return driver;
}
