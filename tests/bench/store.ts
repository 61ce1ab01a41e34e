/**
 * What the bead store costs within one process: durable mutations a second, one commit at 1k and at 100k beads, queries,
 * the index built anew. `bun tests/bench/store.ts [--sizes 1000,10000,100000] [--json FILE]`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { type GitBeadStore, openStore } from "../../store/bead-store.ts";
import { makeBeads } from "./store-data.ts";

/** One figure. */
export interface StoreFigure {
  readonly name: string;
  readonly beads: number;
  readonly value: number;
  readonly unit: "ms" | "s" | "1/s" | "bytes";
  /** The architecture's target, as text. */
  readonly target?: string;
}

const CALLERS = 64;
const ROUNDS = 15;
const ORIGIN = { actor: "bench" };
const IMPORT_PIECE = 10_000;

/** Runs everything at each size; progress goes to `log`. */
export async function benchStore(
  sizes: readonly number[],
  log: (line: string) => void,
): Promise<StoreFigure[]> {
  const figures: StoreFigure[] = [];
  for (const size of sizes) {
    const folder = mkdtempSync(join(tmpdir(), "gastown-bench-"));
    try {
      Bun.spawnSync(["git", "init", "-q", "--bare", folder]);
      for (const figure of await benchSize(folder, size)) {
        figures.push(figure);
        log(`${figure.name.padEnd(52)} ${String(figure.beads).padStart(7)}  ${format(figure)}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return figures;
}

async function benchSize(gitDir: string, beads: number): Promise<StoreFigure[]> {
  const open = () => openStore({ gitDir, prefix: "gt", create: true, ports: bunStorePorts(process.env) });
  const figures: StoreFigure[] = [];
  const add = (name: string, value: number, unit: StoreFigure["unit"], target?: string) =>
    figures.push({ name, beads, value, unit, ...(target === undefined ? {} : { target }) });
  let store = await open();
  add("import", await timed(() => fill(store, beads)), "ms", "10k < 3 s");
  const ids = (await store.query({ status: ["open"], limit: 5_000 })).map(bead => bead.id);
  add("one commit, median", await median(i => update(store, ids, i)), "ms", "100k <= 2 x 1k");
  add(`mutations, ${CALLERS} callers`, await throughput(store, ids), "1/s", "> 2,000");
  add("ready, limit 100, median", await median(() => store.ready({ limit: 100 })), "ms");
  add("ready, all, median", await median(() => store.ready()), "ms");
  add("blocked, all", await median(() => store.blocked(), 3), "ms");
  add("list, limit 50, median", await median(() => store.query({ limit: 50 })), "ms");
  add("list, all", await median(() => store.query({}), 3), "ms");
  add("full-text search, first", await timed(() => store.query({ text: "cache token", limit: 50 })), "ms");
  add("full-text search, median", await median(() => store.query({ text: "lease parser", limit: 50 })), "ms");
  add("add a dependency with cycle check, median", await median(i => link(store, ids, i)), "ms");
  await store.close();
  add("open, index current", await timed(async () => (store = await open())), "ms");
  await store.close();
  Bun.spawnSync(["git", `--git-dir=${gitDir}`, "repack", "-adq"]);
  add("objects after packing", diskUse(gitDir), "bytes");
  rmSync(join(gitDir, "gastown"), { recursive: true, force: true });
  add("open, index built anew", await timed(async () => (store = await open())), "ms", "100k < 15 s");
  await store.close();
  return figures;
}

/** Imports the benchmark's beads in pieces. */
export async function fill(store: GitBeadStore, count: number): Promise<void> {
  const beads = makeBeads(count);
  for (let start = 0; start < beads.length; start += IMPORT_PIECE) {
    await store.transactStore({ ...ORIGIN, subject: "Import" }, tx => {
      for (const bead of beads.slice(start, start + IMPORT_PIECE)) tx.put(bead, "imported");
    });
  }
}

async function update(store: GitBeadStore, ids: readonly string[], i: number): Promise<void> {
  const id = ids[(i * 7919) % ids.length] ?? "";
  await store.transact(ORIGIN, tx => tx.update(id, { notes: `note ${i} ${performance.now()}` }));
}

async function link(store: GitBeadStore, ids: readonly string[], i: number): Promise<void> {
  const from = ids[i * 2] ?? "";
  const to = ids[i * 2 + 1] ?? "";
  await store.transact(ORIGIN, tx => tx.addDependency(from, to, "related"));
}

async function throughput(store: GitBeadStore, ids: readonly string[]): Promise<number> {
  const total = 6_000;
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (next < total) await update(store, ids, next++);
    }),
  );
  return total / ((performance.now() - start) / 1000);
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

async function median(body: (round: number) => Promise<unknown>, rounds = ROUNDS): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) times.push(await timed(() => body(i)));
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

function diskUse(gitDir: string): number {
  const out = Bun.spawnSync(["du", "-sb", join(gitDir, "objects")]).stdout.toString();
  return Number(out.split("\t")[0]);
}

function format(figure: StoreFigure): string {
  const value = figure.value >= 100 ? figure.value.toFixed(0) : figure.value.toFixed(2);
  return `${value.padStart(9)} ${figure.unit.padEnd(5)} ${figure.target ?? ""}`;
}

if (import.meta.main) {
  const at = process.argv.indexOf("--sizes");
  const sizes = (at > 0 ? (process.argv[at + 1] ?? "") : "1000,10000,100000").split(",").map(Number);
  const figures = await benchStore(sizes, line => console.log(line));
  const file = process.argv.indexOf("--json");
  const path = file > 0 ? process.argv[file + 1] : undefined;
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`);
}
