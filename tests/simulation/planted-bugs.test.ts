/** Bugs put in on purpose: the simulator finds each of them, so its invariants are not empty. */
import { describe, expect, test } from "bun:test";
import { type ActorDeps, createActors } from "../../actors/index.ts";
import type { ActorClass } from "../../actors/kernel/actor.ts";
import { TOWN_BEAD } from "../../actors/town/kinds.ts";
import { RULES } from "../../actors/town/reconcile/reconcile.ts";
import type { Rule, Rules } from "../../actors/town/reconcile/world.ts";
import type { BeadTx } from "../../store/api.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { Dice } from "./dice.ts";
import { makePlan } from "./make-plan.ts";
import { PERSON_ACTS, type PlannedEvent, type SimPlan, type WorkWord } from "./plan.ts";
import { type SimOptions, Simulation } from "./simulation.ts";

type Change = (plan: SimPlan) => SimPlan;

/** Towns that are tried until the bug shows. */
const SEEDS = 100;

/** What is wrong in the first of a few towns that is broken. */
async function found(options: SimOptions, change: Change = plan => plan): Promise<string> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violations } = await new Simulation(change(makePlan(seed)), options).run();
    if (violations.length > 0) return violations.join("\n");
  }
  return "nothing";
}

function withRules(rules: Rules): SimOptions {
  return { actors: deps => createActors(deps, rules) };
}

function without(name: string): SimOptions {
  return withRules(Object.fromEntries(Object.entries(RULES).filter(([rule]) => rule !== name)));
}

/** The real actors, with the arguments of one method changed before they are taken in; undefined drops the call. */
function withActor(kind: string, method: string, change: (args: never) => unknown): SimOptions {
  const changed = (actor: ActorClass): ActorClass => {
    if (actor.kind !== kind) return actor;
    const original: unknown = Reflect.get(actor.prototype as object, method);
    const Changed = class extends (actor as unknown as new (...args: unknown[]) => object) {};
    Object.defineProperty(Changed.prototype, method, {
      value(this: object, args: never) {
        const taken = change(args);
        return taken === undefined ? null : Reflect.apply(original as () => unknown, this, [taken]);
      },
    });
    return Changed as unknown as ActorClass;
  };
  return { actors: (deps: ActorDeps) => createActors(deps).map(changed) };
}

const calm: Change = plan => ({ ...plan, events: [] });

/** Nothing but these events, many of them, while there is work. */
function storm(make: (dice: Dice) => PlannedEvent): Change {
  return plan => {
    const dice = new Dice(plan.seed, 9);
    const events = Array.from({ length: 25 }, () => make(dice)).sort((a, b) => a.at - b.at);
    return { ...plan, events, evictAlways: false };
  };
}

const crashes = storm(dice => ({
  kind: "crash",
  at: dice.int(0, 300_000),
  points: dice.int(1, 40),
  downMs: 0,
}));
const people = storm(dice => ({
  kind: "person",
  at: dice.int(0, 300_000),
  act: dice.weighted(PERSON_ACTS),
  draws: [dice.random(), dice.random(), dice.random()],
}));

/** People who meddle with long work. */
const busyPeople: Change = plan => {
  const { events } = people(plan);
  return { ...always("slow")(plan), events };
};

/** All agents do this, again and again. */
function always(word: WorkWord): Change {
  return plan => ({
    ...plan,
    events: [],
    beads: plan.beads.map(bead => ({ ...bead, work: Array.from({ length: 500 }, () => word) })),
  });
}

describe("a rule that is missing is noticed", () => {
  const CASES: readonly [rule: string, where: Change, words: RegExp][] = [
    ["leases", crashes, /for ever/],
    ["reviews", people, /is taken up, and|for ever/],
    ["strays", busyPeople, /goes on with/],
    ["merge-queue", calm, /for ever/],
    ["dispatch", calm, /for ever/],
  ];
  test.each(CASES)(
    "%s",
    async (rule, where, words) => expect(await found(without(rule), where)).toMatch(words),
    120_000,
  );
});

/** Agents that spend, in a town that may not spend much. */
const dear: Change = plan => ({
  ...always("spends")(plan),
  budgets: [{ of: "town", patch: { total: { usd: 0.02 } } }],
  quietAt: 3_600_000,
});

describe("a budget that does not hold is noticed", () => {
  test("nobody is stopped when it is used up", async () => {
    const long: Change = plan => ({
      ...always("silent")(plan),
      budgets: [{ of: "town", patch: { total: { wall_s: 150 } } }],
      quietAt: 3_600_000,
    });
    expect(await found(without("budgets"), long)).toMatch(/goes on, though town has no wall_s left/);
  }, 120_000);

  test("work is begun on it after its end", async () => {
    const forgetful: SimOptions = {
      sabotage: ({ town }) => {
        const { ledger } = town;
        const commit = ledger.commit.bind(ledger);
        ledger.commit = async tx => {
          const settings = tx.get(TOWN_BEAD);
          const record = settings && readSatellite(settings, "town");
          if (record?.budgeted !== undefined)
            tx.update(TOWN_BEAD, { metadata: { town: { ...record, budgeted: [] } } });
          return commit(tx);
        };
      },
    };
    expect(await found(forgetful, dear)).toMatch(/begins attempt \d+, though town has used/);
  }, 120_000);

  test("usage is written down twice", async () => {
    const double = withActor("town", "agentEvent", (args: { usage?: { input_tokens: number } }) =>
      args.usage === undefined
        ? args
        : { ...args, usage: { ...args.usage, input_tokens: args.usage.input_tokens * 2 } },
    );
    expect(await found(double, dear)).toMatch(/is said to have used/);
  }, 120_000);

  test("usage is not written down", async () => {
    const frugal = withActor(
      "town",
      "agentEvent",
      (args: { usage?: object; event?: { usage?: object } }) => ({
        ...args,
        ...(args.usage === undefined ? {} : { usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 } }),
        ...(args.event?.usage === undefined
          ? {}
          : { event: { ...args.event, usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 } } }),
      }),
    );
    expect(await found(frugal, plan => ({ ...always("spends")(plan), budgets: [] }))).toMatch(
      /tokens, and is told to have used 0/,
    );
  }, 120_000);

  test("what its end left uncommitted is forgotten", async () => {
    const careless = withActor("town", "agentEvent", (args: { event?: { type: string; wip?: string } }) => {
      if (args.event?.type === "snapshot") return undefined;
      const { wip: _lost, ...event } = args.event ?? {};
      return args.event === undefined ? args : { ...args, event };
    });
    expect(await found(careless, dear)).toMatch(/is kept as .*, and nobody knows/);
  }, 120_000);
});

describe("words that are lost are noticed", () => {
  /** A town whose every commit also does this to messages that nobody has acknowledged. */
  const careless = (deed: (tx: BeadTx, id: string) => void): SimOptions => ({
    sabotage: ({ town }) => {
      const { ledger } = town;
      const commit = ledger.commit.bind(ledger);
      ledger.commit = async tx => {
        for (const { id } of tx.query({ type: ["message"], status: ["open"] })) deed(tx, id);
        return commit(tx);
      };
    },
  });
  const mails: Change = plan => ({
    ...plan,
    events: [{ kind: "person", at: 20_000, act: "queueMail", draws: [0, 0, 0] }],
  });

  test("a task is dropped before its time", async () => {
    const impatient = careless((tx, id) => tx.close(id, "enough of it"));
    expect(await found(impatient, mails)).toMatch(/is dropped before its time/);
  }, 120_000);

  test("a message goes to nobody, and its sender is told that it is there", async () => {
    const deaf = careless((tx, id) => tx.delete(id, "nobody needs it"));
    expect(await found(deaf, mails)).toMatch(/nobody asked for it|was acknowledged and is not there/);
  }, 120_000);
});

describe("a bug is noticed", () => {
  test("the fencing check is forgotten: whoever speaks last is believed", async () => {
    const latest = new Map<string, number>();
    type Args = { job: string; attempt: number; event?: { type: string } };
    const fenceless = withActor("town", "agentEvent", (args: Args) => {
      const attempt = Math.max(latest.get(args.job) ?? 0, args.attempt);
      latest.set(args.job, attempt);
      if (args.event?.type !== "submitted") return args;
      return { ...args, attempt, event: { ...args.event, attempt } };
    });
    const zombies = storm(dice => ({
      kind: "zombie",
      at: dice.int(0, 600_000),
      draws: [dice.random(), dice.random(), 0.9],
    }));
    expect(await found(fenceless, zombies)).toMatch(
      /which nobody pushed|its commits are of|the town says it was not/,
    );
  }, 120_000);

  test("a process that lives is taken for ended, and another one is started beside it", async () => {
    const hasty = withActor(
      "container",
      "sandboxEvent",
      (args: { event: { type: string; seq: number; at: string } }) => {
        const { type, seq, at } = args.event;
        if (type !== "note") return args;
        const event = {
          type: "exited",
          seq,
          at,
          ok: false,
          code: 1,
          signal: null,
          reason: "surely",
          tail: "",
        };
        return { ...args, event };
      },
    );
    expect(await found(hasty, calm)).toMatch(/begins while/);
  }, 120_000);

  test("a merge request is given up without a word", async () => {
    const mute: Rule = world =>
      world.leased
        .filter(({ bead, work }) => bead.status === "in_review" && work.merge_request !== undefined)
        .map(({ work }) => ({
          reason: "surely it will be merged",
          action: { type: "withdraw", merge_request: work.merge_request ?? "", reason: "" },
        }));
    expect(await found(withRules({ ...RULES, mute }), calm)).toMatch(/rejected without a reason|in review/);
  }, 120_000);

  test("merged is said of what is not in the target", async () => {
    const liar = withActor(
      "town",
      "agentEvent",
      (args: { event?: { type: string; result?: { kind: string } } }) => {
        if (args.event?.type !== "merge_result" || args.event.result?.kind === "merged") return args;
        return {
          ...args,
          event: { ...args.event, result: { kind: "merged", commit: "1".repeat(40), already: false } },
        };
      },
    );
    expect(await found(liar, calm)).toMatch(/is not in the target/);
  }, 120_000);

  test("a bead is closed before it is merged", async () => {
    const eager: SimOptions = {
      sabotage: ({ town }) => {
        const { ledger } = town;
        const commit = ledger.commit.bind(ledger);
        ledger.commit = async tx => {
          for (const { id } of tx.query({ status: ["in_review"] })) tx.close(id, "Merged in no time");
          return commit(tx);
        };
      },
    };
    expect(await found(eager, calm)).toMatch(/is closed as merged, and is not/);
  }, 120_000);

  test("a message is dropped, and its sender told that it arrived", async () => {
    const lossy = withActor("town", "agentEvent", (args: { event?: { type: string } }) =>
      args.event?.type === "submitted" ? undefined : args,
    );
    expect(await found(lossy, calm)).toMatch(/the town says it was not/);
  }, 120_000);

  test("an acknowledged change is forgotten", async () => {
    const forgetful: SimOptions = {
      sabotage: ({ town }) => {
        const { hq } = town;
        const commit = hq.commit.bind(hq);
        let commits = 0;
        hq.commit = async tx => {
          commits += 1;
          return commits % 5 === 0 ? { commits: {}, events: [] } : commit(tx);
        };
      },
    };
    expect(await found(forgetful)).not.toBe("nothing");
  }, 120_000);

  test("a comment is acknowledged and lost", async () => {
    const mute = withActor("town", "comment", () => undefined);
    const remark: Change = plan => ({
      ...plan,
      events: [{ kind: "person", at: 1_000, act: "comment", draws: [0, 0, 0] }],
    });
    expect(await found(mute, remark)).toMatch(/was acknowledged and is not there/);
  }, 120_000);

  test("an idle town that keeps busy", async () => {
    const restless: Rule = world => [
      { reason: "one never knows", action: { type: "wake_at", at: world.now + 3_600_000 } },
    ];
    expect(await found(withRules({ ...RULES, restless }), calm)).toMatch(/no rest|idle/);
  }, 120_000);

  test("attempts without end", async () => {
    const again = withActor("town", "agentEvent", (args: { event?: { type: string; outcome?: string } }) =>
      args.event?.type === "released" ? { ...args, event: { ...args.event, outcome: "stopped" } } : args,
    );
    expect(await found(again, always("crash"))).toMatch(/is at attempt/);
  }, 120_000);

  test("figures that are not those of the beads", async () => {
    const wrong: SimOptions = {
      sabotage: ({ town }) => {
        town.ledger.counts = async () => ({ closed: 77 });
      },
    };
    expect(await found(wrong, calm)).toMatch(/shown are/);
  }, 120_000);
});
