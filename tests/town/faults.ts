/** Deaths of the host at chosen moments: every commit, of actors' storage and of each bead store, is such a moment. */

import type { MemoryBeads } from "../../actors/testing/memory-beads.ts";
import { AppError } from "../../store/schema/errors.ts";
import type { TestTown } from "./test-town.ts";

/** Kills the host where it is told to; until it is started again, nothing is committed any more. */
export class Reaper {
  /** Commits so far. */
  point = 0;
  dead = false;
  readonly #town: TestTown;
  readonly #kill: (point: number) => boolean;
  readonly #watched = new Set<MemoryBeads>();

  /** @param kill true for the moments at which the host dies, before the commit */
  constructor(town: TestTown, kill: (point: number) => boolean) {
    this.#town = town;
    this.#kill = kill;
    town.host.storage.fault = () => (this.#strikes() ? gone() : undefined);
    this.watchStores();
  }

  /** Also looks at stores that were added since. */
  watchStores(): void {
    for (const store of [this.#town.hq, ...this.#town.rigs.values()]) {
      if (this.#watched.has(store)) continue;
      this.#watched.add(store);
      store.beforeCommit = () => {
        if (this.#strikes()) throw gone();
      };
    }
  }

  /** Starts the host again if it died. Deaths during the start are taken care of, too. */
  async revive(): Promise<void> {
    while (this.dead) {
      this.dead = false;
      await this.#town.restart().catch(() => undefined);
    }
  }

  /** Does something as a stubborn user would: again, as long as the host dies over it. */
  async insist<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await act();
        if (!this.dead) return answer;
      } catch (error) {
        if (!this.dead) throw error;
      }
      await this.revive();
    }
  }

  /** Lets the town go on until nothing more happens, through all deaths. */
  async settle(hours = 48): Promise<void> {
    const town = this.#town;
    const until = town.host.clock.now() + hours * 3_600_000;
    while (town.host.clock.now() < until) {
      await this.revive();
      await town.host.drain();
      if (this.dead) continue;
      const { nextAlarm } = town.host.system;
      if (nextAlarm === null && town.sandboxes.live.length === 0) return;
      const now = town.host.clock.now();
      await town.host.advance(Math.min(until, Math.max(nextAlarm ?? now + 1_000, now + 10)) - now);
    }
  }

  #strikes(): boolean {
    if (this.dead) return true;
    this.point += 1;
    this.dead = this.#kill(this.point);
    if (this.dead) this.#town.host.system.crash();
    return this.dead;
  }
}

function gone(): AppError {
  return new AppError("storage_io", "The process is dead.");
}
