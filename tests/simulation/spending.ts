/**
 * Budgets hold: after the end of one nothing more is begun on it, what runs on it is ended, and what was used is written
 * down once and as it was. The figures are the simulator's own: those of the sandboxes' logs, and those in the beads.
 */
import type { FakeRun } from "../../actors/testing/fake-sandboxes.ts";
import { TOWN_BEAD } from "../../actors/town/kinds.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { LIMIT_KINDS, type LimitKind, type Limits } from "../../store/schema/budget.ts";
import { type Attempt, readSatellite } from "../../store/schema/satellite.ts";
import type { Sim } from "./sim.ts";
import type { BeadChange } from "./watcher.ts";

/** How long work may go on that is over its budget, while nothing stands in the way of ending it. */
const MAX_OVER_MS = 15 * 60_000;
/** A run that begins so soon after another was asked for before that ended. */
const NEXT_MS = 1_000;
/** How soon a run has to end that is told to, for the town to hear its last words. */
const PROMPT_MS = 20_000;
/** Sums of money are not exact. */
const CENT = 0.000_001;

type Sums = Readonly<Record<LimitKind, number>>;
const NO_LIMITS: Limits = {};
const NOTHING: Sums = { tokens: 0, usd: 0, wall_s: 0, attempts: 0 };

interface Told {
  readonly input_tokens?: number | undefined;
  readonly output_tokens?: number | undefined;
  readonly usd?: number | undefined;
  readonly cost_usd?: number | undefined;
  readonly wall_s?: number | undefined;
  readonly attempts?: number | undefined;
}

function sumsOf(told: Told): Sums {
  return {
    tokens: (told.input_tokens ?? 0) + (told.output_tokens ?? 0),
    usd: told.usd ?? told.cost_usd ?? 0,
    wall_s: told.wall_s ?? 0,
    attempts: told.attempts ?? 0,
  };
}

function add(all: readonly Sums[]): Sums {
  const sum = (kind: LimitKind) => all.reduce((total, one) => total + one[kind], 0);
  return { tokens: sum("tokens"), usd: sum("usd"), wall_s: sum("wall_s"), attempts: sum("attempts") };
}

/** What a run's log says that it used. */
export function usedBy(run: FakeRun): Sums {
  let [tokens, usd] = [0, 0];
  for (const event of run.log) {
    if (event.type !== "usage") continue;
    const total = event.scope === "total";
    tokens = (total ? 0 : tokens) + event.input_tokens + event.output_tokens;
    usd = (total ? 0 : usd) + event.cost_usd;
  }
  return { ...NOTHING, tokens, usd };
}

/** What a bead says that its attempts used, but for those from this number on. */
function recorded(bead: Bead | undefined, before = Number.POSITIVE_INFINITY): Sums {
  const work = bead && readSatellite(bead, "work");
  if (work === undefined) return NOTHING;
  const ended = work.attempts.filter(({ attempt }) => attempt < before);
  const earlier = work.earlier_usage === undefined ? [] : [sumsOf(work.earlier_usage)];
  return add([...earlier, ...ended.map(attempt => ({ ...sumsOf(attempt), attempts: 1 }))]);
}

/** A limit that covers a bead, with what was used of it at least. */
interface Limit {
  readonly name: string;
  readonly kind: LimitKind;
  readonly limit: number;
  readonly used: number;
  /** False once it was taken away or raised. */
  readonly stands: () => boolean;
}

/** Every limit that covers the work on a bead; `before` leaves out the attempts from that number on. */
function limitsOn(sim: Sim, bead: Bead, rig: string, before?: number): Limit[] {
  const found: Limit[] = [];
  const take = (name: string, holder: string, period: "total" | "day", used: Sums) => {
    const now = () => {
      const bead = sim.watcher.beads.get(holder);
      return (bead && readSatellite(bead, "budget")?.[period]) ?? NO_LIMITS;
    };
    const limits = now();
    for (const kind of LIMIT_KINDS) {
      const limit = limits[kind];
      if (limit === undefined) continue;
      found.push({ name, kind, limit, used: used[kind], stands: () => now()[kind] === limit });
    }
  };
  for (const holder of sim.watcher.budgeted()) {
    if (holder.id === bead.id) take(bead.id, holder.id, "total", recorded(bead, before));
    else if (holder.issue_type === "convoy") {
      const members = (holder.dependencies ?? []).filter(({ type }) => type === "tracks");
      const ids = members.map(edge => edge.depends_on_id);
      if (!ids.includes(bead.id)) continue;
      const used = ids.map(id => recorded(sim.watcher.beads.get(id), id === bead.id ? before : undefined));
      take(holder.id, holder.id, "total", add(used));
    } else if (holder.id === TOWN_BEAD || readSatellite(holder, "rig")?.name === rig) {
      const of = holder.id === TOWN_BEAD ? undefined : rig;
      take(of ?? "town", holder.id, "day", booked(sim, of, true));
      take(of ?? "town", holder.id, "total", booked(sim, of, false));
    }
  }
  return found;
}

/** What the book says of a rig, or of all: of this day, or of this and all before. */
function booked({ watcher, town }: Sim, rig: string | undefined, day: boolean): Sums {
  const today = new Date(town.host.clock.now()).toISOString().slice(0, 10);
  const books = watcher
    .ofType(["town"])
    .flatMap(bead => readSatellite(bead, "usage_day") ?? [])
    .filter(book => (day ? book.day === today : book.day <= today))
    .sort((a, b) => (a.day < b.day ? 1 : -1));
  const [book] = books;
  if (book === undefined) return NOTHING;
  const byRig = (record: Readonly<Record<string, Told>>) =>
    Object.entries(record).flatMap(([name, used]) =>
      rig === undefined || name === rig ? [sumsOf(used)] : [],
    );
  const own = Object.values(book.bookings).filter(booking => rig === undefined || booking.rig === rig);
  const before = day ? [] : byRig(book.before);
  return add([...before, ...byRig(book.folded), ...own.map(({ used }) => sumsOf(used))]);
}

/** Within a commit: no attempt begins on what is used up, and nothing is written down that was not used. */
export function checkSpending(sim: Sim, { id, before, after }: BeadChange): string[] {
  const work = after && readSatellite(after, "work");
  if (after === undefined || work === undefined || sim.foreign.has(id)) return [];
  const wrong: string[] = [];
  const old = before && readSatellite(before, "work");
  if (old !== undefined && work.attempt > old.attempt && after.status === "hooked") {
    const over = limitsOn(sim, after, work.rig, work.attempt).filter(({ used, limit }) => used >= limit);
    for (const { name, kind, limit, used, stands } of over) {
      const words = `${id} begins attempt ${work.attempt}, though ${name} has used ${used} of ${limit} ${kind}`;
      SUSPECTS.set(sim, [...(SUSPECTS.get(sim) ?? []), { words, stands }]);
    }
  }
  if (work.over_budget !== undefined && work.over_budget.at !== old?.over_budget?.at)
    wrong.push(...checkEnd(after, work.attempts.at(-1), old?.tries ?? 0, work.tries));
  for (const attempt of work.attempts) {
    const now = sumsOf(attempt);
    const same = old?.attempts.find(one => one.attempt === attempt.attempt);
    if (same !== undefined && sumsOf(same).tokens === now.tokens && sumsOf(same).usd === now.usd) continue;
    const really = add(runsOf(sim, id, attempt.attempt).map(usedBy));
    if (now.tokens > really.tokens || now.usd > really.usd + CENT)
      wrong.push(
        `${id}, attempt ${attempt.attempt}, is said to have used ${now.tokens} tokens and ${now.usd} USD, and used ${really.tokens} and ${really.usd}`,
      );
  }
  return wrong;
}

/** An attempt that its budget ends is no failure: the bead is open and slung, and the try is given back. */
function checkEnd(bead: Bead, last: Attempt | undefined, before: number, tries: number): string[] {
  const wrong: string[] = [];
  if (bead.status !== "open") wrong.push(`${bead.id} is over budget, and ${bead.status}`);
  if (tries > Math.max(0, before - 1))
    wrong.push(`${bead.id} was ended by its budget, and that counts as a try`);
  if (last?.outcome !== "stopped")
    wrong.push(`${bead.id} was ended by its budget, and is told to have ${last?.outcome}`);
  return wrong;
}

function runsOf(sim: Sim, bead: string, attempt: number): FakeRun[] {
  return sim.town.sandboxes.runs.filter(
    ({ spec: { job } }) => job.kind === "work" && job.bead.id === bead && job.attempt === attempt,
  );
}

/** Beginnings that are wrong unless the same turn has taken the limit away: stores are committed one after the other. */
const SUSPECTS = new WeakMap<Sim, { readonly words: string; readonly stands: () => boolean }[]>();

/** Since when runs go on that are over a budget, in time that passed. */
const OVER = new WeakMap<FakeRun, number>();
/** Milliseconds that runs were at it, those left out that they stood still, and up to when that is known. */
const AT_IT = new WeakMap<FakeRun, { ms: number; upTo: number }>();

/** Between steps: what runs on a budget that is used up is ended before long. */
export function checkRunning(sim: Sim): string[] {
  const { clock } = sim.town.host;
  const suspects = SUSPECTS.get(sim) ?? [];
  SUSPECTS.delete(sim);
  const begun = sim.down ? [] : suspects.filter(({ stands }) => stands()).map(({ words }) => words);
  const jumped = sim.plan.events.some(event => event.kind === "clock" && event.byMs < 0);
  const running = sim.town.sandboxes.live.flatMap(run => {
    const { job, agent } = run.spec;
    if (job.kind !== "work" || job.review === true) return [];
    const known = AT_IT.get(run) ?? { ms: 0, upTo: clock.passed };
    const ms = known.ms + (run.frozen ? 0 : clock.passed - known.upTo);
    AT_IT.set(run, { ms, upTo: clock.passed });
    const bead = sim.watcher.beads.get(job.bead.id);
    const work = bead && readSatellite(bead, "work");
    const underway = bead?.status === "in_progress" || bead?.status === "hooked";
    if (sim.down || bead === undefined || !underway || work?.attempt !== job.attempt) return [];
    const own = { ...usedBy(run), wall_s: jumped ? 0 : ms / 1_000 };
    const over = limitsOn(sim, bead, agent.rig, job.attempt).find(
      ({ kind, limit, used, name }) =>
        kind !== "attempts" && (name === bead.id ? used : 0) + own[kind] >= limit,
    );
    if (over === undefined) {
      OVER.delete(run);
      return [];
    }
    const since = OVER.get(run) ?? clock.passed;
    OVER.set(run, since);
    if (clock.passed - Math.max(since, sim.weather.calmFrom) <= MAX_OVER_MS) return [];
    return [`${run.spec.run_id} goes on, though ${over.name} has no ${over.kind} left of ${over.limit}`];
  });
  return [...begun, ...running];
}

/** At the end: what ended attempts used stands on their beads, and what they kept can be found. */
export function checkBooks(sim: Sim): string[] {
  const wrong: string[] = [];
  for (const bead of sim.watcher.beads.values()) {
    const work = readSatellite(bead, "work");
    if (work === undefined || sim.foreign.has(bead.id)) continue;
    for (const attempt of work.attempts) {
      const runs = runsOf(sim, bead.id, attempt.attempt);
      // A run that did not end when it was told to is not heard any more; its ref is in the repository all the same.
      const over = Date.parse(attempt.ended_at ?? "");
      // Nor is one whose agent has moved on: the next run of the attempt was waiting for its end.
      const followed = (run: FakeRun): boolean =>
        runs.some(
          next =>
            next.spec.generation > run.spec.generation &&
            next.startedAt - (run.endedAt ?? Number.POSITIVE_INFINITY) < NEXT_MS,
        );
      const heard = runs.filter(run => !((run.endedAt ?? 0) > over + PROMPT_MS) && !followed(run));
      const kept = heard.flatMap(({ log }) =>
        log.flatMap(event => (event.type === "snapshot" ? [event.ref] : [])),
      );
      if (kept.length > 0 && !kept.includes(attempt.wip ?? ""))
        wrong.push(
          `what attempt ${attempt.attempt} of ${bead.id} left is kept as ${kept.join()}, and nobody knows`,
        );
      if (attempt.outcome === "stopped") continue;
      const really = add(runs.map(usedBy));
      const now = sumsOf(attempt);
      if (now.tokens !== really.tokens || Math.abs(now.usd - really.usd) > CENT)
        wrong.push(
          `attempt ${attempt.attempt} of ${bead.id} used ${really.tokens} tokens, and is told to have used ${now.tokens}`,
        );
    }
  }
  return wrong;
}
