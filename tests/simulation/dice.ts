/** Chance that is the same for the same seed. */
import { seededRandom } from "../../actors/kernel/testing/seeded-random.ts";

export class Dice {
  /** In [0, 1). */
  readonly random: () => number;

  /** Two dice of the same seed and different streams are independent of each other. */
  constructor(seed: number, stream: number) {
    this.random = seededRandom(Math.imul(seed + 1, 2_654_435_761) ^ Math.imul(stream + 1, 40_503));
  }

  chance(p: number): boolean {
    return this.random() < p;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.random() * (max - min + 1));
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.random() * list.length)] ?? list[0];
  }

  /** A key, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    // SAFETY: the keys of a record of K.
    const keys = Object.keys(weights) as K[];
    let left = this.random() * keys.reduce((sum, key) => sum + weights[key], 0);
    for (const key of keys) {
      left -= weights[key];
      if (left < 0) return key;
    }
    return keys[keys.length - 1] as K;
  }
}
