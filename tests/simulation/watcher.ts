/** Every bead as it was committed last, in all stores, and every change of one as it happens. */
import type { MemoryBeads } from "../../actors/testing/memory-beads.ts";
import type { Bead } from "../../store/schema/bead.ts";

/** A change; undefined for what was not there before, or is gone. */
export interface BeadChange {
  readonly id: string;
  readonly before: Bead | undefined;
  readonly after: Bead | undefined;
}

export class Watcher {
  readonly beads = new Map<string, Bead>();
  /** What is not there any more since it was over. */
  readonly forgotten = new Set<string>();
  /** Commits with beads so far. */
  commits = 0;
  /** Those of them with more than the records of agents: what these have behind them is put right at each start. */
  commitsBesideRecords = 0;
  readonly #givenBack = new Map<string, number>();
  readonly #budgeted = new Set<string>();
  readonly #stores = new Set<MemoryBeads>();
  readonly #changed: (changes: readonly BeadChange[], store: MemoryBeads) => void;

  /** @param changed called within each commit */
  constructor(changed: (changes: readonly BeadChange[], store: MemoryBeads) => void) {
    this.#changed = changed;
  }

  /** Also looks at this store; again does nothing. */
  watch(store: MemoryBeads): void {
    if (this.#stores.has(store)) return;
    this.#stores.add(store);
    store.watch(({ ids }) => {
      this.commits += 1;
      const changes = ids.map(id => {
        const before = this.beads.get(id);
        const after = store.peek(id);
        if (after === undefined) this.beads.delete(id);
        if (after === undefined && before !== undefined && isForgotten(before)) this.forgotten.add(id);
        if (after !== undefined) this.beads.set(id, after);
        if (after?.metadata?.budget !== undefined) this.#budgeted.add(id);
        if (triesOf(after) < triesOf(before)) this.#givenBack.set(id, this.givenBack(id) + 1);
        return { id, before, after };
      });
      const isRecord = ({ before, after }: BeadChange) => (after ?? before)?.issue_type === "agent";
      if (!changes.every(isRecord)) this.commitsBesideRecords += 1;
      this.#changed(changes, store);
    });
  }

  /** Attempts on a bead that were given back. */
  givenBack(id: string): number {
    return this.#givenBack.get(id) ?? 0;
  }

  /** Those that hold a budget. */
  budgeted(): Bead[] {
    return [...this.#budgeted].flatMap(id => this.beads.get(id) ?? []);
  }

  /** Of these types, the oldest first. */
  ofType(types: readonly string[]): Bead[] {
    return [...this.beads.values()].filter(bead => types.includes(bead.issue_type));
  }
}

function triesOf(bead: Bead | undefined): number {
  const work = bead?.metadata?.work;
  return typeof work === "object" && work !== null && "tries" in work ? Number(work.tries) : 0;
}

/** Mail that is over is forgotten after a while. */
export function isForgotten({ issue_type, status }: Bead): boolean {
  return issue_type === "message" && status === "closed";
}
