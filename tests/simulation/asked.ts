/** A question to a town, as people and agents put it. */

/** A call of the town, and how to see that it was answered truly. */
export interface Asked {
  readonly kind: "town" | "rig";
  /** Name of the rig, for calls of one. */
  readonly name?: string;
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What is wrong if it was answered so, looked at in the moment of the answer. */
  readonly check: (answer: unknown) => string[];
}
