/** Repositories, child processes and rounds for the tests of the bead store. */
import { afterEach, expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Factor of how often the long tests repeat; CI runs the small share, 1. */
export const ROUNDS = Math.max(1, Number(process.env.GASTOWN_TEST_ROUNDS ?? "1") || 1);

/** Removes what a test file made, after each of its tests. */
export function useFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "gastown-test-"));
    folders.push(folder);
    return folder;
  };
}

/** Runs git and answers its output; the test fails when git complains. */
export function git(cwd: string, ...args: string[]): string {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: cwd,
    GIT_AUTHOR_NAME: "Person",
    GIT_AUTHOR_EMAIL: "person@example.org",
    GIT_COMMITTER_NAME: "Person",
    GIT_COMMITTER_EMAIL: "person@example.org",
    GIT_CONFIG_NOSYSTEM: "1",
  };
  const result = Bun.spawnSync(["git", ...args], { cwd, env });
  if (result.exitCode !== 0) expect(`git ${args.join(" ")}: ${result.stderr}`).toBe("");
  return result.stdout.toString();
}

/** The test fails when the repository is not whole. */
export function fsck(cwd: string): void {
  const result = Bun.spawnSync(["git", "fsck", "--strict", "--full"], { cwd });
  expect(`${result.stderr}`.replace(/^notice: .*\n/gm, "")).toBe("");
  expect(`${result.stdout}`.split("\n").filter(line => line !== "" && !line.startsWith("dangling"))).toEqual(
    [],
  );
}

/** Starts another Bun process on a file of this folder. */
export function startChild(file: string, args: readonly string[]) {
  return Bun.spawn([process.execPath, join(import.meta.dir, file), ...args], {
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: process.env.PATH ?? "" },
  });
}
