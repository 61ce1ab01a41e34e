/**
 * What the store costs within one process: durable mutations a second, one commit beside one of a small store, queries,
 * and what mutations leave in the repository.
 * `bun tests/bench/in-process.ts REPOSITORY BEADS SMALL-REPOSITORY SMALL-BEADS` changes both, and prints the rows as JSON.
 */
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { type GitBeadStore, openStore } from "../../store/bead-store.ts";
import { type Row, row } from "./rows.ts";

const CALLERS = 64;
const MUTATIONS = 6_000;
const COMMITS = 60;
const QUERIES = 15;
const GROWTH_COMMITS = 500;
const ORIGIN = { actor: "bench" };

interface Opened {
  readonly store: GitBeadStore;
  readonly gitDir: string;
  readonly beads: number;
  /** Beads to change. */
  readonly ids: readonly string[];
}

async function open(repository: string, beads: number): Promise<Opened> {
  const gitDir = join(repository, ".git");
  const store = await openStore({ gitDir, ports: bunStorePorts(process.env) });
  const found = await store.query({ status: ["open"], limit: 5_000 });
  return { store, gitDir, beads, ids: found.map(bead => bead.id) };
}

/** One commit here and one there, in turn: the ratio holds on a machine whose speed drifts. */
async function commits(at: Opened, small: Opened): Promise<Row[]> {
  const here: number[] = [];
  const there: number[] = [];
  for (let round = 0; round < COMMITS; round++) {
    there.push(await timed(() => update(small, round)));
    here.push(await timed(() => update(at, round)));
  }
  const ratios = here.map((time, round) => time / (there[round] ?? time));
  return [
    row("one durable commit", at.beads, here, { unit: "ms" }),
    row(`one durable commit, beside one at ${small.beads.toLocaleString("en")} beads`, at.beads, ratios, {
      unit: "x",
      target: { below: 2 },
    }),
  ];
}

async function mutations(at: Opened): Promise<Row> {
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    let next = 0;
    const spent = await timed(() =>
      Promise.all(
        Array.from({ length: CALLERS }, async () => {
          while (next < MUTATIONS) await update(at, next++);
        }),
      ),
    );
    rates.push(MUTATIONS / (spent / 1_000));
  }
  return row(`durable mutations a second, ${CALLERS} callers`, at.beads, rates, {
    unit: "1/s",
    target: { above: 2_000 },
  });
}

async function queries({ store, beads, ids }: Opened): Promise<Row[]> {
  const bodies: readonly (readonly [string, (round: number) => Promise<unknown>])[] = [
    ["ready, 100", () => store.ready({ limit: 100 })],
    ["ready, all", () => store.ready()],
    ["blocked, all", () => store.blocked()],
    ["list, 50", () => store.query({ limit: 50 })],
    ["full-text search, 50", () => store.query({ text: "lease parser", limit: 50 })],
    ["a dependency added, with its cycle check", round => link(store, ids, round)],
  ];
  const rows: Row[] = [];
  for (const [name, body] of bodies) {
    const times: number[] = [];
    for (let round = 0; round < QUERIES; round++) times.push(await timed(() => body(round)));
    rows.push(row(name, beads, times, { unit: "ms" }));
  }
  return rows;
}

/**
 * The whole `.git`, index included, before and after commits of one bead each. Both times the index is a fresh one and git
 * packs everything from the beginning: what an earlier packing left, better or worse, must not count as growth.
 */
async function growth(repository: string, beads: number): Promise<Row> {
  const grow = async (commits: number): Promise<number> => {
    const at = await open(repository, beads);
    for (let round = 0; round < commits; round++) await update(at, round);
    await at.store.rebuildIndex();
    await at.store.close();
    const git = (...args: string[]) => {
      const { exitCode, stderr } = Bun.spawnSync(["git", `--git-dir=${at.gitDir}`, ...args]);
      if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    };
    git("gc", "--quiet", "--prune=now");
    git("repack", "-a", "-d", "-f", "-q");
    return diskUse(at.gitDir);
  };
  const before = await grow(1);
  const after = await grow(GROWTH_COMMITS);
  return row("growth of .git by a mutation, packed", beads, [(after - before) / GROWTH_COMMITS], {
    unit: "bytes",
    target: { below: 2_048 },
  });
}

async function update({ store, ids }: Opened, round: number): Promise<void> {
  const id = ids[(round * 7919) % ids.length] ?? "";
  await store.transact(ORIGIN, tx => tx.update(id, { notes: `note ${round} ${performance.now()}` }));
}

async function link(store: GitBeadStore, ids: readonly string[], round: number): Promise<void> {
  const from = ids[round * 2] ?? "";
  const to = ids[round * 2 + 1] ?? "";
  await store.transact(ORIGIN, tx => tx.addDependency(from, to, "related"));
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

function diskUse(folder: string): number {
  return Number(Bun.spawnSync(["du", "-sb", folder]).stdout.toString().split("\t")[0]);
}

const [, , repository = "", beads = "", smallRepository = "", smallBeads = ""] = process.argv;
const grown = await growth(repository, Number(beads));
const small = await open(smallRepository, Number(smallBeads));
const at = await open(repository, Number(beads));
const rows = [...(await commits(at, small)), await mutations(at), ...(await queries(at)), grown];
await at.store.close();
await small.store.close();
console.log(JSON.stringify(rows));
