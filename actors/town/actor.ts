/**
 * The control plane of one town: the single writer of its beads. Methods say what, the folders beside say how.
 * The file is long because it has one method for each call, and nothing else; newer areas keep theirs in tables
 * (`calls/all.ts`).
 */
import type { z } from "zod";
import type { Bead } from "../../store/schema/bead.ts";
import type { ErrorShape } from "../../store/schema/errors.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { SlingReply } from "../../store/schema/requests.ts";
import type {
  AgentView,
  BeadView,
  FeedEvent,
  MergeRequestView,
  RigView,
  TownView,
} from "../../store/schema/views.ts";
import type { ActorDeps } from "../deps.ts";
import { Actor, type Turn } from "../kernel/actor.ts";
import type { ActorRef } from "../kernel/host.ts";
import { agentEvent, concernsBeads } from "./agents/events.ts";
import { patrol } from "./agents/patrol.ts";
import { undelivered } from "./agents/undelivered.ts";
import * as agents from "./calls/agents.ts";
import { TOWN_CALLS } from "./calls/all.ts";
import * as beads from "./calls/beads.ts";
import { branchRetired, cloneReply, townInternal } from "./calls/replies.ts";
import * as rigs from "./calls/rigs.ts";
import { sling, unslingBeads } from "./calls/sling.ts";
import { schemasOf, type TownCall } from "./calls/table.ts";
import * as town from "./calls/town.ts";
import { commitSubject, reportSubject } from "./commit-subject.ts";
import { armAllDue, armLostDue } from "./dispatch/due.ts";
import { explainTown } from "./explain/explain.ts";
import { readFeed } from "./feed.ts";
import { loadMemory, saveMemory } from "./memory.ts";
import { townMethods, townUpMethods } from "./methods.ts";
import { settle } from "./reconcile/settle.ts";
import type { Rules } from "./reconcile/world.ts";
import { armLostPulls } from "./refinery/pulls.ts";
import { type TownMemory, TownTurn } from "./town-turn.ts";
import { prime } from "./views/prime.ts";
import { publish } from "./views/publish.ts";
import * as views from "./views/views.ts";

type Args<M extends keyof typeof townMethods> = z.infer<(typeof townMethods)[M]>;
type UpArgs<M extends keyof typeof townUpMethods> = z.infer<(typeof townUpMethods)[M]>;
type InternalArgs<M extends keyof typeof townInternal> = z.infer<(typeof townInternal)[M]>;

/** Key of the time at which the host opened the town last. */
const STARTED_KEY = "started-at";

export class TownActor extends Actor {
  static readonly kind = "town";
  static readonly methods = { ...townMethods, ...townUpMethods, ...schemasOf(TOWN_CALLS, false) };
  static readonly internal = { ...townInternal, ...schemasOf(TOWN_CALLS, true) };
  readonly #deps: ActorDeps;
  readonly #rules: Rules | undefined;
  /** A cache of the storage; a turn that fails takes the whole instance with it. */
  #memory: TownMemory | undefined;
  /** True until the rules have looked once: a crash may have cut the turn before this instance short. */
  #fresh = true;
  readonly #warned = new Set<string>();
  /** Time of the latest turn, epoch milliseconds: a clock that was set back is noticed by it. */
  #latest = 0;
  /** Beads or records of this turn want a look at the town, which waits for the last message of the turn. */
  #owed = false;

  /** Reports that change no bead by themselves: hundreds of agents send them all the time. */
  static shares(method: string, args: unknown): boolean {
    // SAFETY: only read, and the method's schema checks the whole of it before anything is done.
    const { event } = (args ?? {}) as Partial<UpArgs<"agentEvent">>;
    return method === "agentEvent" && !concernsBeads(event);
  }

  static {
    for (const [name, call] of Object.entries(TOWN_CALLS)) {
      if (name in TownActor.prototype) throw new Error(`The town has two calls named ${name}.`);
      const value = function (this: TownActor, args: { readonly by: string }): Promise<unknown> {
        return this.#call(call, args);
      };
      Object.defineProperty(TownActor.prototype, name, { value, configurable: true });
    }
  }

  constructor(turn: () => Turn, deps: ActorDeps, rules?: Rules) {
    super(turn);
    this.#deps = deps;
    this.#rules = rules;
  }

  view({ by }: Args<"view">): Promise<TownView> {
    return this.#read(by, async ctx => views.townView(ctx, await this.#startedAt()));
  }

  rigs({ by }: Args<"rigs">): Promise<RigView[]> {
    return this.#read(by, ctx => [...ctx.rigs.values()].map(rig => rigs.rigView(ctx, rig)));
  }

  updateRig(args: Args<"updateRig">): Promise<RigView> {
    return this.#write("updateRig", args, ctx => rigs.updateRig(ctx, args));
  }

  updateSettings(args: Args<"updateSettings">): Promise<unknown> {
    return this.#write("updateSettings", args, ctx => town.updateSettings(ctx, args));
  }

  createBead(args: Args<"createBead">): Promise<Bead> {
    return this.#write("createBead", args, ctx => beads.createBead(ctx, args));
  }

  patchBead(args: Args<"patchBead">): Promise<Bead> {
    return this.#write("patchBead", args, ctx => beads.patchBead(ctx, args));
  }

  closeBead(args: Args<"closeBead">): Promise<Bead> {
    return this.#write("closeBead", args, ctx => beads.closeBead(ctx, args));
  }

  reopenBead(args: Args<"reopenBead">): Promise<Bead> {
    return this.#write("reopenBead", args, ctx => beads.reopenBead(ctx, args));
  }

  deleteBead(args: Args<"deleteBead">): Promise<null> {
    return this.#write("deleteBead", args, ctx => beads.deleteBead(ctx, args));
  }

  comment(args: Args<"comment">): Promise<Bead> {
    return this.#write("comment", args, ctx => beads.commentBead(ctx, args));
  }

  addDependency(args: Args<"addDependency">): Promise<Bead> {
    return this.#write("addDependency", args, ctx => beads.addDependency(ctx, args));
  }

  removeDependency(args: Args<"removeDependency">): Promise<Bead> {
    return this.#write("removeDependency", args, ctx => beads.removeDependency(ctx, args));
  }

  bead({ by, id }: Args<"bead">): Promise<BeadView> {
    return this.#read(by, ctx => views.beadView(ctx, id));
  }

  beads(args: Args<"beads">): Promise<Bead[]> {
    return this.#read(args.by, ctx => views.listBeads(ctx, args));
  }

  ready(args: Args<"ready">): Promise<Bead[]> {
    return this.#read(args.by, ctx => views.readyBeads(ctx, args));
  }

  blocked(args: Args<"blocked">): Promise<unknown> {
    return this.#read(args.by, ctx => views.blockedBeads(ctx, args));
  }

  sling(args: Args<"sling">): Promise<SlingReply> {
    return this.#write("sling", args, ctx => sling(ctx, args));
  }

  unsling(args: Args<"unsling">): Promise<{ unslung: string[] }> {
    return this.#write("unsling", args, ctx => unslingBeads(ctx, args));
  }

  mergeRequests({ by, rig, limit }: Args<"mergeRequests">): Promise<MergeRequestView[]> {
    return this.#read(by, ctx => views.mergeRequestViews(ctx, rig, limit));
  }

  agents({ by, rig }: Args<"agents">): Promise<AgentView[]> {
    return this.#read(by, ctx => views.agentViews(ctx, rig));
  }

  agent({ by, agent }: Args<"agent">): Promise<AgentView> {
    return this.#read(by, ctx => views.oneAgent(ctx, agent));
  }

  stopAgent(args: Args<"stopAgent">): Promise<AgentView> {
    return this.#write("stopAgent", args, ctx => agents.stop(ctx, args));
  }

  agentReset(args: Args<"agentReset">): Promise<AgentView> {
    return this.#write("agentReset", args, ctx => agents.reset(ctx, args));
  }

  agentInput(args: Args<"agentInput">): Promise<null> {
    return this.#read(args.by, ctx => agents.input(ctx, args));
  }

  feed({ since, limit }: Args<"feed">): Promise<FeedEvent[]> {
    return readFeed(this.turn, since, limit);
  }

  prime({ by }: Args<"prime">): Promise<string> {
    return this.#read(by, ctx => prime(ctx));
  }

  explain({ by }: Args<"explain">): Promise<unknown> {
    return this.#read(by, ctx => explainTown(ctx));
  }

  async pause(args: Args<"pause">): Promise<TownView> {
    return this.#write("pause", args, async ctx => {
      town.pause(ctx, args);
      return views.townView(ctx, await this.#startedAt());
    });
  }

  async resume(args: Args<"resume">): Promise<TownView> {
    return this.#write("resume", args, async ctx => {
      town.resume(ctx, args);
      return views.townView(ctx, await this.#startedAt());
    });
  }

  wake(args: UpArgs<"wake">): Promise<null> {
    this.turn.set(STARTED_KEY, new Date(this.turn.now).toISOString());
    return this.#write(
      "wake",
      args,
      nothing(ctx => town.wake(ctx)),
    );
  }

  beadsChanged(args: UpArgs<"beadsChanged">): Promise<null> {
    return this.#write(
      "beadsChanged",
      args,
      nothing(ctx => town.beadsChanged(ctx, args)),
    );
  }

  async agentEvent(args: UpArgs<"agentEvent">): Promise<null> {
    const { agents } = await this.#remembered();
    const subject = reportSubject(args, agents.get(args.agent)?.told);
    const body = nothing(ctx => agentEvent(ctx, args));
    return this.#run(subject, args.by, body, concernsBeads(args.event));
  }

  beginRig(args: UpArgs<"beginRig">): Promise<RigView> {
    return this.#write("beginRig", args, ctx => rigs.beginRig(ctx, args));
  }

  rigCloned(args: UpArgs<"rigCloned">): Promise<RigView> {
    return this.#write("rigCloned", args, ctx => rigs.rigCloned(ctx, args));
  }

  rigFailed(args: UpArgs<"rigFailed">): Promise<null> {
    return this.#write("rigFailed", args, ctx => rigs.rigFailed(ctx, args));
  }

  /** By timer: something has come to its time. */
  tick(): Promise<null> {
    return this.#write("tick", { by: "town" }, () => null);
  }

  /** By timer while agents have jobs: whoever has lost his without a word is found. */
  patrol(): Promise<null> {
    return this.#write(
      "patrol",
      { by: "town" },
      nothing(ctx => patrol(ctx)),
    );
  }

  cloneAgain({ rig }: InternalArgs<"cloneAgain">): Promise<null> {
    return this.#write(
      "cloneAgain",
      { by: "town" },
      nothing(ctx => rigs.cloneAgain(ctx, rig)),
    );
  }

  cloneReply(reply: InternalArgs<"cloneReply">): Promise<null> {
    return this.#write(
      "cloneReply",
      { by: "town" },
      nothing(ctx => cloneReply(ctx, reply)),
    );
  }

  branchRetired(reply: InternalArgs<"branchRetired">): Promise<null> {
    return this.#write(
      "branchRetired",
      { by: "town" },
      nothing(ctx => branchRetired(ctx, reply)),
      false,
    );
  }

  override async onUndelivered(
    message: { to: ActorRef; method: string; args: unknown },
    error: ErrorShape,
  ): Promise<void> {
    await this.#write(
      "tick",
      { by: "town" },
      nothing(ctx => undelivered(ctx, message, AppError.fromJSON(error))),
    );
  }

  async #startedAt(): Promise<string> {
    return (await this.turn.get<string>(STARTED_KEY)) ?? new Date(this.turn.now).toISOString();
  }

  async #call(call: TownCall, args: { readonly by: string }): Promise<unknown> {
    const look = call.kind === "write";
    const answer = await this.#run(
      look ? call.subject(args) : undefined,
      args.by,
      ctx => call.run(ctx, args),
      look,
    );
    return answer ?? null;
  }

  /** Looks only; but the first look of an instance also takes up what a crash may have left. */
  #read<T>(by: string, body: (ctx: TownTurn) => T | Promise<T>): Promise<T> {
    return this.#run(undefined, by, body, false);
  }

  #write<T>(
    method: string,
    args: { readonly by: string },
    body: (ctx: TownTurn) => T | Promise<T>,
    look = true,
  ): Promise<T> {
    return this.#run(commitSubject(method, args), args.by, body, look);
  }

  async #run<T>(
    subject: string | undefined,
    by: string,
    body: (ctx: TownTurn) => T | Promise<T>,
    look: boolean,
  ): Promise<T> {
    const memory = await this.#remembered();
    const { others } = this.turn;
    const actor = others.all > 0 ? "town" : by;
    const tx = await this.turn.beads({ actor, ...(subject === undefined ? {} : { subject }) });
    const ctx = new TownTurn(this.turn, tx, this.#deps, memory, by);
    if (this.turn.now < this.#latest) armAllDue(ctx);
    this.#latest = this.turn.now;
    const answer = await body(ctx);
    this.#owed ||= look || ctx.look || this.#fresh;
    if (this.#owed && others.after === 0) {
      if (this.#fresh) {
        armLostDue(ctx);
        armLostPulls(ctx);
      }
      settle(ctx, this.#warned, this.#rules);
      this.#owed = false;
      this.#fresh = false;
    }
    saveMemory(this.turn, memory, ctx);
    await publish(ctx);
    return answer;
  }

  async #remembered(): Promise<TownMemory> {
    this.#memory ??= await loadMemory(this.turn);
    return this.#memory;
  }
}

/** For methods that have no answer. */
function nothing(body: (ctx: TownTurn) => void): (ctx: TownTurn) => null {
  return ctx => {
    body(ctx);
    return null;
  };
}
