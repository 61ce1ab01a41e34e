/** The order of merges, and that nothing waits for ever in it. */
import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../kernel/testing/seeded-random.ts";
import { type Candidate, inOrder, scoreOf } from "./score.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

function candidate(id: string, createdAt: number, priority = 2, retries = 0): Candidate {
  return { bead: { id, priority, created_at: new Date(createdAt).toISOString() }, request: { retries } };
}

describe("score", () => {
  const now = 100 * HOUR;
  const context = { now, maxWaitMs: 200 * HOUR };

  test("says what it is made of, and the parts are the total", () => {
    const { total, reasons } = scoreOf(candidate("a", now - 3 * HOUR, 1, 2), {
      ...context,
      convoySince: now - 20 * HOUR,
    });
    expect(total).toBe(1_000 + 300 + 30 + 200 - 100);
    expect(reasons).toEqual([
      "+300 priority 1",
      "+30 3 h in the queue",
      "+200 convoy of 20 h",
      "-100 2 retries",
    ]);
  });

  test("the work of an old convoy goes before the same work without one", () => {
    const [first] = inOrder([candidate("a", now), candidate("b", now)], ({ bead }) => ({
      ...context,
      ...(bead.id === "b" ? { convoySince: now - HOUR } : {}),
    }));
    expect(first?.bead.id).toBe("b");
  });

  test("retries cost no more than 300", () => {
    const with10 = scoreOf(candidate("a", now, 2, 10), context).total;
    expect(with10).toBe(scoreOf(candidate("a", now, 2, 6), context).total);
  });
});

describe("6.2-12: newest-first starvation of 44 to 49 hours", () => {
  test("what waited for longer than allowed goes first, the longest waiting before the others, whatever the score", () => {
    const now = 100 * HOUR;
    const order = inOrder(
      [
        candidate("urgent", now, 0),
        candidate("late", now - 5 * HOUR, 4, 10),
        candidate("later", now - 4 * HOUR, 0),
      ],
      () => ({ now, maxWaitMs: 4 * HOUR }),
    );
    expect(order.map(({ bead }) => bead.id)).toEqual(["late", "later", "urgent"]);
    expect(order[0]?.score.reasons.at(-1)).toBe("goes first: waits for more than 4 h");
  });

  test("in random queues, under any load, nothing waits longer than the bound and those that were overdue before it", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seededRandom(seed);
      const maxWaitMs = (30 + Math.floor(random() * 300)) * MINUTE;
      const mergeMs = (1 + Math.floor(random() * 10)) * MINUTE;
      let waiting: Candidate[] = [];
      let worst = 0;
      let peak = 0;
      let made = 0;
      for (let at = 0; at < 6 * 24 * HOUR; at += mergeMs) {
        // More urgent work than can be merged keeps coming for the first half.
        const arrivals = at < 3 * 24 * HOUR ? Math.floor(random() * 3) : 0;
        for (let i = 0; i < arrivals; i += 1) {
          made += 1;
          const priority = random() < 0.9 ? 0 : 4;
          waiting.push(candidate(`m-${made}`, at, priority, Math.floor(random() * 8)));
        }
        const ordered = inOrder(waiting, () => ({ now: at, maxWaitMs }));
        peak = Math.max(peak, ordered.filter(({ score }) => score.overdue).length);
        const [first] = ordered;
        if (first === undefined) continue;
        const wait = at - Date.parse(first.bead.created_at);
        // Nobody who came later goes before somebody who is overdue.
        const overdue = ordered.filter(({ score }) => score.overdue);
        const oldest = Math.min(...overdue.map(({ bead }) => Date.parse(bead.created_at)));
        if (overdue.length > 0) expect(Date.parse(first.bead.created_at)).toBe(oldest);
        worst = Math.max(worst, wait);
        waiting = waiting.filter(({ bead }) => bead.id !== first.bead.id);
      }
      expect(worst).toBeLessThanOrEqual(maxWaitMs + (peak + 1) * mergeMs);
    }
  }, 120_000);

  test("the same set is always in the same order", () => {
    const random = seededRandom(7);
    const items = Array.from({ length: 40 }, (_, i) =>
      candidate(
        `m-${i}`,
        Math.floor(random() * 10) * HOUR,
        Math.floor(random() * 5),
        Math.floor(random() * 3),
      ),
    );
    const context = () => ({ now: 12 * HOUR, maxWaitMs: 6 * HOUR });
    const ids = inOrder(items, context).map(({ bead }) => bead.id);
    const shuffled = [...items].sort(() => random() - 0.5);
    expect(inOrder(shuffled, context).map(({ bead }) => bead.id)).toEqual(ids);
  });
});
