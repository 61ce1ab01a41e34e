/** What this page knows of the town: replaced as a whole by a load, kept current by the event stream. */
import type { ServerFrame } from "../../runtime/gateway/contract/socket.ts";
import type {
  AgentView,
  ConvoyView,
  FeedEvent,
  MergeRequestView,
  RigView,
  TownView,
} from "../../runtime/gateway/contract/views.ts";
import type { Bead } from "../../store/schema/bead.ts";
import { type Readable, Signal } from "./signal.ts";

/** The town's own facts, without its lists. */
export type TownFacts = Pick<TownView, "name" | "version" | "started_at" | "paused">;

/** Everything that a load brings. */
export interface Snapshot {
  readonly town: TownView;
  readonly beads: readonly Bead[];
  readonly feed: readonly FeedEvent[];
}

/** Feed lines kept in the page; the gateway has the rest. */
export const MAX_FEED = 500;

export class TownStore {
  readonly #facts = new Signal<TownFacts | undefined>(undefined);
  readonly #beads = new Signal<ReadonlyMap<string, Bead>>(new Map());
  readonly #agents = new Signal<ReadonlyMap<string, AgentView>>(new Map());
  readonly #convoys = new Signal<ReadonlyMap<string, ConvoyView>>(new Map());
  readonly #mergeRequests = new Signal<ReadonlyMap<string, MergeRequestView>>(new Map());
  readonly #rigs = new Signal<ReadonlyMap<string, RigView>>(new Map());
  readonly #counts = new Signal<Readonly<Record<string, number>>>({});
  readonly #feed = new Signal<readonly FeedEvent[]>([]);
  /** Events up to here may be older than what the load brought: an older version does not replace a newer one. */
  #catchUpTo = 0;

  /** Undefined until the first load. */
  get facts(): Readable<TownFacts | undefined> {
    return this.#facts;
  }
  get beads(): Readable<ReadonlyMap<string, Bead>> {
    return this.#beads;
  }
  get agents(): Readable<ReadonlyMap<string, AgentView>> {
    return this.#agents;
  }
  get convoys(): Readable<ReadonlyMap<string, ConvoyView>> {
    return this.#convoys;
  }
  get mergeRequests(): Readable<ReadonlyMap<string, MergeRequestView>> {
    return this.#mergeRequests;
  }
  get rigs(): Readable<ReadonlyMap<string, RigView>> {
    return this.#rigs;
  }
  /** Number of beads by status, work types only; also of those that this page has not loaded. */
  get counts(): Readable<Readonly<Record<string, number>>> {
    return this.#counts;
  }
  /** Oldest first. */
  get feed(): Readable<readonly FeedEvent[]> {
    return this.#feed;
  }

  /** Takes a load as the whole truth. */
  replace({ town, beads, feed }: Snapshot): void {
    this.#catchUpTo = Number.MAX_SAFE_INTEGER;
    this.#beads.set(new Map(beads.map(bead => [bead.id, bead])));
    this.#agents.set(byId(town.agents));
    this.#convoys.set(byId(town.convoys));
    this.#mergeRequests.set(byId(town.merge_requests));
    this.#rigs.set(new Map(town.rigs.map(rig => [rig.name, rig])));
    this.#counts.set(town.counts);
    this.#feed.set(sorted(feed));
    const { name, version, started_at, paused } = town;
    this.#facts.set({ name, version, started_at, paused });
  }

  /** Takes an event; frames may be repeated. */
  apply(frame: ServerFrame): void {
    if (frame.op === "subscribed") this.#catchUpTo = frame.seq;
    else if (frame.op === "feed") this.#addFeed(frame.event);
    else if (frame.op === "changed") this.#change(frame);
  }

  #change(frame: Extract<ServerFrame, { op: "changed" }>): void {
    const stale = (bead: Bead) => {
      if (frame.seq > this.#catchUpTo) return false;
      const known = this.#beads.value.get(bead.id);
      return known !== undefined && Date.parse(bead.updated_at) < Date.parse(known.updated_at);
    };
    const beads = frame.beads?.filter(bead => !stale(bead));
    merge(this.#beads, beads, frame.gone, bead => bead.id);
    merge(this.#agents, frame.agents, frame.gone, agent => agent.id);
    merge(this.#convoys, frame.convoys, frame.gone, convoy => convoy.id);
    merge(this.#mergeRequests, frame.merge_requests, frame.gone, request => request.id);
    merge(this.#rigs, frame.rigs, frame.gone, rig => rig.name);
    if (frame.counts !== undefined) this.#counts.set(frame.counts);
  }

  #addFeed(event: FeedEvent): void {
    const feed = this.#feed.value;
    const last = feed.at(-1);
    if (last === undefined || event.seq > last.seq) {
      this.#feed.set([...feed.slice(feed.length >= MAX_FEED ? 1 : 0), event]);
    } else if (!feed.some(known => known.seq === event.seq)) {
      this.#feed.set(sorted([...feed, event]));
    }
  }
}

function byId<T extends { readonly id: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map(thing => [thing.id, thing]));
}

function sorted(feed: readonly FeedEvent[]): readonly FeedEvent[] {
  return [...feed].sort((a, b) => a.seq - b.seq).slice(-MAX_FEED);
}

/** Sets the map with these entries replaced and those gone; leaves it alone when nothing applies. */
function merge<T>(
  signal: Signal<ReadonlyMap<string, T>>,
  things: readonly T[] | undefined,
  gone: readonly string[] | undefined,
  key: (thing: T) => string,
): void {
  const removed = gone?.filter(id => signal.value.has(id)) ?? [];
  if ((things === undefined || things.length === 0) && removed.length === 0) return;
  const next = new Map(signal.value);
  for (const thing of things ?? []) next.set(key(thing), thing);
  for (const id of removed) next.delete(id);
  signal.set(next);
}
