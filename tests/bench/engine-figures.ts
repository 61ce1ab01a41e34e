/** The figures that a benchmark has measured so far, each with its target and the load of the machine. */
import { loadavg } from "node:os";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "s" | "%" | "MB" | "";
  readonly target: string;
  readonly met: boolean;
  /** Load of the machine, one minute, when it was measured. */
  readonly load: number;
}

export const figures: Figure[] = [];

/** The value below which that share of the times lies. */
export function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Notes one, and says it. @param target what the figure must not exceed; infinite when there is none */
export function add(name: string, value: number, unit: Figure["unit"], target: number): void {
  const text = Number.isFinite(target) ? `<= ${target} ${unit}`.trim() : "";
  const load = loadavg()[0] ?? 0;
  figures.push({ name, value, unit, target: text, met: value <= target, load });
  console.error(
    `${name}: ${value.toFixed(2)} ${unit} ${text === "" ? "" : `(${text})`} load ${load.toFixed(1)}`,
  );
}
