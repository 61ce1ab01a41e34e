/** Real repositories in temporary folders, which go away with the test. */
import { afterEach } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunStorePorts } from "../../../runtime/hosts/bun/store/ports.ts";
import { bunSyncPorts } from "../../../runtime/hosts/bun/store/remotes.ts";
import { type GitBeadStore, openStore } from "../../../store/bead-store.ts";
import type { NewBead } from "../../../store/schema/bead.ts";
import { type SyncOptions, type SyncPorts, type SyncReport, syncBranch } from "../../../store/sync/index.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs something after the test, the last first. */
export function onCleanup(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** What git is started with here: nothing of the person who runs the tests. */
export function gitEnv(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: home,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "tester",
    GIT_AUTHOR_EMAIL: "tester@example.org",
    GIT_COMMITTER_NAME: "tester",
    GIT_COMMITTER_EMAIL: "tester@example.org",
  };
}

/** A temporary folder. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "gastown-sync-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Runs git; throws when it fails. */
export function git(dir: string, ...args: string[]): string {
  const result = Bun.spawnSync(["git", "-C", dir, ...args], { env: gitEnv(dir) });
  if (result.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr.toString()}`);
  return result.stdout.toString().trim();
}

/** A bare repository to push to. */
export function bareRemote(): string {
  const dir = join(tempDir(), "remote.git");
  Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
  return dir;
}

/** A bare repository with a first commit on `main`. */
export function seededRemote(): string {
  const remote = bareRemote();
  const work = join(tempDir(), "seed");
  Bun.spawnSync(["git", "init", "-q", "-b", "main", work]);
  git(work, "commit", "--quiet", "--allow-empty", "-m", "first");
  git(work, "push", "--quiet", remote, "main");
  git(remote, "symbolic-ref", "HEAD", "refs/heads/main");
  return remote;
}

/** A machine with a repository and, in it, beads. */
export interface Machine {
  readonly dir: string;
  readonly store: GitBeadStore;
  readonly ports: SyncPorts;
  create(title: string, more?: Partial<NewBead>): Promise<string>;
  update(id: string, patch: Record<string, unknown>): Promise<void>;
  sync(options?: SyncOptions): Promise<SyncReport>;
  /** Titles of all beads, sorted. */
  titles(): Promise<string[]>;
  head(): Promise<string>;
}

/** What is special about a machine. */
export interface MachineOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly actor?: string;
  readonly ports?: Partial<SyncPorts>;
  /** Without a bead branch of its own. */
  readonly empty?: boolean;
  /** The repository is there already. */
  readonly dir?: string;
  readonly prefix?: string;
}

/** Sets a machine up, with `url` as its remote "origin". */
export async function machine(url: string | undefined, options: MachineOptions = {}): Promise<Machine> {
  const dir = options.dir ?? join(tempDir(), "repo");
  if (options.dir === undefined) {
    Bun.spawnSync(["git", "init", "-q", dir]);
    if (url !== undefined) git(dir, "remote", "add", "origin", url);
  }
  const env = { ...gitEnv(dir), ...options.env };
  const ports = { ...bunSyncPorts(env), ...options.ports };
  const storePorts = bunStorePorts(env);
  const open = (create: boolean) =>
    openStore({ gitDir: dir, prefix: options.prefix ?? "gt", create, ports: storePorts });
  const actor = options.actor ?? "ada";
  if (options.empty === true) {
    const { Branch } = await import("../../../store/branch/branch.ts");
    await syncBranch(await Branch.open(storePorts, dir, "refs/heads/beads"), ports);
  }
  const store = await open(options.empty !== true);
  cleanups.push(() => store.close());
  return {
    dir,
    store,
    ports,
    create: async (title, more = {}) =>
      (await store.transact({ actor }, tx => tx.create({ title, ...more }).id)).value,
    update: async (id, patch) => void (await store.transact({ actor }, tx => tx.update(id, patch))),
    sync: async (sync = {}) => {
      const report = await syncBranch(store.branch, ports, sync);
      await store.refresh();
      return report;
    },
    titles: async () => (await store.query({})).map(bead => bead.title).sort(),
    head: async () => (await store.branch.head()) ?? "",
  };
}

/** An executable script in a temporary folder; answers its path. */
export function script(name: string, text: string): string {
  const path = join(tempDir(), name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
