/**
 * Repositories with the benchmark's beads, one per size, made once and then copied.
 * As a program: `bun tests/bench/fixture.ts FOLDER BEADS`.
 */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { type GitBeadStore, openStore } from "../../store/bead-store.ts";
import { makeBeads } from "./store-data.ts";

const IMPORT_PIECE = 10_000;

/** The repository with so many beads under `folder`, made when it is not there. It must not be changed: see `copyFixture`. */
export function fixture(folder: string, beads: number): string {
  const path = join(folder, `beads-${beads}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // In a process of its own: whoever measures memory must not have held the beads.
  const made = Bun.spawnSync([process.execPath, import.meta.path, path, String(beads)], {
    stderr: "inherit",
  });
  if (made.exitCode !== 0) throw new Error(`the fixture of ${beads} beads could not be made`);
  return path;
}

/** A copy to work on. */
export function copyFixture(from: string, to: string): string {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  return to;
}

/** Imports the benchmark's beads in pieces. */
export async function fill(store: GitBeadStore, count: number): Promise<void> {
  const beads = makeBeads(count);
  for (let start = 0; start < beads.length; start += IMPORT_PIECE) {
    await store.transactStore({ actor: "bench", subject: "Import" }, tx => {
      for (const bead of beads.slice(start, start + IMPORT_PIECE)) tx.put(bead, "imported");
    });
  }
}

async function make(path: string, beads: number): Promise<void> {
  const temporary = `${path}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(join(temporary, ".beads"), { recursive: true });
  Bun.spawnSync(["git", "init", "-q", "-b", "main", temporary]);
  const store = await openStore({
    gitDir: join(temporary, ".git"),
    prefix: "gt",
    create: true,
    ports: bunStorePorts(process.env),
  });
  await fill(store, beads);
  await store.close();
  renameSync(temporary, path);
}

if (import.meta.main) {
  const [, , path = "", beads = ""] = process.argv;
  await make(path, Number(beads));
}
