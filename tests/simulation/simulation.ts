/**
 * One town through one plan. A step is one thing that comes due, or one event of the plan, with all that follows at once;
 * what must hold is checked within each commit and after each step. The same plan gives the same trace.
 */
import { type ActorDeps, createActors } from "../../actors/index.ts";
import type { ActorClass } from "../../actors/kernel/actor.ts";
import { type ActorRef, refKey } from "../../actors/kernel/host.ts";
import type { FakeRun, Step } from "../../actors/testing/fake-sandboxes.ts";
import { isWorkType } from "../../actors/town/kinds.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";
import { AppError } from "../../store/schema/errors.ts";
import { readSatellite } from "../../store/schema/satellite.ts";
import { TestTown } from "../town/test-town.ts";
import { workScript } from "./agents.ts";
import type { Asked } from "./asked.ts";
import { beginWork } from "./begin.ts";
import { checkChange } from "./changes.ts";
import { Dice } from "./dice.ts";
import { befall } from "./events.ts";
import { evidenceOf } from "./evidence.ts";
import { FORMULAS } from "./formulas.ts";
import { callAsAgent } from "./gateway.ts";
import { makeBead } from "./make-plan.ts";
import { mergeScript } from "./merges.ts";
import { People } from "./people.ts";
import type { PlannedBead, SimPlan, WorkWord } from "./plan.ts";
import { Points } from "./points.ts";
import { Remotes } from "./remotes.ts";
import { comeToRest } from "./rest.ts";
import { reviewScript } from "./reviewers.ts";
import { Runs, wordOf } from "./runs.ts";
import { say } from "./said.ts";
import type { Sim } from "./sim.ts";
import { checkSpending } from "./spending.ts";
import { checkStep } from "./step-checks.ts";
import type { Surroundings } from "./surroundings.ts";
import { Trace } from "./trace.ts";
import { type BeadChange, Watcher } from "./watcher.ts";
import { Weather } from "./weather.ts";
import { Wishes } from "./wishes.ts";
import { checkWords } from "./words.ts";

/** Steps after which a simulation is taken to run in circles. */
const MAX_STEPS = 40_000;
/** Lines of the trace that are kept for a report. */
const KEPT_LINES = 60;

export interface SimOptions {
  /** Called with each line of the trace. */
  readonly tell?: (line: string) => void;
  /** Stops before this step. */
  readonly untilStep?: number;
  /** Actors that run instead of the real ones: to plant a bug that must be found. */
  readonly actors?: (deps: ActorDeps) => readonly ActorClass[];
  /** Called once when the town is there, to plant other bugs. */
  readonly sabotage?: (simulation: Simulation) => void;
}

export interface Outcome {
  readonly seed: number;
  /** What is wrong, the first step at which something was; empty when all held. */
  readonly violations: readonly string[];
  readonly steps: number;
  readonly commits: number;
  readonly crashes: number;
  readonly merged: number;
  readonly hash: string;
  /** The latest lines of the trace. */
  readonly lines: readonly string[];
}

/** Thrown to end a simulation whose invariants are broken. */
class Broken extends Error {}

export class Simulation implements Sim {
  readonly plan: SimPlan;
  readonly trace: Trace;
  readonly dice: Dice;
  readonly wishes = new Wishes();
  readonly runs = new Runs();
  readonly foreign = new Set<string>();
  readonly watcher: Watcher;
  readonly people: People;
  readonly points: Points;
  readonly weather: Weather;
  readonly violations: string[] = [];
  /** Calls that were not answered yet. */
  pending = 0;
  crashes = 0;
  steps = 0;
  /** Times that something befell it. */
  meddled = 0;
  town!: TestTown;
  remotes!: Remotes;
  readonly #options: SimOptions;
  readonly #ways: PlannedBead[];
  /** How often each merge request was taken up, and each review of one. */
  readonly #times = new Map<string, number>();
  /** What the plan has each run do. */
  readonly #words = new Map<string, WorkWord>();
  #restartAt: number | undefined;
  #downMs = 0;
  #startedAt = 0;

  constructor(plan: SimPlan, options: SimOptions = {}) {
    this.plan = plan;
    this.#options = options;
    this.trace = new Trace(KEPT_LINES, options.tell);
    this.dice = new Dice(plan.seed, 1);
    this.#ways = [...plan.beads];
    this.watcher = new Watcher((changes, store) => this.#committed(changes, store.prefixes.join()));
    this.points = new Points(where => this.#died(where));
    this.weather = new Weather({
      dice: new Dice(plan.seed, 2),
      passed: () => this.town.host.clock.passed,
      after: (ms, callback) => void this.town.host.clock.after(ms, callback),
      say: line => this.say(line),
    });
    this.people = new People({
      watcher: this.watcher,
      wishes: this.wishes,
      rigs: plan.rigs,
      title: () => `work ${this.#newWay()}`,
    });
  }

  /** Runs it to its end, or to the first violation. */
  async run(): Promise<Outcome> {
    try {
      await this.#start();
      await this.#live();
      await comeToRest(this);
    } catch (error) {
      if (!(error instanceof Broken)) {
        this.violations.push(
          `the simulation failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
        );
      }
    }
    return {
      seed: this.plan.seed,
      violations: this.violations,
      steps: this.steps,
      commits: this.watcher.commits,
      crashes: this.crashes,
      merged: this.remotes.landed.length,
      hash: this.trace.hash,
      lines: this.trace.lines.slice(-KEPT_LINES),
    };
  }

  /** Adds a line to the trace. */
  say(line: string): void {
    this.trace.add(`    ${line}`);
  }

  /** Milliseconds since the beginning, as they passed. */
  get elapsed(): number {
    return this.town.host.clock.passed - this.#startedAt;
  }

  get down(): boolean {
    return this.points.dead;
  }

  /** Asks the town something; its answer is waited for as long as the town lives. */
  ask({ kind, name, method, args, check }: Asked): void {
    const to = kind === "town" ? { kind, name: "demo" } : { kind, name: `demo/${name}` };
    this.say(`${args.by} asks ${kind}.${method} ${JSON.stringify({ ...args, description: undefined })}`);
    this.pending += 1;
    const answered = (words: string, wrong: readonly string[]) => {
      this.pending -= 1;
      this.say(`${method}: ${words}`);
      this.violations.push(...wrong);
    };
    this.town.host.call(to, method, args).then(
      answer => answered("done", check(answer)),
      (error: unknown) => {
        const { code, message } = AppError.from(error);
        const broken = code === "internal" || code === "corrupt";
        answered(`${code}`, broken ? [`${method} failed: ${code}: ${message}`] : []);
      },
    );
  }

  /** Lets one thing that is due by then happen, and checks what must hold; false when nothing was. @throws {Broken} */
  async step(until: number): Promise<boolean> {
    const { host } = this.town;
    const wall = host.clock.now() + (until - host.clock.passed);
    const stepped = await host.step(wall);
    await this.checked(stepped ? "due" : "time");
    return stepped;
  }

  /** Ends a step. @throws {Broken} when something does not hold */
  async checked(what: string): Promise<void> {
    const { host } = this.town;
    await host.drain();
    for (const store of [this.town.hq, ...this.town.rigs.values()]) this.#watch(store);
    this.steps += 1;
    const now = new Date(host.clock.now()).toISOString();
    this.trace.add(`#${this.steps} ${now} +${(this.elapsed / 1000).toFixed(3)} s ${what}`);
    if (this.points.dead && this.#restartAt === undefined) this.#restartAt = host.clock.passed + this.#downMs;
    this.violations.push(...checkStep(this));
    if (this.steps >= MAX_STEPS) this.violations.push(`no end after ${MAX_STEPS} steps`);
    if (this.violations.length > 0 || this.steps >= (this.#options.untilStep ?? Number.POSITIVE_INFINITY)) {
      throw new Broken();
    }
  }

  /** Starts the host again when its time has come, or at once. */
  async revive(now = false): Promise<void> {
    if (!this.down || (!now && this.town.host.clock.passed < (this.#restartAt ?? 0))) return;
    this.#restartAt = undefined;
    this.points.dead = false;
    this.weather.stir(0);
    this.say("the host starts");
    await this.town.host.restart();
    if (!this.down)
      await this.town.host
        .call({ kind: "town", name: "demo" }, "wake", { by: "host" })
        .catch(() => undefined);
    await this.checked("restart");
  }

  /** When the host is to be started again, in time that passed. */
  get restartAt(): number | undefined {
    return this.#restartAt;
  }

  /** The host dies at one of the next moments, and stays away for a while. */
  armCrash(points: number, downMs: number): void {
    if (this.down) return;
    this.#downMs = downMs;
    this.points.arm(points);
  }

  /** Ids of all work. */
  work(): string[] {
    return [...this.watcher.beads.values()].filter(bead => isWorkType(bead.issue_type)).map(bead => bead.id);
  }

  async #start(): Promise<void> {
    const { plan, points, weather } = this;
    const chance = new Dice(plan.seed, 3);
    const { actors = createActors } = this.#options;
    this.town = await TestTown.start({
      seed: plan.seed,
      evictAlways: plan.evictAlways,
      twice: plan.twice,
      random: chance.random,
      actors,
      network: weather.network,
      port: (kind, port) => {
        const real = kind === "repo" ? this.#repo(port) : kind === "forge" ? weather.forge(port) : port;
        return points.port(weather.port(real));
      },
      formulas: FORMULAS,
      evidence: (run, now) => evidenceOf(run, this.#words.get(run.spec.run_id), now),
      ending: run => this.#ending(run),
      began: run => this.#began(run),
      ended: run => this.say(`${run.spec.run_id} has ended`),
      script: town => {
        this.remotes = new Remotes(town.remote);
        return spec => this.#script(spec);
      },
    });
    this.#startedAt = this.town.host.clock.passed;
    const { storage } = this.town.host;
    storage.fault = ref => {
      points.pass(`before the commit of ${refKey(ref)}`);
      return weather.disk();
    };
    storage.committed = ref => {
      this.say(`${refKey(ref)} commits`);
      points.pass(`after the commit of ${refKey(ref)}`);
    };
    for (const store of [this.town.hq, ...this.town.rigs.values()]) this.#watch(store);
    this.#options.sabotage?.(this);
    await beginWork(this);
  }

  /** Through all that the plan has. */
  async #live(): Promise<void> {
    const events = [...this.plan.events];
    for (;;) {
      await this.revive();
      const [next] = events;
      const nextAt = this.#startedAt + (next?.at ?? this.plan.quietAt);
      const until = Math.min(nextAt, this.restartAt ?? Number.POSITIVE_INFINITY);
      if (await this.step(until)) continue;
      if (this.restartAt !== undefined && this.restartAt <= this.town.host.clock.passed) continue;
      if (next === undefined) return;
      events.shift();
      this.meddled += 1;
      befall(this, next);
      await this.checked(next.kind === "person" ? next.act : next.kind);
    }
  }

  #watch(store: Parameters<Watcher["watch"]>[0]): void {
    if (store.afterCommit !== undefined) return;
    this.watcher.watch(store);
    const name = store.prefixes.join();
    store.beforeCommit = () => {
      this.points.pass(`before the commit of beads ${name}`);
      const error = this.weather.disk();
      if (error !== undefined) throw error;
    };
    store.afterCommit = () => this.points.pass(`after the commit of beads ${name}`);
  }

  #committed(changes: readonly BeadChange[], store: string): void {
    for (const change of changes) {
      const { id, before, after } = change;
      this.say(
        `${store}: ${id} ${before?.status ?? "-"} -> ${after?.status ?? "gone"}${after?.assignee ? ` (${after.assignee})` : ""}`,
      );
      const facts = {
        remotes: this.remotes,
        wishes: this.wishes,
        foreign: (bead: string) => this.foreign.has(bead),
        meddled: this.meddled,
        givenBack: (bead: string) => this.watcher.givenBack(bead),
        status: (bead: string) => this.watcher.beads.get(bead)?.status,
      };
      this.violations.push(
        ...checkChange(facts, change),
        ...checkSpending(this, change),
        ...checkWords(this, change),
      );
    }
  }

  #died(where: string): void {
    this.crashes += 1;
    this.say(`the host dies ${where}`);
    this.town.host.system.crash();
    this.town.sandboxes.hostDied();
  }

  #began(run: FakeRun): void {
    const { job } = run.spec;
    const what = job.kind === "merge" ? `${job.merge_request} (${job.bead.id})` : job.bead.id;
    this.say(`${run.spec.run_id} begins: ${job.kind} ${what}, ${job.attempt}`);
    this.violations.push(...this.runs.began(run));
  }

  #script(spec: SandboxSpec): readonly Step[] {
    const { job } = spec;
    const call = (to: ActorRef, method: string, args: object) => this.town.host.call(to, method, args);
    const world: Surroundings = {
      remotes: this.remotes,
      dice: this.dice,
      partitioned: () => this.weather.partitioned,
      others: () => this.work(),
      ask: (by, method, args) =>
        say(callAsAgent(call, { bead: job.bead.id, attempt: job.attempt }, by, method, args)),
    };
    if (job.kind === "work" && job.review === true) {
      const source = this.#sourceOf(job.bead.id);
      const tried = this.#tried(`review ${job.bead.id}`);
      return reviewScript(world, spec, job, wordOf(this.#way(source)?.reviews ?? [], tried, "approve"));
    }
    if (job.kind === "work") {
      const word = wordOf(this.#way(job.bead.title)?.work ?? [], job.attempt);
      this.#words.set(spec.run_id, word);
      return workScript(world, spec, job, word);
    }
    if (job.kind === "session") throw new Error("no mayor is simulated");
    return mergeScript(world, spec, job, ({ merge_request, bead }) => {
      return wordOf(this.#way(bead.title)?.merges ?? [], this.#tried(merge_request), "merged");
    });
  }

  /** How often this was taken up, this time included. */
  #tried(what: string): number {
    const times = (this.#times.get(what) ?? 0) + 1;
    this.#times.set(what, times);
    return times;
  }

  /** Title of the bead that a merge request is of. */
  #sourceOf(request: string): string {
    const bead = this.watcher.beads.get(request);
    const source = bead && readSatellite(bead, "merge_request")?.source;
    return this.watcher.beads.get(source ?? "")?.title ?? "";
  }

  /** A run that is told to end keeps what was not committed. */
  #ending(run: FakeRun): readonly NewSandboxEvent[] {
    if (run.spec.job.kind !== "work" || run.spec.job.review === true || this.dice.chance(0.5)) return [];
    const commit = this.remotes.commit();
    return [{ type: "snapshot", ref: `refs/gastown/wip/${run.spec.run_id}`, commit }];
  }

  #way(title: string): PlannedBead | undefined {
    return this.#ways[Number(/\d+$/.exec(title)?.[0] ?? Number.NaN)];
  }

  #repo(port: Parameters<Points["port"]>[0]): Parameters<Points["port"]>[0] {
    return {
      call: async (rig, method, args, meta) => {
        if (this.weather.partitioned) throw new AppError("remote_unreachable", "No route to host.");
        if (method === "retireBranch") {
          // SAFETY: the one caller sends what `repoPortMethods.retireBranch` says.
          this.remotes.retire(rig, (args as { branch: string }).branch);
        }
        return port.call(rig, method, args, meta);
      },
    };
  }

  #newWay(): number {
    this.#ways.push(makeBead(this.dice, this.plan.rigs.length, 0));
    return this.#ways.length - 1;
  }
}
