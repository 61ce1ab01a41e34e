/** The rows of the benchmark of the store: what was measured, beside its target and the load of the machine. */
import { loadavg } from "node:os";

/** What a figure must be. */
export interface Target {
  /** It must be smaller than this, in the unit of the row. */
  readonly below?: number;
  /** It must be larger than this, in the unit of the row. */
  readonly above?: number;
}

/** One figure. */
export interface Row {
  readonly figure: string;
  /** Beads in the store. */
  readonly beads: number;
  /** The median, where there are several runs. */
  readonly value: number;
  readonly unit: "ms" | "1/s" | "bytes" | "MiB" | "x" | "commits";
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  /** Processor time, user and system, in milliseconds: the median. Of a whole process with those that it waited for. */
  readonly cpuMs?: number;
  readonly target?: Target;
  /** Undefined for a figure without a target. */
  readonly met?: boolean;
  /** Processes that wanted to run in the last minute, when it was measured. */
  readonly load: number;
}

/** A row of these values. */
export function row(
  figure: string,
  beads: number,
  values: readonly number[],
  options: { readonly unit: Row["unit"]; readonly target?: Target | undefined; readonly cpuMs?: number },
): Row {
  const sorted = [...values].sort((a, b) => a - b);
  const value = median(sorted);
  const { target, unit, cpuMs } = options;
  return {
    figure,
    beads,
    value,
    unit,
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    runs: sorted.length,
    ...(cpuMs === undefined ? {} : { cpuMs }),
    ...(target === undefined ? {} : { target, met: isMet(value, target) }),
    load: loadavg()[0] ?? 0,
  };
}

/** The middle value; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  return [
    "| figure | beads | median | min to max | CPU | target | met | runs | load |",
    "| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |",
    ...rows.map(tableLine),
  ].join("\n");
}

/** One row of the table. */
export function tableLine(each: Row): string {
  const { figure, beads, value, unit, min, max, runs, cpuMs, target, met, load } = each;
  const cells = [
    figure,
    beads.toLocaleString("en"),
    `${short(value)} ${unit}`,
    runs === 1 ? "" : `${short(min)} to ${short(max)}`,
    cpuMs === undefined ? "" : `${short(cpuMs)} ms`,
    target === undefined ? "" : targetText(target, unit),
    met === undefined ? "" : met ? "yes" : "**no**",
    String(runs),
    load.toFixed(1),
  ];
  return `| ${cells.join(" | ")} |`;
}

function isMet(value: number, { below, above }: Target): boolean {
  return (below === undefined || value < below) && (above === undefined || value > above);
}

function targetText({ below, above }: Target, unit: Row["unit"]): string {
  return below === undefined ? `> ${short(above ?? 0)} ${unit}` : `< ${short(below)} ${unit}`;
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 1 : 2);
}
