/**
 * What syncing costs beside the way to the remote: a no-op, and the merge of many edits on both sides.
 * `bun tests/bench/sync.ts [--sizes 1000,10000] [--json FILE]`. The remote is a folder, reached by the git program.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { bunSyncPorts } from "../../runtime/hosts/bun/store/remotes.ts";
import { type GitBeadStore, openStore } from "../../store/bead-store.ts";
import { mergeTrees, relate } from "../../store/merge/index.ts";
import { syncBranch } from "../../store/sync/index.ts";
import { fill, type StoreFigure } from "./store.ts";

const EDITS = 100;
const NOOPS = 15;

/** Runs everything at each size; progress goes to `log`. */
export async function benchSync(
  sizes: readonly number[],
  log: (line: string) => void,
): Promise<StoreFigure[]> {
  const figures: StoreFigure[] = [];
  for (const beads of sizes) {
    const folder = mkdtempSync(join(tmpdir(), "gastown-bench-"));
    try {
      for (const figure of await benchSize(folder, beads)) {
        figures.push(figure);
        log(
          `${figure.name.padEnd(52)} ${String(figure.beads).padStart(7)}  ${figure.value.toFixed(1)} ${figure.unit}`,
        );
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return figures;
}

async function benchSize(folder: string, beads: number): Promise<StoreFigure[]> {
  const figures: StoreFigure[] = [];
  const add = (name: string, value: number, target?: string) =>
    figures.push({ name, beads, value, unit: "ms", ...(target === undefined ? {} : { target }) });
  const remote = join(folder, "remote.git");
  Bun.spawnSync(["git", "init", "-q", "--bare", remote]);
  const ports = bunSyncPorts(process.env);
  const machine = async (name: string, create: boolean) => {
    const dir = join(folder, `${name}.git`);
    if (create) {
      Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
      Bun.spawnSync(["git", `--git-dir=${dir}`, "remote", "add", "origin", remote]);
    }
    return openStore({ gitDir: dir, prefix: "gt", create, ports: bunStorePorts(process.env) });
  };
  const a = await machine("a", true);
  await fill(a, beads);
  add("first sync, all beads to an empty remote", await timed(() => syncBranch(a.branch, ports)));
  Bun.spawnSync(["cp", "-r", join(folder, "a.git"), join(folder, "b.git")]);
  rmSync(join(folder, "b.git/gastown"), { recursive: true, force: true });
  const b = await machine("b", false);

  const transport = await median(() => listRemote(join(folder, "a.git"), remote));
  const noop = await median(() => syncBranch(a.branch, ports));
  add("sync with nothing to do", noop);
  add("of it beyond `git ls-remote`", noop - transport, "< 50 ms");

  const ids = (await a.query({ status: ["open"], limit: EDITS * 2 })).map(bead => bead.id);
  await edit(a, ids.slice(0, EDITS), "ada");
  await edit(b, ids.slice(EDITS / 2, EDITS * 1.5), "bob");
  await syncBranch(a.branch, ports);
  const ours = (await b.branch.head()) ?? "";
  const spent = await timed(() => syncBranch(b.branch, ports));
  add(`sync, ${EDITS} edits in ${EDITS} commits on each side`, spent, "< 1 s");
  const theirs = (await a.branch.head()) ?? "";
  const { base } = await relate(b.branch, ours, theirs);
  add("of it the merge", await median(() => mergeTrees({ branch: b.branch, ours, theirs, base })));
  await a.close();
  await b.close();
  return figures;
}

/** Half of the edits are of beads that the other side edits too. */
async function edit(store: GitBeadStore, ids: readonly string[], actor: string): Promise<void> {
  for (const [i, id] of ids.entries()) {
    await store.transact({ actor }, tx =>
      tx.update(id, { priority: i % 5, notes: `Edited by ${actor}`, metadata: { [actor]: i } }),
    );
  }
}

async function listRemote(gitDir: string, remote: string): Promise<void> {
  const child = Bun.spawn(["git", `--git-dir=${gitDir}`, "ls-remote", remote, "refs/heads/beads"], {
    stdout: "pipe",
  });
  await new Response(child.stdout).bytes();
  await child.exited;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < NOOPS; i++) times.push(await timed(work));
  return times.sort((x, y) => x - y)[NOOPS >> 1] ?? 0;
}

if (import.meta.main) {
  const argument = (name: string): string | undefined => {
    const at = process.argv.indexOf(name);
    return at > 0 ? process.argv[at + 1] : undefined;
  };
  const sizes = (argument("--sizes") ?? "1000,10000").split(",").map(Number);
  const figures = await benchSync(sizes, line => console.log(line));
  const file = argument("--json");
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
}
