/** What simulated agents do: the words of a plan as scripts. */
import type { Step } from "../../actors/testing/fake-sandboxes.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { SandboxSpec, WorkJob } from "../../agent-sandbox/protocol/spec.ts";
import { AppError } from "../../store/schema/errors.ts";
import { walk } from "./formulas.ts";
import type { WorkWord } from "./plan.ts";
import { exited, STARTED, type Surroundings } from "./surroundings.ts";

const MINUTE = 60_000;
/** Pushes of one `done`, while the remote is away. */
const PUSH_TRIES = 4;

const WORKING: NewSandboxEvent = { type: "activity", activity: "working" };

function at(after: number, event: NewSandboxEvent): Step {
  return { after, event };
}

/** @throws {AppError} when the sandbox cannot be started */
export function workScript(world: Surroundings, spec: SandboxSpec, job: WorkJob, word: WorkWord): Step[] {
  const { dice } = world;
  if (word === "refused") throw new AppError("storage_io", "The folder of the run cannot be made.");
  if (word === "missing")
    return [at(20, exited(false, "no such program", { error_code: "command_not_found" }))];
  const begin = [at(20, STARTED), at(5, WORKING), at(5, { type: "note", text: `on it: ${job.bead.title}` })];
  const time = dice.int(1_000, 2 * MINUTE);
  switch (word) {
    case "submit":
      return [...begin, done(world, spec, job, time)];
    case "skips":
      return [...begin, { after: time, next: () => submission(world, spec, job, {}) }];
    case "spends":
      return [...begin, ...spending(), done(world, spec, job, 10)];
    case "asks":
      return [...begin, ...asking(world, spec, time), done(world, spec, job, 20 * MINUTE)];
    case "slow":
      return [...begin, done(world, spec, job, dice.int(3 * MINUTE, 30 * MINUTE))];
    case "crash":
      return [...begin, at(time, exited(false, "exit code 1"))];
    case "die":
      return [...begin, { after: time, die: true }];
    case "forget":
      return [...begin, at(time, exited(true, "the agent ended"))];
    case "lie":
      return [
        ...begin,
        at(time, { type: "note", text: "all done and merged" }),
        at(10, exited(true, "submitted")),
      ];
    case "empty":
      return [...begin, { after: time, next: () => submission(world, spec, job, { commits: 0 }) }];
    case "stranger":
      return [...begin, { after: time, next: () => stranger(world, spec, job) }];
    case "twice":
      return [
        ...begin,
        at(time, { type: "usage", input_tokens: 7, output_tokens: 1, cost_usd: 0.001 }),
        {
          after: 1,
          next: () => [...submission(world, spec, job, { stays: true }), done(world, spec, job, 200)],
        },
      ];
    case "late":
      return [
        ...begin,
        {
          after: time,
          next: () => [...submission(world, spec, job, { stays: true }), done(world, spec, job, 5 * MINUTE)],
        },
      ];
    case "silent":
      return [...begin, at(dice.int(20, 60) * MINUTE, exited(false, "it gave up"))];
    case "loop":
      return [...begin, ...looping(), at(MINUTE, exited(false, "it went in circles"))];
    case "limited":
      return [
        ...begin,
        at(time, { type: "activity", activity: "rate_limited", detail: "5-hour limit reached" }),
        at(20 * MINUTE, WORKING),
        done(world, spec, job, MINUTE),
      ];
    case "waits":
      return [
        ...begin,
        at(time, { type: "activity", activity: "waiting_for_person", detail: "May I?" }),
        at(15 * MINUTE, WORKING),
        done(world, spec, job, MINUTE),
      ];
    case "greedy":
      return [
        ...begin,
        at(time, { type: "usage", input_tokens: 900_000_000, output_tokens: 900_000_000, cost_usd: 50_000 }),
        done(world, spec, job, 10),
      ];
    case "chatty":
      return [
        ...begin,
        ...Array.from({ length: 30 }, (_, i) => at(500, { type: "note" as const, text: `thought ${i}` })),
        done(world, spec, job, 10),
      ];
    case "leftover":
      return [
        ...begin,
        at(time, {
          type: "snapshot",
          ref: `refs/gastown/wip/${spec.run_id}`,
          commit: world.remotes.commit(),
        }),
        at(5, exited(false, "exit code 3")),
      ];
    default:
      return word satisfies never;
  }
}

/** `done`: the steps of its formula that are left, then the push. */
function done(world: Surroundings, spec: SandboxSpec, job: WorkJob, after: number): Step {
  const pushing = push(world, spec, job, 0);
  return { after, next: () => (job.formula === undefined ? [pushing] : walk(world, spec, [pushing])) };
}

/** The push, as often as it is tried, and what comes of it. */
function push(world: Surroundings, spec: SandboxSpec, job: WorkJob, after: number, tries = 1): Step {
  return {
    after,
    next: () => {
      if (!world.partitioned()) {
        const usage: NewSandboxEvent = {
          type: "usage",
          input_tokens: 100,
          output_tokens: 10,
          cost_usd: 0.01,
        };
        return [at(1, usage), ...submission(world, spec, job, {})];
      }
      if (tries >= PUSH_TRIES) return [at(10, exited(false, "the push failed: remote_unreachable"))];
      return [push(world, spec, job, MINUTE, tries + 1)];
    },
  };
}

function submission(
  world: Surroundings,
  spec: SandboxSpec,
  job: WorkJob,
  { commits = 1, stays = false }: { readonly commits?: number; readonly stays?: boolean },
): Step[] {
  const head = world.remotes.commit();
  const { name, rig } = spec.agent;
  const { branch, attempt } = job;
  const bead = job.bead.id;
  const pushed = { head, rig, branch, bead, attempt, agent: `${rig}/${name}`, told: false };
  if (commits > 0) world.remotes.push(pushed);
  const event: NewSandboxEvent = {
    type: "submitted",
    bead,
    attempt,
    branch,
    head,
    base: "0".repeat(40),
    commits,
  };
  const told: Step = {
    after: 0,
    act: () => {
      pushed.told = true;
    },
  };
  return [at(1, event), told, ...(stays ? [] : [at(100, exited(true, "submitted"))])];
}

/** Claims the work of another, under another number, and then ends. */
function stranger(world: Surroundings, spec: SandboxSpec, job: WorkJob): Step[] {
  const others = world.others();
  const bead = others[Math.floor(world.dice.random() * others.length)] ?? job.bead.id;
  const event: NewSandboxEvent = {
    type: "submitted",
    bead,
    attempt: job.attempt + (bead === job.bead.id ? 1 : world.dice.int(0, 1)),
    branch: `polecat/${spec.agent.name}/${bead}`,
    head: "f".repeat(40),
    base: "0".repeat(40),
    commits: 3,
  };
  return [at(1, event), at(50, exited(true, "submitted"))];
}

/** The same step again and again, with the same result. */
function looping(): Step[] {
  return Array.from({ length: 20 }, () => at(30_000, { type: "note", text: "bash: bun test -> 1 fail" }));
}

/** Totals that grow, as an agent's own program tells them. */
function spending(): Step[] {
  return Array.from({ length: 12 }, (_, i) =>
    at(30_000, {
      type: "usage" as const,
      scope: "total" as const,
      input_tokens: 40 * (i + 1),
      output_tokens: 10 * (i + 1),
      cost_usd: 0.005 * (i + 1),
    }),
  );
}

/** A question to people, with or without going on meanwhile. */
function asking(world: Surroundings, spec: SandboxSpec, after: number): Step[] {
  const by = `${spec.agent.rig}/${spec.agent.name}`;
  const wait = world.dice.chance(0.5);
  return [
    {
      after,
      act: () => void world.ask(by, "ask", { question: "May I delete the old parser?", wait }),
    },
  ];
}
