import { describe, expect, test } from "bun:test";
import { derive, Signal } from "./signal.ts";

describe("Signal", () => {
  test("tells listeners of a change, and not of the same value", () => {
    const signal = new Signal(1);
    let told = 0;
    const stop = signal.subscribe(() => {
      told += 1;
    });
    signal.set(2);
    signal.set(2);
    stop();
    signal.set(3);
    expect([told, signal.value]).toEqual([1, 3]);
  });

  test("a listener may unsubscribe while it is told", () => {
    const signal = new Signal(0);
    const seen: string[] = [];
    const stop = signal.subscribe(() => {
      seen.push("first");
      stop();
    });
    signal.subscribe(() => seen.push("second"));
    signal.set(1);
    signal.set(2);
    expect(seen).toEqual(["first", "second", "second"]);
  });
});

describe("derive", () => {
  test("computes again only when a source has changed", () => {
    const left = new Signal(1);
    const right = new Signal(10);
    let computed = 0;
    const sum = derive([left, right], (a, b) => {
      computed += 1;
      return a + b;
    });
    expect([sum.value, sum.value, computed]).toEqual([11, 11, 1]);
    right.set(20);
    expect([sum.value, computed]).toEqual([21, 2]);
  });
});
