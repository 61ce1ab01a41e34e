/**
 * One turn of a town: its unit of work on beads, its records of agents, and what is to be told to those who watch.
 * Everything that a town changes goes through here, so that each change is seen by watchers exactly once.
 */
import type { BeadFilter, BeadTx } from "../../store/api.ts";
import type { Bead, BeadPatch, NewBead } from "../../store/schema/bead.ts";
import { definedOnly } from "../../store/schema/defined.ts";
import { AppError } from "../../store/schema/errors.ts";
import {
  type RigRecord,
  readSatellite,
  requireSatellite,
  SLUNG_LABEL,
  type TownRecord,
  townRecordSchema,
  type Work,
} from "../../store/schema/satellite.ts";
import type { ActorDeps } from "../deps.ts";
import type { BeadReader, Turn } from "../kernel/actor.ts";
import type { TownPaths } from "../ports.ts";
import { AGENT_KEY, type AgentRecord } from "./agents/record.ts";
import type { NewFeedEvent } from "./feed.ts";
import { isWorkType, prefixOf, rigBeadId, TOWN_BEAD } from "./kinds.ts";

/** Records of agents by id; a cache of the town's storage that lives as long as the actor's instance. */
export type AgentRecords = Map<string, AgentRecord>;

/** What a town's instance remembers between turns, as its storage has it. */
export interface TownMemory {
  readonly agents: AgentRecords;
  failures: readonly FailedAttempt[];
}

/** Beads and records that a turn changed, for those who watch. */
export interface Changed {
  readonly beads: Set<string>;
  readonly gone: Set<string>;
  readonly agents: Set<string>;
  readonly rigs: Set<string>;
  /** Difference in the number of work beads, by status. */
  readonly counts: Map<string, number>;
}

/** A failed attempt, as the breaker counts it; `at` in epoch milliseconds. */
export interface FailedAttempt {
  readonly bead: string;
  /** Whose it was, while it counts against that agent. */
  readonly agent?: string;
  readonly at: number;
}

export class TownTurn {
  readonly turn: Turn;
  readonly tx: BeadTx;
  readonly deps: ActorDeps;
  readonly agents: AgentRecords;
  readonly by: string;
  readonly changed: Changed = {
    beads: new Set(),
    gone: new Set(),
    agents: new Set(),
    rigs: new Set(),
    counts: new Map(),
  };
  readonly feed: NewFeedEvent[] = [];
  /** Set where a report turns out to matter: the rules then look at the town. */
  look = false;
  /** Attempts that failed lately, for the breaker and the agents' thresholds; those of this turn are added. */
  failures: readonly FailedAttempt[];
  #rigs: ReadonlyMap<string, RigRecord> | undefined;
  #prefixes: ReadonlySet<string> | undefined;

  constructor(turn: Turn, tx: BeadTx, deps: ActorDeps, memory: TownMemory, by: string) {
    this.turn = turn;
    this.tx = tx;
    this.deps = deps;
    this.agents = memory.agents;
    this.failures = memory.failures;
    this.by = by;
  }

  get town(): string {
    return this.turn.ref.name;
  }

  /** Epoch milliseconds. */
  get now(): number {
    return this.turn.now;
  }

  /** RFC 3339 */
  get nowText(): string {
    return new Date(this.turn.now).toISOString();
  }

  get paths(): TownPaths {
    return this.deps.paths(this.town);
  }

  /** Beads as last committed, for what a unit of work cannot answer. */
  get committed(): BeadReader {
    return this.turn.committedBeads();
  }

  /** Rigs by name. */
  get rigs(): ReadonlyMap<string, RigRecord> {
    this.#rigs ??= new Map(
      this.tx.query({ type: ["rig"], category: ["active", "wip", "frozen"] }).flatMap(bead => {
        const rig = readSatellite(bead, "rig");
        return rig === undefined ? [] : [[rig.name, rig] as const];
      }),
    );
    return this.#rigs;
  }

  /** @throws {AppError} not_found */
  rig(name: string): RigRecord {
    const rig = this.rigs.get(name);
    if (rig !== undefined) return rig;
    const known = [...this.rigs.keys()].sort();
    throw new AppError("not_found", `There is no rig "${name}" in ${this.town}.`, {
      hint:
        known.length === 0
          ? "Add one with `gt rig add <name> <git-url> --prefix <prefix>`."
          : `Rigs here: ${known.join(", ")}.`,
      data: { rig: name },
    });
  }

  /** The rig whose store holds the bead; undefined for beads of the town itself. */
  rigOf(bead: Bead): RigRecord | undefined {
    const work = readSatellite(bead, "work");
    if (work !== undefined) return this.rigs.get(work.rig);
    const prefix = prefixOf(bead.id);
    return [...this.rigs.values()].find(rig => rig.prefix === prefix);
  }

  /** Settings of the town; the defaults until somebody sets them. */
  get settings(): TownRecord {
    const bead = this.tx.get(TOWN_BEAD);
    return (bead && readSatellite(bead, "town")) ?? townRecordSchema.parse({});
  }

  /** Changes settings of the town; undefined unsets. */
  setSettings(patch: { readonly [K in keyof TownRecord]?: TownRecord[K] | undefined }): void {
    const settings = definedOnly({ ...this.settings, ...patch });
    if (this.tx.get(TOWN_BEAD) === undefined) {
      this.create({
        id: TOWN_BEAD,
        title: `Town ${this.town}`,
        issue_type: "town",
        pinned: true,
        metadata: { town: settings },
      });
    } else {
      this.update(TOWN_BEAD, { metadata: { town: settings } });
    }
  }

  /** Writes the record of a rig, making its bead at first. */
  setRig(rig: RigRecord): void {
    const id = rigBeadId(rig.name);
    const metadata = { rig };
    const bead = this.tx.get(id);
    if (bead === undefined) {
      this.create({ id, title: `Rig ${rig.name}`, issue_type: "rig", pinned: true, metadata });
    } else {
      this.update(id, { metadata, ...(bead.status === "open" ? {} : { status: "open" }) });
    }
    this.changed.rigs.add(rig.name);
    this.#rigs = undefined;
  }

  /** Forgets a rig. */
  removeRig(name: string, reason: string): void {
    this.delete(rigBeadId(name), reason);
    this.changed.rigs.add(name);
    this.#rigs = undefined;
  }

  /** Prefixes whose beads can be read now: the store of a rig may be missing, and then its beads are not gone. */
  get prefixes(): ReadonlySet<string> {
    this.#prefixes ??= new Set(this.committed.prefixes);
    return this.#prefixes;
  }

  /** Full id of a bead that a person named, perhaps in part. @throws {AppError} not_found, ambiguous */
  async resolve(partial: string): Promise<string> {
    if (this.tx.get(partial) !== undefined) return partial;
    try {
      return await this.committed.resolve(partial);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "not_found") throw error;
      throw new AppError("not_found", `There is no "${partial}" in ${this.town}.`, {
        hint: "`gt bead list` lists beads; an id may be given in part.",
        data: { id: partial },
        cause: error,
      });
    }
  }

  /** @throws {AppError} corrupt */
  work(bead: Bead): Work {
    return requireSatellite(bead, "work");
  }

  query(filter: BeadFilter): Bead[] {
    return this.tx.query(filter);
  }

  create(input: NewBead): Bead {
    const bead = this.tx.create(input);
    this.#touched(undefined, bead);
    return bead;
  }

  update(id: string, patch: BeadPatch): Bead {
    const before = this.tx.require(id);
    const bead = this.tx.update(id, patch);
    this.#touched(before, bead);
    return bead;
  }

  /** Writes `metadata.work`, the rest of it as it was, together with other fields. */
  setWork(
    bead: Bead,
    work: { readonly [K in keyof Work]?: Work[K] | undefined },
    patch: BeadPatch = {},
  ): Bead {
    return this.update(bead.id, {
      ...patch,
      metadata: { work: definedOnly({ ...this.work(bead), ...work }) },
    });
  }

  close(id: string, reason: string): Bead {
    const before = this.tx.require(id);
    const bead = this.tx.close(id, reason);
    this.#touched(before, bead);
    return bead;
  }

  comment(id: string, text: string, author = this.by): void {
    this.tx.comment(id, text, author);
    this.changed.beads.add(id);
  }

  delete(id: string, reason: string): void {
    const before = this.tx.require(id);
    this.tx.delete(id, reason);
    this.#count(before, -1);
    this.changed.beads.delete(id);
    this.changed.gone.add(id);
  }

  /** Writes a bead as it was once. */
  putBack(bead: Bead): Bead {
    const before = this.tx.get(bead.id);
    const after = this.tx.put(bead, "restored");
    this.changed.gone.delete(bead.id);
    this.#touched(before, after);
    return after;
  }

  /** Takes the bead out of the town's hands. */
  unlabel(id: string): void {
    this.tx.removeLabel(id, SLUNG_LABEL);
    this.changed.beads.add(id);
  }

  /** Marks beads that others changed, for those who watch. */
  touch(id: string): void {
    const set = this.tx.get(id) === undefined ? this.changed.gone : this.changed.beads;
    set.add(id);
  }

  /** Keeps a record of an agent. */
  setAgent(record: AgentRecord): void {
    this.agents.set(record.id, record);
    this.turn.set(AGENT_KEY + record.id, record);
    this.changed.agents.add(record.id);
  }

  /** Says something in the activity feed. */
  say(type: string, text: string, about: Omit<NewFeedEvent, "type" | "text"> = {}): void {
    this.feed.push({ type, text, ...about });
  }

  #touched(before: Bead | undefined, after: Bead): void {
    this.changed.beads.add(after.id);
    if (before?.status === after.status && before.issue_type === after.issue_type) return;
    if (before !== undefined) this.#count(before, -1);
    this.#count(after, 1);
  }

  #count(bead: Bead, by: number): void {
    if (!isWorkType(bead.issue_type)) return;
    this.changed.counts.set(bead.status, (this.changed.counts.get(bead.status) ?? 0) + by);
  }
}
