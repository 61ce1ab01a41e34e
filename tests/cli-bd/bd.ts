/** Runs `bd` as a real process, in repositories of its own. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "./program.ts";

/** Milliseconds for a test that starts dozens of processes, on a busy machine. */
export const PATIENCE_MS = 120_000;

/** What a run of the program left. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder with a home of its own; everything in it goes with `remove`. */
export interface Sandbox {
  readonly root: string;
  readonly cwd: string;
  /** Runs `bd`; never throws. */
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** Runs `bd ... --json`, which must succeed, and reads its output. */
  json(...args: readonly string[]): Promise<unknown>;
  /** Runs `bd`, which must succeed, and answers its trimmed output. */
  text(...args: readonly string[]): Promise<string>;
  git(...args: readonly string[]): string;
  remove(): void;
}

/** A sandbox whose working folder is a fresh git repository, with a store when a prefix is given. */
export async function sandbox(
  options: { readonly prefix?: string; readonly git?: boolean } = {},
): Promise<Sandbox> {
  const root = mkdtempSync(join(tmpdir(), "bd-cli-"));
  const cwd = join(root, "work");
  mkdirSync(cwd);
  mkdirSync(join(root, "home"));
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: join(root, "home"),
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_EMAIL: "w@example.com",
    BEADS_ACTOR: "worker",
    NO_COLOR: "1",
  };
  const run = async (args: readonly string[], given: RunOptions = {}): Promise<Run> => {
    const child = Bun.spawn([process.execPath, await program(), ...args], {
      cwd: given.cwd ?? cwd,
      env: { ...env, ...given.env },
      stdin: given.input === undefined ? "ignore" : new Blob([given.input]),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, stdout, stderr };
  };
  const must = async (args: readonly string[]): Promise<string> => {
    const result = await run(args);
    if (result.code !== 0)
      throw new Error(`bd ${args.join(" ")}: exit ${result.code}\n${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  const git = (...args: readonly string[]): string => {
    const child = Bun.spawnSync(["git", ...args], { cwd, env });
    if (child.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${child.stderr.toString()}`);
    return child.stdout.toString();
  };
  if (options.git !== false) {
    git("init", "-q", "-b", "main");
    git("config", "user.name", "Ada Lovelace");
    git("config", "user.email", "ada@example.com");
  }
  if (options.prefix !== undefined) await must(["init", "--prefix", options.prefix, "--quiet"]);
  return {
    root,
    cwd,
    run,
    json: async (...args) => JSON.parse(await must([...args, "--json"])),
    text: async (...args) => (await must(args)).trim(),
    git,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Keys of an object in their order; of the first entry of an array. */
export function keysOf(value: unknown): string[] {
  const object: unknown = Array.isArray(value) ? value[0] : value;
  return typeof object === "object" && object !== null ? Object.keys(object) : [];
}

/** A value as a record, for looking into JSON. */
export function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`no object: ${JSON.stringify(value)}`);
  return { ...value };
}

/** A value as a list of records. */
export function records(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw new Error(`no array: ${JSON.stringify(value)}`);
  return value.map(record);
}
