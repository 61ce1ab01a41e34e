/** Many seeds at once, in processes of their own: each takes every n-th seed and reports line by line. */
import type { PlanSize } from "./make-plan.ts";
import type { Outcome } from "./simulation.ts";

export interface ManyOptions {
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly size: PlanSize;
  /** Called with each outcome, in the order in which they come. */
  readonly heard: (outcome: Outcome) => void;
}

/** Runs the seeds; resolves when all have ended. @throws {Error} when a process of them fails */
export async function runMany({ from, seeds, jobs, size, heard }: ManyOptions): Promise<void> {
  const workers = Array.from({ length: Math.min(jobs, seeds) }, (_, job) => work(job));
  await Promise.all(workers);

  async function work(job: number): Promise<void> {
    const args = ["--share", `${job}/${jobs}`, "--from", String(from), "--seeds", String(seeds)];
    if (size === "small") args.push("--small");
    const child = Bun.spawn([process.execPath, `${import.meta.dir}/main.ts`, ...args], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) heard(JSON.parse(line));
    }
    const code = await child.exited;
    if (code !== 0) throw new Error(`a process that simulates ended with ${code}`);
  }
}
