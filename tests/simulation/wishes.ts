/** What people (and other writers of the branch) asked for: only that may happen which the town does not do by itself. */
export type Wish = "close" | "reopen" | "delete" | "sling" | "retry";

export class Wishes {
  readonly #wished = new Map<string, Set<string>>();

  /** Somebody asked for it; whether it was answered is another matter. */
  ask(wish: Wish, bead: string): void {
    const beads = this.#wished.get(wish) ?? new Set();
    this.#wished.set(wish, beads.add(bead));
  }

  /** True when somebody has asked for it since it was last granted. */
  has(wish: Wish, bead: string): boolean {
    return this.#wished.get(wish)?.has(bead) ?? false;
  }

  grant(wish: Wish, bead: string): void {
    this.#wished.get(wish)?.delete(bead);
  }
}
