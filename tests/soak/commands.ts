/** `bd` as real processes for the long tests: started, killed, and what each one acknowledged. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { program } from "../cli-bd/program.ts";
import { git } from "../store/repository.ts";

/** True for the full run, `npm run soak`; the ordinary tests run a small share. */
export const FULL = process.env.GASTOWN_SOAK === "1";

/** A run of `bd`. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when it was killed. */
  readonly code: number | undefined;
}

/** How to start a process. */
export interface StartOptions {
  readonly cwd: string;
  readonly home: string;
  readonly actor: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A module that Bun loads before the program; then the program runs from its sources, bundled. */
  readonly preload?: string;
}

/** A process that runs. */
export interface Started {
  readonly pid: number;
  kill(): void;
  readonly ended: Promise<Ended>;
}

/** Starts `bd`: the built binary in the full run, where there is one, else the bundled sources. */
export async function startBd(args: readonly string[], options: StartOptions): Promise<Started> {
  const { cwd, home, actor, preload } = options;
  const child = Bun.spawn([...(await commandOf(preload)), ...args], {
    cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_EMAIL: "w@example.com",
      BEADS_ACTOR: actor,
      NO_COLOR: "1",
      ...options.env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const ended = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]).then(([stdout, stderr]) => ({ stdout, stderr, code: child.exitCode ?? undefined }));
  return { pid: child.pid, kill: () => child.kill("SIGKILL"), ended };
}

/** Runs `bd` to its end. */
export async function runBd(args: readonly string[], options: StartOptions): Promise<Ended> {
  return await (await startBd(args, options)).ended;
}

/** What `--json` printed, when all of it came. */
export function answerOf({ stdout }: Pick<Ended, "stdout">): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined; // The process was killed before it answered, or while it did.
  }
}

/** What a long test met, as a line of the full run. */
export function tell(figures: string): void {
  if (FULL) process.stdout.write(`${figures}\n`);
}

async function commandOf(preload: string | undefined): Promise<readonly string[]> {
  const binary = join(import.meta.dir, "../../dist/bd");
  if (FULL && preload === undefined && existsSync(binary)) return [binary];
  return [process.execPath, ...(preload === undefined ? [] : ["--preload", preload]), await program()];
}

/** A repository with beads below `root`, and `must`: a command that has to succeed, which answers its JSON. */
export async function startStore(root: string) {
  const dir = join(root, "work");
  const home = join(root, "home");
  mkdirSync(dir);
  mkdirSync(home);
  git(dir, "init", "-q", "-b", "main");
  const options = { cwd: dir, home, actor: "worker" };
  const must = async (...args: string[]): Promise<unknown> => {
    const ended = await runBd([...args, "--json"], options);
    if (ended.code !== 0) throw new Error(`bd ${args.join(" ")}: ${ended.code} ${ended.stderr}`);
    return answerOf(ended);
  };
  await must("init", "--prefix", "gt");
  return { dir, options, must };
}
