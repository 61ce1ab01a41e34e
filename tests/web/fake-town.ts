/** A town without agents, git or storage: it holds what it is given, answers as a town does, and publishes each change. */
import type { ServerFrame } from "../../runtime/gateway/contract/socket.ts";
import {
  type AgentView,
  type BeadView,
  type ConvoyView,
  type FeedEvent,
  type MergeRequestView,
  type RigView,
  rigSettingsSchema,
  type TownView,
} from "../../runtime/gateway/contract/views.ts";
import type { Directory } from "../../runtime/gateway/deps.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { UiAction } from "../../store/schema/ui-action.ts";

type Changed = Omit<Extract<ServerFrame, { op: "changed" }>, "op" | "seq">;

export class FakeTown {
  readonly name = "demo";
  readonly beads = new Map<string, Bead>();
  readonly agents = new Map<string, AgentView>();
  readonly convoys = new Map<string, ConvoyView>();
  readonly requests = new Map<string, MergeRequestView>();
  readonly rigs = new Map<string, RigView>();
  readonly feed: FeedEvent[] = [];
  readonly history = new Map<string, Record<string, unknown>[]>();
  paused: string | undefined;
  readonly startedAt = new Date().toISOString();
  #seq = 1;
  readonly #watchers = new Set<(event: unknown) => void>();

  /** The port by which the gateway reaches it. */
  readonly directory: Directory = {
    call: async (to, method, args) => {
      if (to.kind !== "town") throw new AppError("not_supported", `There is no actor ${to.kind} here.`);
      return this.#answer(method, args as Record<string, unknown>);
    },
    watch: (_, listener) => {
      this.#watchers.add(listener);
      return () => this.#watchers.delete(listener);
    },
  };

  /** Makes or changes a bead; `updated_at` moves on. */
  bead(id: string, fields: Partial<Bead> = {}): Bead {
    const now = new Date().toISOString();
    const known = this.beads.get(id);
    const bead: Bead = {
      title: `Bead ${id}`,
      status: "open",
      priority: 2,
      issue_type: "task",
      created_at: now,
      ...known,
      updated_at: now,
      ...fields,
      id,
    };
    this.beads.set(id, bead);
    this.#record(bead, known);
    this.#changed({ beads: [bead], convoys: this.#convoysOf(id), counts: this.counts() });
    return bead;
  }

  agent(id: string, fields: Partial<AgentView> = {}): AgentView {
    const [rig = "", name = ""] = id.split("/");
    const known = this.agents.get(id);
    const moved = fields.state !== undefined && fields.state !== known?.state;
    const agent: AgentView = {
      id,
      name,
      rig,
      role: name === "refinery" ? "refinery" : "polecat",
      state: "idle",
      since: new Date().toISOString(),
      generation: 1,
      isolation: "process",
      driver: "script",
      completed: 0,
      has_terminal: true,
      ...known,
      ...(moved ? { since: new Date().toISOString() } : {}),
      ...fields,
    };
    this.agents.set(id, agent);
    this.#changed({ agents: [agent] });
    return agent;
  }

  request(id: string, fields: Partial<MergeRequestView> & { readonly bead: string }): MergeRequestView {
    const request: MergeRequestView = {
      rig: "sample",
      branch: `polecat/toast/${fields.bead}`,
      target: "main",
      head: "4f1c2d9ab03377e1c2d9ab03377e14f1c2d9ab03",
      state: "queued",
      created_at: new Date().toISOString(),
      ...this.requests.get(id),
      ...fields,
      id,
    };
    this.requests.set(id, request);
    this.#changed({ merge_requests: [request] });
    return request;
  }

  convoy(id: string, title: string, beads: readonly string[]): void {
    this.convoys.set(id, {
      id,
      title,
      state: "open",
      total: beads.length,
      merged: 0,
      unmerged: 0,
      failed: 0,
      watchers: [],
      stranded: [],
      beads: beads.map(bead => ({ id: bead, title: "", status: "open" })),
    });
    this.#changed({ convoys: [this.#convoy(id)] });
  }

  rig(name: string, fields: Partial<RigView> = {}): void {
    const rig: RigView = {
      name,
      prefix: name.slice(0, 2),
      git_url: `/srv/${name}.git`,
      path: `/town/rigs/${name}.git`,
      settings: rigSettingsSchema.parse({}),
      state: "ready",
      ...fields,
    };
    this.rigs.set(name, rig);
    this.#changed({ rigs: [rig] });
  }

  /** Tells something in the feed. */
  say(type: string, text: string, fields: Partial<FeedEvent> = {}): void {
    this.#seq += 1;
    const event: FeedEvent = {
      seq: this.#seq,
      at: new Date().toISOString(),
      type,
      text,
      level: "info",
      ...fields,
    };
    this.feed.push(event);
    this.#publish({ op: "feed", event });
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const bead of this.beads.values()) {
      if (bead.issue_type === "escalation") continue;
      counts[bead.status] = (counts[bead.status] ?? 0) + 1;
    }
    return counts;
  }

  view(): TownView {
    return {
      name: this.name,
      seq: this.#seq,
      version: "0.1.0",
      started_at: this.startedAt,
      ...(this.paused === undefined ? {} : { paused: this.paused }),
      rigs: [...this.rigs.values()],
      agents: [...this.agents.values()],
      convoys: [...this.convoys.keys()].map(id => this.#convoy(id)),
      merge_requests: [...this.requests.values()],
      counts: this.counts(),
    };
  }

  #answer(method: string, args: Record<string, unknown>): unknown {
    const id = String(args.id ?? "");
    switch (method) {
      case "view":
        return this.view();
      case "beads":
        return this.#list(args);
      case "bead":
        return this.#beadView(id);
      case "feed":
        return this.feed.slice(-Number(args.limit ?? 200));
      case "comment":
        return this.#comment(id, String(args.by), String(args.text));
      case "closeBead":
        return this.bead(id, { status: "closed", closed_at: new Date().toISOString() });
      case "reopenBead":
        return this.bead(id, { status: "open" });
      case "sling":
        for (const bead of args.beads as string[])
          this.bead(bead, { status: "hooked", assignee: "sample/toast" });
        return { slung: (args.beads as string[]).map(bead => ({ bead, rig: "sample", already: false })) };
      default:
        throw new AppError("not_supported", `The fake town does not know ${method}.`);
    }
  }

  #list(args: Record<string, unknown>): Bead[] {
    const status = args.status as string[] | undefined;
    const found = [...this.beads.values()].filter(
      bead => status === undefined || status.includes(bead.status),
    );
    if (args.sort === "updated") found.sort((a, b) => b.updated_at.localeCompare(a.updated_at));
    return found.slice(0, Number(args.limit ?? 1_000));
  }

  #beadView(id: string): BeadView {
    const bead = this.beads.get(id);
    if (bead === undefined) throw new AppError("not_found", `There is no bead "${id}".`);
    const edges = [...this.beads.values()].flatMap(other =>
      (other.dependencies ?? [])
        .filter(edge => edge.depends_on_id === id)
        .map(edge => ({ id: other.id, type: edge.type })),
    );
    const blockers = (bead.dependencies ?? []).map(edge => edge.depends_on_id);
    return {
      bead,
      rig: "sample",
      blocked_by: blockers.filter(other => this.beads.get(other)?.status !== "closed"),
      dependents: edges,
      merge_requests: [...this.requests.values()].filter(request => request.bead === id),
      events: [...(this.history.get(id) ?? [])].reverse(),
    };
  }

  #comment(id: string, author: string, text: string): Bead {
    const comments = this.beads.get(id)?.comments ?? [];
    const comment = {
      id: `c-${comments.length + 1}`,
      issue_id: id,
      author,
      text,
      created_at: new Date().toISOString(),
    };
    return this.bead(id, { comments: [...comments, comment] });
  }

  #record(bead: Bead, before: Bead | undefined): void {
    const events = this.history.get(bead.id) ?? [];
    const common = { id: bead.id, actor: bead.assignee ?? "mayor", at: bead.updated_at };
    if (before === undefined) events.push({ ...common, type: "created" });
    else if (before.status !== bead.status) {
      events.push({
        ...common,
        type: "status_changed",
        field: "status",
        old: before.status,
        new: bead.status,
      });
    }
    this.history.set(bead.id, events);
  }

  #convoysOf(bead: string): ConvoyView[] {
    const ids = [...this.convoys.values()].filter(convoy => convoy.beads.some(({ id }) => id === bead));
    return ids.map(({ id }) => this.#convoy(id));
  }

  #convoy(id: string): ConvoyView {
    const convoy = this.convoys.get(id);
    if (convoy === undefined) throw new Error(`no convoy ${id}`);
    const beads = convoy.beads.map(({ id: bead }) => {
      const { title = "", status = "open" } = this.beads.get(bead) ?? {};
      return { id: bead, title, status };
    });
    const merged = beads.filter(({ status }) => status === "closed").length;
    const failed = beads.filter(({ status }) => status === "failed").length;
    const next: ConvoyView = {
      ...convoy,
      beads,
      merged,
      failed,
      state: merged === beads.length ? "landed" : "open",
    };
    this.convoys.set(id, next);
    return next;
  }

  /** As the town publishes what somebody shows. */
  show(shown: UiAction): void {
    this.#publish({ op: "ui", by: "hq/mayor", ...shown });
  }

  #changed(changed: Changed): void {
    this.#seq += 1;
    this.#publish({ op: "changed", seq: this.#seq, ...changed });
  }

  #publish(frame: ServerFrame): void {
    for (const watcher of [...this.#watchers]) watcher(frame);
  }
}
