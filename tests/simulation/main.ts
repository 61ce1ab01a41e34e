/** `npm run sim`: towns in simulated time, many of them, or one step by step. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { PlanSize } from "./make-plan.ts";
import { runMany } from "./many.ts";
import { planWithout, shrink } from "./shrink.ts";
import { type Outcome, Simulation } from "./simulation.ts";

const HELP = `Runs whole towns in simulated time and checks that nothing is lost, doubled or forgotten.

  npm run sim -- --seeds 1000            a thousand towns; exits with 1 when one breaks an invariant
  npm run sim -- --seed 17 --trace       one town, step by step
  npm run sim -- --seed 17 --shrink      the least that has to befall it to fail

  --seeds N      how many towns (default 100)
  --from N       the first seed (default 1)
  --jobs N       how many at once (default: one for each core)
  --json         one JSON object at the end
  --small        small towns and short days, as CI runs them: a third of the time
  --seed N       one town
  --trace        prints every step: the time, who did what, and which beads changed
  --until STEP   stops after this step
  --without LIST events of the plan that are left out, by number, as --shrink prints them
  --plan         prints the plan of the seed, and runs nothing
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism()) },
    json: { type: "boolean", default: false },
    small: { type: "boolean", default: false },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
    plan: { type: "boolean", default: false },
    until: { type: "string" },
    without: { type: "string", default: "" },
    share: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const size: PlanSize = values.small ? "small" : "full";
const how = values.small ? "--small " : "";

/** @returns the number; ends the process with 2 when it is none */
function number(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  console.error(`--${name} wants a whole number, not "${text}".`);
  process.exit(2);
}

function report({ seed, violations, steps, lines }: Outcome): void {
  console.log(`seed ${seed} breaks at step ${steps}:`);
  for (const violation of violations) console.log(`  ${violation}`);
  console.log("the last of it:");
  for (const line of lines.slice(-20)) console.log(`  ${line}`);
  console.log(`again: npm run sim -- ${how}--seed ${seed} --trace`);
  console.log(`the least of it: npm run sim -- ${how}--seed ${seed} --shrink`);
}

/** One seed for a person who looks at it. */
async function one(seed: number): Promise<number> {
  const without = values.without === "" ? [] : values.without.split(",").map(text => number("without", text));
  const plan = planWithout(seed, without, size);
  if (values.plan) {
    console.log(JSON.stringify(plan, null, 2));
    return 0;
  }
  const outcome = await new Simulation(plan, {
    ...(values.trace ? { tell: line => console.log(line) } : {}),
    ...(values.until === undefined ? {} : { untilStep: number("until", values.until) }),
  }).run();
  if (values.json) console.log(JSON.stringify(outcome));
  if (outcome.violations.length === 0) {
    if (!values.json) {
      console.log(
        `seed ${seed}: all holds after ${outcome.steps} steps, ${outcome.commits} commits, ${outcome.crashes} crashes, ${outcome.merged} merges (trace ${outcome.hash})`,
      );
    }
    return 0;
  }
  if (!values.json) report(outcome);
  if (values.shrink) {
    const least = await shrink(seed, outcome, size);
    const { events } = planWithout(seed, least.without, size);
    console.log(`\nit still breaks with ${events.length} events of ${plan.events.length}:`);
    for (const event of events) console.log(`  ${JSON.stringify(event)}`);
    for (const violation of least.outcome.violations) console.log(`  ${violation}`);
    console.log(`again: npm run sim -- ${how}--seed ${seed} --without "${least.without.join(",")}" --trace`);
  }
  return 1;
}

/** Every n-th seed, in a process of its own: one outcome a line. */
async function share(from: number, seeds: number, [part = 0, of = 1]: readonly number[]): Promise<number> {
  for (let seed = from + part; seed < from + seeds; seed += of) {
    const outcome = await new Simulation(planWithout(seed, [], size)).run();
    console.log(JSON.stringify(outcome));
  }
  return 0;
}

/** Many seeds, with a line now and then. */
async function many(from: number, seeds: number, jobs: number): Promise<number> {
  const began = performance.now();
  const failed: Outcome[] = [];
  const sum = { towns: 0, steps: 0, commits: 0, crashes: 0, merged: 0 };
  let told = began;
  const seconds = () => (performance.now() - began) / 1_000;
  await runMany({
    from,
    seeds,
    jobs,
    size,
    heard: outcome => {
      sum.towns += 1;
      for (const key of ["steps", "commits", "crashes", "merged"] as const) sum[key] += outcome[key];
      if (outcome.violations.length > 0) {
        failed.push(outcome);
        if (!values.json) report(outcome);
      }
      if (values.json || performance.now() - told < 2_000) return;
      told = performance.now();
      console.log(`${sum.towns} of ${seeds} towns, ${failed.length} broken, ${seconds().toFixed(0)} s`);
    },
  });
  if (values.json) {
    const broken = failed.map(({ seed, violations, steps }) => ({ seed, violations, steps }));
    console.log(JSON.stringify({ from, ...sum, seconds: Math.round(seconds()), broken }));
  } else {
    const seedsFailed = failed.map(({ seed }) => seed).sort((a, b) => a - b);
    console.log(
      `${sum.towns} towns from seed ${from}: ${sum.steps} steps, ${sum.commits} commits, ${sum.crashes} crashes, ${sum.merged} merges, ${seconds().toFixed(0)} s`,
    );
    console.log(failed.length === 0 ? "all invariants hold" : `broken: seeds ${seedsFailed.join(", ")}`);
  }
  return failed.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.seed !== undefined) return one(number("seed", values.seed));
  const from = number("from", values.from);
  const seeds = number("seeds", values.seeds);
  if (values.share !== undefined) return share(from, seeds, values.share.split("/").map(Number));
  return many(from, seeds, Math.max(1, number("jobs", values.jobs)));
}

process.exit(await main());
