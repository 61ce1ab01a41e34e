/**
 * The beads of a rig, as a town shows them over its REST API: for agents in their sandbox.
 * The file is long because it has one method for each call of a backend, and little else.
 */
import { z } from "zod";
import type { BeadEvent, BeadVersion, StoreCommit } from "../../../store/api.ts";
import { type IssueQuery, issueOrder, selectIssues } from "../../../store/index/issue-query.ts";
import type { BeadEdge } from "../../../store/index/queries-edges.ts";
import type { Figures, FiguresFilter } from "../../../store/index/queries-figures.ts";
import { type Bead, beadSchema } from "../../../store/schema/bead.ts";
import { AppError, hasCode } from "../../../store/schema/errors.ts";
import { resolveId } from "../../../store/schema/ids.ts";
import {
  beadAsOfSchema,
  beadHistorySchema,
  undoPlanSchema,
  undoReportSchema,
} from "../../../store/schema/past.ts";
import { type BeadView, beadViewSchema } from "../../../store/schema/views.ts";
import { anything, type TownClient } from "../lib/town-client.ts";
import type {
  Backend,
  BlockedBead,
  ChangeOptions,
  Deletion,
  Difference,
  ReadyQuery,
  StoreVerification,
  Writer,
  WriterPiece,
} from "./backend.ts";
import { edgesOfBead } from "./bead-edges.ts";
import { parentOf } from "./issue-json.ts";
import { type TownCall, TownWrites, unavailable } from "./town-writes.ts";

const PAGE = 1_000;
const beads = z.array(beadSchema);
const blockedBeads = z.array(z.object({ bead: beadSchema, blocked_by: z.array(z.string()) }));
const rigs = z.array(z.looseObject({ name: z.string(), prefix: z.string() }));

export interface TownBackendOptions {
  readonly client: TownClient;
  /** The rig whose beads are meant; the whole town when absent. */
  readonly rig: string | undefined;
  /** Any id of that rig, by which its prefix is known when the caller may not list rigs. */
  readonly sampleId: string | undefined;
  readonly actor: () => string;
  readonly now: () => number;
  readonly beforeChange: () => void;
}

/** The beads of a town; no request is made yet. */
export async function openTownBackend(options: TownBackendOptions): Promise<Backend> {
  return new TownBackend(options, await prefixOf(options));
}

class TownBackend implements Backend {
  readonly kind = "town";
  readonly prefix: string;
  readonly #options: TownBackendOptions;
  #all: Promise<readonly Bead[]> | undefined;

  constructor(options: TownBackendOptions, prefix: string) {
    this.#options = options;
    this.prefix = prefix;
  }

  async resolve(partial: string): Promise<string> {
    const view = await this.#view(partial);
    if (view !== undefined) return view.bead.id;
    const ids = (await this.#everything()).map(bead => bead.id);
    const known = new Set(ids);
    return resolveId(
      {
        prefixes: [this.prefix],
        exists: id => known.has(id),
        containing: part => ids.filter(id => id.slice(id.indexOf("-") + 1).includes(part)),
      },
      partial,
    );
  }

  async get(id: string): Promise<Bead | undefined> {
    return (await this.#view(id))?.bead;
  }

  async issues(query: IssueQuery): Promise<Bead[]> {
    const found = await this.#fetch({
      status: query.status,
      type: query.type,
      labels: query.labels,
      priority: query.priority?.map(String),
      parent: query.parent,
      assignee: query.assignee ?? undefined,
    });
    return selectIssues(found, query, this.#nowText());
  }

  async *issuePages(query: IssueQuery): AsyncIterable<readonly Bead[]> {
    const found = await this.issues(query);
    if (found.length > 0) yield found;
  }

  async count(query: IssueQuery): Promise<number> {
    return (await this.issues({ ...query, limit: 0 })).length;
  }

  async ready(query: ReadyQuery): Promise<Bead[]> {
    const { under, sort: _sort, ...conditions } = query;
    const found = await this.#options.client.get("/ready", beads, {
      query: { rig: this.#options.rig, limit: 10_000 },
    });
    const below = under === undefined ? undefined : await this.#descendants(under);
    // The order is the town's: the most urgent first.
    const fitting = found.filter(bead => below === undefined || below.has(bead.id));
    const chosen = new Set(
      selectIssues(fitting, { ...conditions, limit: 0, offset: 0 }, this.#nowText()).map(bead => bead.id),
    );
    const start = query.offset ?? 0;
    const end = query.limit === undefined || query.limit === 0 ? undefined : start + query.limit;
    return fitting.filter(bead => chosen.has(bead.id)).slice(start, end);
  }

  async *readyPages(query: ReadyQuery): AsyncIterable<readonly Bead[]> {
    const found = await this.ready(query);
    if (found.length > 0) yield found;
  }

  async countReady(query: ReadyQuery): Promise<number> {
    return (await this.ready({ ...query, limit: 0, offset: 0 })).length;
  }

  async blocked(): Promise<BlockedBead[]> {
    const found = await this.#options.client.get("/blocked", blockedBeads, {
      query: { rig: this.#options.rig, limit: 10_000 },
    });
    return found.map(({ bead, blocked_by }) => ({ bead, blockedBy: blocked_by }));
  }

  async dependents(id: string): Promise<{ readonly bead: Bead; readonly type: string }[]> {
    const order = issueOrder(undefined);
    return (await this.#everything())
      .flatMap(bead =>
        (bead.dependencies ?? [])
          .filter(edge => edge.depends_on_id === id)
          .map(edge => ({ bead, type: edge.type })),
      )
      .sort((a, b) => order(a.bead, b.bead));
  }

  async edges(types: readonly string[]): Promise<readonly BeadEdge[]> {
    return (await this.#everything()).flatMap(edgesOfBead).filter(edge => types.includes(edge.type));
  }

  async danglingEdges(): Promise<readonly BeadEdge[]> {
    const all = await this.#everything();
    const ids = new Set(all.map(bead => bead.id));
    return all
      .flatMap(edgesOfBead)
      .filter(({ target }) => !target.startsWith("external:") && !ids.has(target));
  }

  async dependentCounts(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    if (ids.length === 0) return counts;
    for (const bead of await this.#everything()) {
      for (const edge of bead.dependencies ?? []) {
        if (edge.type === "blocks") counts.set(edge.depends_on_id, (counts.get(edge.depends_on_id) ?? 0) + 1);
      }
    }
    return counts;
  }

  async figures({ excludeType, assignee }: FiguresFilter): Promise<Figures> {
    const [found, blocked] = await Promise.all([
      this.issues({ excludeType, template: false, ephemeral: false, assignee }),
      this.blocked(),
    ]);
    const own = new Set(found.map(bead => bead.id));
    const children = Map.groupBy(await this.#everything(), parentOf);
    const finished = found.filter(bead => {
      const below =
        bead.issue_type === "epic" && bead.status !== "closed" ? (children.get(bead.id) ?? []) : [];
      return below.length > 0 && below.every(child => child.status === "closed");
    });
    const hours = found
      .filter(bead => bead.status === "closed" && bead.closed_at !== undefined)
      .map(bead => (Date.parse(bead.closed_at ?? "") - Date.parse(bead.created_at)) / 36e5);
    const groups = [...Map.groupBy(found, bead => bead.status)];
    return {
      total: found.length,
      byStatus: Object.fromEntries(groups.map(([status, list]) => [status, list.length])),
      pinned: found.filter(bead => bead.pinned === true || bead.status === "pinned").length,
      blocked: blocked.filter(({ bead }) => own.has(bead.id)).length,
      finishedEpics: finished.length,
      leadHours: hours.length === 0 ? 0 : hours.reduce((a, b) => a + b, 0) / hours.length,
    };
  }

  async config(): Promise<Readonly<Record<string, string>>> {
    return { issue_prefix: this.prefix };
  }

  async changeInPieces(options: ChangeOptions, pieces: AsyncIterable<WriterPiece>): Promise<void> {
    const { lookupsOf } = await import("./import-lookups.ts");
    const all = await Array.fromAsync(pieces);
    await this.change(options, tx => {
      const lookups = lookupsOf(() => tx.query({}));
      for (const piece of all) piece.run(tx, lookups);
    });
  }

  async change<T>(options: ChangeOptions, body: (tx: Writer) => T): Promise<T> {
    const touched =
      options.touches === "all"
        ? await this.#everything()
        : (await Promise.all(options.touches.map(id => this.get(id)))).filter(bead => bead !== undefined);
    const tx = new TownWrites(touched, { actor: this.#options.actor() }, this.#nowText());
    const value = body(tx);
    if (tx.calls.length === 0) return value;
    this.#options.beforeChange();
    const names = new Map<string, string>();
    const latest = new Map<string, Bead>();
    const comments = new Map<object, object>();
    for (const call of joined(tx.calls)) {
      const after = await this.#perform(call, id => names.get(id) ?? id);
      if (after === undefined) continue;
      names.set(call.id, after.id);
      latest.set(after.id, after);
      if (call.kind === "comment") comments.set(call.made, after.comments?.at(-1) ?? call.made);
    }
    this.#all = undefined;
    // SAFETY: beads, comments and ids are replaced by others of the same shape; nothing else is touched.
    return settle(value, names, latest, comments) as T;
  }

  async history(id: string, limit = 0): Promise<BeadVersion[]> {
    const query = limit > 0 ? { limit } : {};
    const { versions } = await this.#options.client.get(`${beadPath(id)}/history`, beadHistorySchema, {
      query,
    });
    // SAFETY: the events come from the same commits that a repository would have read them from.
    return versions.map(version => ({ bead: undefined, ...version }) as unknown as BeadVersion);
  }

  async asOf(id: string, revision: string): Promise<Bead | undefined> {
    const { bead } = await this.#options.client.get(`${beadPath(id)}/as-of`, beadAsOfSchema, {
      // As in a repository, HEAD means the newest commit of the beads.
      query: { revision: revision.replace(/^HEAD(?=$|[~^@])/, "refs/heads/beads") },
    });
    return bead;
  }

  async restore(id: string, commit: string): Promise<Bead> {
    this.#options.beforeChange();
    this.#all = undefined;
    return this.#options.client.send("POST", `${beadPath(id)}/restore`, { commit }, beadSchema);
  }

  async undoPlan({ commit, own }: { readonly commit: string | undefined; readonly own: boolean }) {
    const { client, rig } = this.#options;
    const query = { rig, commit, own: String(own) };
    const plan = await client.get("/undo", undoPlanSchema, { query }).catch((error: unknown) => {
      if (hasCode(error, "not_found")) return undefined;
      throw error;
    });
    if (plan === undefined) return undefined;
    return {
      commit: plan.commit,
      subject: plan.subject,
      ids: plan.changes.map(change => change.id),
      settings: [],
      run: () => {
        this.#options.beforeChange();
        this.#all = undefined;
        return client.send("POST", "/undo", { commit: plan.commit, own, rig }, undoReportSchema);
      },
    };
  }

  async deleted(): Promise<Deletion[]> {
    throw unavailable("the list of deleted beads");
  }

  async log(): Promise<StoreCommit[]> {
    throw unavailable("the history of the store");
  }

  async difference(): Promise<Difference> {
    throw unavailable("the history of the store");
  }

  async events(): Promise<BeadEvent[]> {
    return [];
  }

  async verify(): Promise<StoreVerification> {
    throw unavailable("checking the store");
  }

  prime(): Promise<string> {
    return this.#options.client.text("/prime");
  }

  tidy(): void {
    // The beads are in the town's memory, not in this process.
  }

  async close(): Promise<void> {
    this.#all = undefined;
  }

  async #perform(call: TownCall, id: (given: string) => string): Promise<Bead | undefined> {
    const { client, rig } = this.#options;
    const path = `/beads/${encodeURIComponent(id(call.id))}`;
    switch (call.kind) {
      case "create": {
        const { parent, ...input } = call.input;
        const body = {
          ...input,
          ...(rig === undefined ? {} : { rig }),
          ...(parent === undefined ? {} : { parent: id(parent) }),
        };
        return client.send("POST", "/beads", body, beadSchema);
      }
      case "patch":
        return client.send("PATCH", path, call.patch, beadSchema);
      case "close":
        return client.send(
          "POST",
          `${path}/close`,
          call.reason === undefined ? {} : { reason: call.reason },
          beadSchema,
        );
      case "reopen":
        return client.send("POST", `${path}/reopen`, {}, beadSchema);
      case "comment":
        return client.send("POST", `${path}/comments`, { text: call.text }, beadSchema);
      case "link":
        return client.send(
          "POST",
          `${path}/dependencies`,
          { depends_on: id(call.on), type: call.type },
          beadSchema,
        );
      case "unlink":
        return client.send(
          "DELETE",
          `${path}/dependencies/${encodeURIComponent(id(call.on))}`,
          undefined,
          beadSchema,
        );
      case "delete":
        await client.send("DELETE", path, undefined, anything);
        return undefined;
    }
  }

  async #view(id: string): Promise<BeadView | undefined> {
    try {
      return await this.#options.client.get(`/beads/${encodeURIComponent(id)}`, beadViewSchema);
    } catch (error) {
      if (hasCode(error, "not_found")) return undefined;
      throw error;
    }
  }

  #everything(): Promise<readonly Bead[]> {
    this.#all ??= this.#fetch({});
    return this.#all;
  }

  async #fetch(query: Readonly<Record<string, string | readonly string[] | undefined>>): Promise<Bead[]> {
    const found: Bead[] = [];
    for (;;) {
      const page = await this.#options.client.get("/beads", beads, {
        query: { ...query, rig: this.#options.rig, sort: "id", limit: PAGE, offset: found.length },
      });
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  }

  async #descendants(id: string): Promise<ReadonlySet<string>> {
    const children = Map.groupBy(await this.#everything(), parentOf);
    const below = new Set<string>();
    const queue = [id];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const child of children.get(next) ?? []) {
        if (below.has(child.id)) continue;
        below.add(child.id);
        queue.push(child.id);
      }
    }
    return below;
  }

  #nowText(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

function beadPath(id: string): string {
  return `/beads/${encodeURIComponent(id)}`;
}

/** Patches of the same bead that follow each other become one call. */
function joined(calls: readonly TownCall[]): TownCall[] {
  const result: TownCall[] = [];
  for (const call of calls) {
    const last = result.at(-1);
    if (call.kind !== "patch" || last?.kind !== "patch" || last.id !== call.id) {
      result.push(call);
      continue;
    }
    const lists = ["add_labels", "remove_labels"].flatMap(key => {
      const both = [last.patch[key], call.patch[key]].filter(Array.isArray).flat();
      return both.length === 0 ? [] : [[key, both] as const];
    });
    result[result.length - 1] = {
      ...call,
      patch: { ...last.patch, ...call.patch, ...Object.fromEntries(lists) },
    };
  }
  return result;
}

/** The result of a change with provisional ids and copies replaced by what the town answered. */
function settle(
  value: unknown,
  names: ReadonlyMap<string, string>,
  latest: ReadonlyMap<string, Bead>,
  comments: ReadonlyMap<object, object>,
): unknown {
  const inner = (member: unknown) => settle(member, names, latest, comments);
  if (typeof value === "string") return names.get(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  const comment = comments.get(value);
  if (comment !== undefined) return comment;
  if (Array.isArray(value)) return value.map(inner);
  if ("id" in value && typeof value.id === "string" && "created_at" in value) {
    return latest.get(names.get(value.id) ?? value.id) ?? value;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inner(member)]));
}

/** The prefix of the rig's ids: from the list of rigs, or from an id when that list is not for the caller. */
async function prefixOf(options: TownBackendOptions): Promise<string> {
  const { client, rig, sampleId } = options;
  const fromId = sampleId?.slice(0, sampleId.lastIndexOf("-")) ?? "";
  if (fromId !== "") return fromId;
  try {
    const found = (await client.get("/rigs", rigs)).find(({ name }) => name === rig);
    return found?.prefix ?? "hq";
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") return "hq";
    throw error;
  }
}
