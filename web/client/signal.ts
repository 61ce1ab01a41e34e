/** A value that can be watched. Listeners are told that it changed, not what it is; they read `value`. */
export interface Readable<T> {
  readonly value: T;
  /** Calls back after each change. Returns the unsubscriber. */
  subscribe(listener: () => void): () => void;
}

/** A watched value that its owner sets. */
export class Signal<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  get value(): T {
    return this.#value;
  }

  /** Sets it; nobody is told when it is the same value (`Object.is`). */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

type ValuesOf<S extends readonly Readable<unknown>[]> = {
  readonly [I in keyof S]: S[I] extends Readable<infer V> ? V : never;
};

/** A value computed from others, and computed again only when one of these has changed and somebody asks. */
export function derive<const S extends readonly Readable<unknown>[], T>(
  sources: S,
  compute: (...values: ValuesOf<S>) => T,
): Readable<T> {
  let inputs: readonly unknown[] | undefined;
  let result: T;
  return {
    get value(): T {
      const now = sources.map(source => source.value);
      if (inputs === undefined || now.some((value, index) => !Object.is(value, inputs?.[index]))) {
        inputs = now;
        // SAFETY: `now` holds the values of `sources` in their order, which is what ValuesOf says.
        result = compute(...(now as unknown as ValuesOf<S>));
      }
      return result;
    },
    subscribe(listener) {
      const unsubscribers = sources.map(source => source.subscribe(listener));
      return () => {
        for (const unsubscribe of unsubscribers) unsubscribe();
      };
    },
  };
}
