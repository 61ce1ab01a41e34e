/** Arithmetic of usage. Pure. */
import type { LimitKind, Usage } from "../../../store/schema/budget.ts";
import type { Attempt, Work } from "../../../store/schema/satellite.ts";

export const NO_USAGE: Usage = { input_tokens: 0, output_tokens: 0, usd: 0, wall_s: 0, attempts: 0 };

const KEYS = ["input_tokens", "output_tokens", "usd", "wall_s", "attempts"] as const;

function each(make: (key: (typeof KEYS)[number]) => number): Usage {
  return {
    input_tokens: make("input_tokens"),
    output_tokens: make("output_tokens"),
    usd: make("usd"),
    wall_s: make("wall_s"),
    attempts: make("attempts"),
  };
}

export function sum(all: Iterable<Usage>): Usage {
  let total = NO_USAGE;
  for (const one of all) total = each(key => total[key] + one[key]);
  return total;
}

/** What `now` has more than `before`; never less than nothing. */
export function more(now: Usage, before: Usage): Usage {
  return each(key => Math.max(0, now[key] - before[key]));
}

/** The larger of each figure: the same report twice, or an older one after a newer one, adds nothing. */
export function most(a: Usage, b: Usage): Usage {
  return each(key => Math.max(a[key], b[key]));
}

/** What counts against a limit of this kind. */
export function amount(usage: Usage, kind: LimitKind): number {
  return kind === "tokens" ? usage.input_tokens + usage.output_tokens : usage[kind];
}

/** What an attempt used, as its bead remembers it. */
export function ofAttempt(attempt: Attempt): Usage {
  return {
    input_tokens: attempt.input_tokens ?? 0,
    output_tokens: attempt.output_tokens ?? 0,
    usd: attempt.cost_usd ?? 0,
    wall_s: attempt.wall_s ?? 0,
    attempts: 1,
  };
}

/** What all attempts on a bead used; `live` replaces the record of the one under way. */
export function ofWork(work: Work, live: Usage | undefined): Usage {
  const ended = work.attempts.map(attempt =>
    live !== undefined && attempt.attempt === work.attempt
      ? most(ofAttempt(attempt), live)
      : ofAttempt(attempt),
  );
  return sum([...(work.earlier_usage === undefined ? [] : [work.earlier_usage]), ...ended]);
}
