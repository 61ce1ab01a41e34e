/** A whole town on the in-memory host: real actors, a simulated clock, and sandboxes and a remote that play scripts. */

import type { FormulaFiles } from "../../actors/deps.ts";
import { type ActorDeps, createActors } from "../../actors/index.ts";
import type { ActorClass } from "../../actors/kernel/actor.ts";
import type { Port } from "../../actors/kernel/host.ts";
import { createMemoryHost, type MemoryHost, type Network } from "../../actors/kernel/testing/memory-host.ts";
import type { NotifyAnswer, NotifyMessage } from "../../actors/ports.ts";
import { fakePaths } from "../../actors/testing/fake-paths.ts";
import { type FakeRun, FakeSandboxes, type Script } from "../../actors/testing/fake-sandboxes.ts";
import { MemoryBeads } from "../../actors/testing/memory-beads.ts";
import type { Evidence } from "../../agent-sandbox/protocol/control.ts";
import type { NewSandboxEvent } from "../../agent-sandbox/protocol/events.ts";
import type { SandboxSpec } from "../../agent-sandbox/protocol/spec.ts";
import { Ledger } from "../../store/ledger.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import type {
  AgentView,
  BeadView,
  ConvoyView,
  FeedEvent,
  GateView,
  MergeRequestView,
  MoleculeView,
  RigView,
  TownView,
} from "../../store/schema/views.ts";
import { FakeForge } from "./fake-forge.ts";
import { FakeRemote } from "./fake-remote.ts";
import { scriptOf } from "./scripts.ts";

const TOWN = { kind: "town", name: "demo" };

export interface TestTownOptions {
  readonly seed?: number;
  readonly evictAlways?: boolean;
  /** Delivers each event of a sandbox twice. */
  readonly twice?: boolean;
  /** What runs do; the default is told by the bead's title, see `scripts.ts`. */
  readonly script?: (town: TestTown) => Script;
  /** Time until a run takes a nudge, in milliseconds. */
  readonly nudgeMs?: number;
  /** Formulas of the town's own: name -> TOML. */
  readonly formulas?: Readonly<Record<string, string>>;
  /** What live runs show to the patrol. */
  readonly evidence?: (run: FakeRun, now: number) => Evidence | undefined;
  /** What a run that is told to stop still tells before it ends. */
  readonly ending?: (run: FakeRun) => readonly NewSandboxEvent[];
  /** URLs that cannot be cloned, with the error. */
  readonly badUrls?: Readonly<Record<string, AppError>>;
  /** In [0, 1), for the ids of beads; the default is always the same. */
  readonly random?: () => number;
  /** What lies between the actors, in front of the host's ports, and between sandboxes and their containers. */
  readonly network?: Network;
  readonly port?: (kind: "sandbox" | "forge" | "repo" | "notify", port: Port) => Port;
  readonly tell?: (tell: Tell) => Tell;
  /** The actors that run instead of the real ones. */
  readonly actors?: (deps: ActorDeps) => readonly ActorClass[];
  /** Called for each run that begins, before it does, and for each that ended. */
  readonly began?: (run: FakeRun) => void;
  readonly ended?: (run: FakeRun) => void;
}

type Tell = (container: string, method: string, args: unknown) => Promise<unknown>;

/** Answers of the town's methods, as far as tests use them. */
interface Answers {
  view: TownView;
  rigs: RigView[];
  bead: BeadView;
  beads: Bead[];
  ready: Bead[];
  createBead: Bead;
  patchBead: Bead;
  closeBead: Bead;
  reopenBead: Bead;
  convoys: ConvoyView[];
  createConvoy: ConvoyView;
  planConvoy: ConvoyView;
  convoy: ConvoyView;
  startConvoy: ConvoyView;
  addToConvoy: ConvoyView;
  removeFromConvoy: ConvoyView;
  updateConvoy: ConvoyView;
  closeConvoy: ConvoyView;
  mergeRequests: MergeRequestView[];
  agents: AgentView[];
  agent: AgentView;
  feed: FeedEvent[];
  prime: string;
  molecule: MoleculeView;
  gates: GateView[];
}

export class TestTown {
  readonly hq: MemoryBeads;
  readonly rigs = new Map<string, MemoryBeads>();
  readonly ledger: Ledger;
  readonly remote: FakeRemote;
  readonly forge: FakeForge;
  sandboxes!: FakeSandboxes;
  host!: MemoryHost;
  readonly published: unknown[] = [];
  /** What people were told, and by which way. */
  readonly notified: { readonly route: string; readonly message: NotifyMessage }[] = [];
  /** How the ways out of the town answer. */
  notifyAnswer: (name: string, message: NotifyMessage) => NotifyAnswer = () => ({ outcome: "sent" });
  readonly #options: TestTownOptions;

  private constructor(options: TestTownOptions) {
    this.#options = options;
    const now = () => this.host.clock.now();
    this.hq = new MemoryBeads({ prefix: "hq", now, random: options.random ?? half });
    this.ledger = new Ledger(this.hq);
    this.remote = new FakeRemote(now);
    this.forge = new FakeForge(this.remote, branch => this.remote.heads.get(branch) ?? "");
  }

  static async start(options: TestTownOptions = {}): Promise<TestTown> {
    const town = new TestTown(options);
    const sandbox: Port = { call: (...args) => town.sandboxes.call(args[0], args[1], args[2]) };
    const { port = (_kind, itself) => itself, tell = itself => itself, actors = createActors } = options;
    town.host = await createMemoryHost({
      actors: actors({ paths: fakePaths, version: "0.0.0", formulas: formulaTexts(options.formulas ?? {}) }),
      ports: {
        sandbox: port("sandbox", sandbox),
        forge: port("forge", town.forge),
        repo: port("repo", town.#repo()),
        notify: port("notify", town.#notify()),
      },
      ...(options.network === undefined ? {} : { network: options.network }),
      beads: ref => (ref.kind === "town" ? town.ledger : undefined),
      seed: options.seed ?? 1,
      ...(options.evictAlways === undefined ? {} : { evictAlways: options.evictAlways }),
    });
    town.sandboxes = new FakeSandboxes({
      clock: town.host.clock,
      script: options.script?.(town) ?? (spec => scriptOf(town.remote, spec)),
      tell: tell((container, method, args) =>
        town.host.call({ kind: "container", name: container }, method, args),
      ),
      ...(options.began === undefined ? {} : { began: options.began }),
      ...(options.ended === undefined ? {} : { ended: options.ended }),
      evidence: run => options.evidence?.(run, town.host.clock.now()),
      ...(options.ending === undefined ? {} : { ending: options.ending }),
      ...(options.twice === undefined ? {} : { twice: options.twice }),
      ...(options.nudgeMs === undefined ? {} : { nudgeMs: options.nudgeMs }),
    });
    town.host.watch(TOWN, event => town.published.push(event));
    await town.call("wake", { by: "host" });
    return town;
  }

  /** Calls the town. */
  async call<M extends keyof Answers>(method: M, args?: object): Promise<Answers[M]>;
  async call(method: string, args?: object): Promise<unknown>;
  async call(method: string, args: object = {}): Promise<unknown> {
    return this.host.call(TOWN, method, { by: "ada", ...args });
  }

  /** Adds a rig and waits for it. */
  async addRig(
    name = "sample",
    prefix = "sa",
    settings: object = { driver: { kind: "script" } },
  ): Promise<RigView> {
    const git_url = `/remotes/${name}.git`;
    const answer = await this.host.call({ kind: "rig", name: `demo/${name}` }, "add", {
      by: "ada",
      git_url,
      prefix,
      settings,
    });
    // SAFETY: the answer of `add`.
    return answer as RigView;
  }

  /** Files beads with these titles in a rig; the title tells the fake agent what to do. */
  async file(titles: readonly string[], rig = "sample"): Promise<string[]> {
    const ids: string[] = [];
    for (const title of titles) {
      const bead = await this.call("createBead", { rig, title, description: "```sh\ntrue\n```" });
      ids.push(bead.id);
    }
    return ids;
  }

  /** Lets time pass until nothing more happens, `hours` at most. */
  async settle(hours = 12): Promise<void> {
    const until = this.host.clock.now() + hours * 3_600_000;
    await this.host.drain();
    while (
      this.host.clock.now() < until &&
      (this.host.system.nextAlarm !== null || this.sandboxes.live.length > 0)
    ) {
      const next = this.host.system.nextAlarm ?? this.host.clock.now() + 1_000;
      await this.host.advance(
        Math.min(until, Math.max(next, this.host.clock.now() + 10)) - this.host.clock.now(),
      );
    }
  }

  /** Kills the host and starts it again, as `kill -9` and `gt start` do. */
  async restart(): Promise<void> {
    this.sandboxes.hostDied();
    await this.host.restart();
    await this.call("wake", { by: "host" });
    await this.host.drain();
  }

  /** A bead, wherever it lies. */
  async get(id: string): Promise<Bead> {
    const bead = await this.ledger.get(id);
    if (bead === undefined) throw new Error(`no bead ${id}`);
    return bead;
  }

  /** Every bead of the town and its rigs. */
  all(): Bead[] {
    return [this.hq, ...this.rigs.values()].flatMap(store => store.all());
  }

  /** Commits of all bead stores. */
  get commits(): number {
    return [this.hq, ...this.rigs.values()].reduce((sum, store) => sum + store.commits.length, 0);
  }

  #notify(): Port {
    return {
      call: async (name, _method, args) => {
        // SAFETY: the one caller sends what `notifyPortMethods.send` says.
        const message = args as NotifyMessage;
        this.notified.push({ route: name.slice(name.lastIndexOf("/") + 1), message });
        return this.notifyAnswer(name, message);
      },
    };
  }

  #repo(): Port {
    return {
      call: async (rig, method, args) => {
        if (method === "retireBranch") return this.remote.retire(rig, args);
        if (method !== "clone") throw new AppError("method_not_allowed", method);
        // SAFETY: the one caller sends what `repoPortMethods.clone` says.
        const { git_url, prefix } = args as { git_url: string; prefix: string };
        const bad = this.#options.badUrls?.[git_url];
        if (bad !== undefined) throw bad;
        if (!this.rigs.has(rig)) {
          const store = new MemoryBeads({
            prefix,
            now: () => this.host.clock.now(),
            random: this.#options.random ?? half,
          });
          this.rigs.set(rig, store);
          this.ledger.add(store);
        }
        return { path: `/towns/demo/rigs/${rig}.git`, default_branch: "main", head: "0".repeat(40) };
      },
    };
  }
}

function half(): number {
  return 0.5;
}

/** Spec of a work job. */
export type WorkSpec = SandboxSpec & { readonly job: Extract<SandboxSpec["job"], { kind: "work" }> };

function formulaTexts(texts: Readonly<Record<string, string>>): FormulaFiles {
  return {
    names: () => Object.keys(texts),
    read: (_town, name) =>
      texts[name] === undefined
        ? undefined
        : { text: texts[name], source: `/towns/demo/formulas/${name}.formula.toml` },
  };
}
