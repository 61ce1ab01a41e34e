/**
 * Times whole processes by what the operating system accounts to each: wall time, processor time, peak memory.
 * A child begins with the peak memory of the process that starts it, so whoever measures memory must itself stay small.
 */
import { closeSync, openSync, readFileSync } from "node:fs";

/** One finished process, with all that it waited for. */
export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** How to run. */
export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard output goes into this file: a pipe would be read by the process that measures. */
  readonly output: string;
  /** Exit codes that are no failure beside 0. */
  readonly mayExit?: readonly number[];
}

/** Runs a command to its end. @throws {Error} when it fails */
export function measure(argv: readonly string[], options: RunOptions): Usage {
  const out = openSync(options.output, "w");
  try {
    const start = performance.now();
    const child = Bun.spawnSync([...argv], {
      cwd: options.cwd,
      env: { ...options.env },
      stdin: "ignore",
      stdout: out,
      stderr: "pipe",
    });
    const wallMs = performance.now() - start;
    if (child.exitCode !== 0 && options.mayExit?.includes(child.exitCode) !== true) {
      throw new Error(`${argv.join(" ")} ended with ${child.exitCode}: ${child.stderr.toString()}`);
    }
    const usage = child.resourceUsage;
    return {
      wallMs,
      cpuMs: Number(usage?.cpuTime.total ?? 0) / 1_000,
      peakMiB: (usage?.maxRSS ?? 0) / 1_048_576,
    };
  } finally {
    closeSync(out);
  }
}

/** Runs a command and answers what it printed. @throws {Error} when it fails */
export function outputOf(argv: readonly string[], options: RunOptions): string {
  measure(argv, options);
  return readFileSync(options.output, "utf8");
}
