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
  /** Commits with beads so far. */
  commits = 0;
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
        else this.beads.set(id, after);
        return { id, before, after };
      });
      this.#changed(changes, store);
    });
  }

  /** Of these types, the oldest first. */
  ofType(types: readonly string[]): Bead[] {
    return [...this.beads.values()].filter(bead => types.includes(bead.issue_type));
  }
}
