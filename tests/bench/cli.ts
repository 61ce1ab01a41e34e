/**
 * What whole `bd` processes cost: from the start of the built binary to its end, on a repository that lies in the
 * operating system's cache. Nothing here passes or fails. Used by `store.ts`, which stays small in memory.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { copyFixture } from "./fixture.ts";
import { measure, outputOf, type RunOptions, type Usage } from "./processes.ts";
import { median, type Row, row, type Target } from "./rows.ts";

/** What the rows are measured on. */
export interface CliBench {
  /** The command line of `bd`. */
  readonly bd: readonly string[];
  /** A repository with the beads; it is copied, not changed. */
  readonly fixture: string;
  readonly beads: number;
  /** For copies and output. */
  readonly scratch: string;
  /** Runs of a short command. */
  readonly runs: number;
  readonly log: (row: Row) => void;
}

/** Commands over everything may take this much memory. */
const PEAK_MIB = 200;

/** `ready`, `show`, `list`, `create`, `close`, in turn, with two floors: what starting any process costs here. */
export function benchCommands(bench: CliBench): void {
  const { beads, runs } = bench;
  const run = runner(bench, "commands");
  const ids = readyIds(bench, run.options, runs + 1);
  const below = { below: beads <= 10_000 ? 40 : 60 };
  const commands: readonly (readonly [string, (round: number) => readonly string[], Target?])[] = [
    ["git --version (floor)", () => ["git", "--version"]],
    ["bd --version (floor)", () => [...bench.bd, "--version"]],
    ["bd ready", () => [...bench.bd, "ready", "--json"], below],
    ["bd show", round => [...bench.bd, "show", ids[round] ?? "", "--json"], below],
    ["bd list", () => [...bench.bd, "list", "--json"], below],
    ["bd create", round => [...bench.bd, "create", `Bench ${round}`, "--json"], below],
    ["bd close", round => [...bench.bd, "close", ids[round] ?? "", "--json"], below],
  ];
  const usages = commands.map((): Usage[] => []);
  for (let round = 0; round <= runs; round++) {
    for (const [at, [, argv]] of commands.entries()) {
      const usage = measure(argv(round), run.options);
      if (round > 0) usages[at]?.push(usage);
    }
  }
  for (const [at, [name, , target]] of commands.entries()) report(bench, name, usages[at] ?? [], target);
  run.end();
}

/** `list --all --json`, the import of everything in one commit, and the index built anew. */
export function benchBulk(bench: CliBench): void {
  const { beads, bd, scratch } = bench;
  const run = runner(bench, "bulk");
  const rounds = beads > 10_000 ? 1 : 3;
  const times = (argv: readonly string[]): Usage[] =>
    Array.from({ length: rounds }, () => measure(argv, run.options));
  const at10k = (target: Target): Target | undefined => (beads === 10_000 ? target : undefined);
  report(bench, "bd list --all --json", times([...bd, "list", "--all", "--json"]), at10k({ below: 250 }));
  report(
    bench,
    "index built anew",
    times([...bd, "recompute-blocked", "--json"]),
    beads === 100_000 ? { below: 15_000 } : undefined,
  );
  const file = join(scratch, "import.jsonl");
  measure([...bd, "export", "-o", file], run.options);
  const imports: Usage[] = [];
  const commits: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const folder = join(scratch, "import");
    rmSync(folder, { recursive: true, force: true });
    const options = { ...run.options, cwd: folder };
    measure(["git", "init", "-q", folder], { ...options, cwd: scratch });
    measure([...bd, "init", "--prefix", "gt", "--quiet"], options);
    const before = countCommits(options);
    imports.push(measure([...bd, "import", file, "--json"], options));
    commits.push(countCommits(options) - before);
    rmSync(folder, { recursive: true, force: true });
  }
  report(bench, "bd import", imports, at10k({ below: 3_000 }));
  bench.log(row("commits of that import", beads, commits, { unit: "commits", target: { below: 2 } }));
  bench.log(
    row(
      "peak memory of that import",
      beads,
      imports.map(usage => usage.peakMiB),
      {
        unit: "MiB",
        target: { below: PEAK_MIB },
      },
    ),
  );
  rmSync(file, { force: true });
  run.end();
}

/** Peak memory of each command that goes over everything, and of those that only look at a little. */
export function benchMemory(bench: CliBench): void {
  const run = runner(bench, "memory");
  const [id = ""] = readyIds(bench, run.options, 1);
  const file = join(bench.scratch, "memory.jsonl");
  for (const words of memoryCommands(id, file)) {
    const usage = measure([...bench.bd, ...words], { ...run.options, mayExit: [1] });
    const name = words.map(word => (word === file ? "FILE" : word === id ? "ID" : word)).join(" ");
    bench.log(
      row(`peak memory: bd ${name}`, bench.beads, [usage.peakMiB], {
        unit: "MiB",
        target: { below: PEAK_MIB },
        cpuMs: usage.cpuMs,
      }),
    );
  }
  rmSync(file, { force: true });
  run.end();
}

function memoryCommands(id: string, file: string): readonly (readonly string[])[] {
  return [
    ["ready", "--json"],
    ["ready", "--limit", "0", "--json"],
    ["show", id, "--json"],
    ["list", "--json"],
    ["list", "--all"],
    ["list", "--all", "--long"],
    ["list", "--all", "--json"],
    ["list", "--all", "--sort", "updated", "--json"],
    ["list", "--all", "--sort", "title", "--reverse"],
    ["list", "--all", "--json", "--skip-labels"],
    ["list", "--all", "--format", "dot"],
    ["list", "--ready", "--limit", "0", "--json"],
    ["ready", "--limit", "0", "--explain", "--json"],
    ["query", "priority<=1", "--limit", "0", "--json"],
    ["create", "Bench", "--json"],
    ["close", id, "--json"],
    ["search", "cache", "--json"],
    ["search", "cache", "--limit", "0", "--json"],
    ["query", "priority<=1 AND status=open", "--json"],
    ["blocked", "--json"],
    ["count", "--by-status", "--json"],
    ["status", "--json"],
    ["graph", "--all"],
    ["graph", "--all", "--json"],
    ["graph", "--all", "--html"],
    ["dep", "cycles", "--json"],
    ["duplicates", "--json"],
    ["find-duplicates", "--json"],
    ["stale", "--json"],
    ["stale", "--limit", "0", "--json"],
    ["history", id, "--json"],
    ["undo", "--dry-run", "--json"],
    ["lint", "--json"],
    ["epic", "status", "--json"],
    ["label", "list-all", "--json"],
    ["doctor", "--json"],
    ["prime"],
    ["export", "-o", file],
    ["export"],
    ["import", file, "--json"],
    ["import", file, "--dry-run", "--json"],
    ["recompute-blocked", "--json"],
  ];
}

/** `bd sync`: with nothing to do, beside what git needs to ask the remote; and with a hundred edits on either side. */
export function benchSync(bench: CliBench): void {
  const { beads, bd, scratch, runs } = bench;
  const run = runner(bench, "ada");
  const remote = join(scratch, "remote.git");
  rmSync(remote, { recursive: true, force: true });
  measure(["git", "init", "-q", "--bare", remote], { ...run.options, cwd: scratch });
  measure(["git", "remote", "add", "origin", remote], run.options);
  const first = measure([...bd, "sync"], run.options);
  report(bench, "bd sync, all beads to an empty remote", [first]);
  bench.log(
    row("peak memory: bd sync, all beads to an empty remote", beads, [first.peakMiB], {
      unit: "MiB",
      target: { below: PEAK_MIB },
      cpuMs: first.cpuMs,
    }),
  );
  const transport: Usage[] = [];
  const noop: Usage[] = [];
  for (let round = 0; round <= runs; round++) {
    const asked = measure(["git", "ls-remote", "origin", "refs/heads/beads"], run.options);
    const synced = measure([...bd, "sync"], run.options);
    if (round === 0) continue;
    transport.push(asked);
    noop.push(synced);
  }
  report(bench, "git ls-remote (the transport)", transport);
  report(bench, "bd sync, nothing to do", noop);
  const beyond = noop.map((usage, at) => usage.wallMs - (transport[at]?.wallMs ?? 0));
  bench.log(row("of it beyond the transport", beads, beyond, { unit: "ms", target: { below: 50 } }));
  const other = { ...run.options, cwd: copyFixture(run.options.cwd, join(scratch, "bob")) };
  const merges: Usage[] = [];
  for (let round = 0; round < 3; round++) {
    edit(run.options, "ada", round * EDITS);
    edit(other, "bob", round * EDITS + EDITS / 2);
    measure([...bd, "sync"], run.options);
    merges.push(measure([...bd, "sync"], other));
    measure([...bd, "sync"], run.options);
  }
  report(bench, `bd sync, ${EDITS} edits a side`, merges, { below: 1_000 });
  bench.log(
    row(
      `peak memory: bd sync, ${EDITS} edits a side`,
      beads,
      merges.map(usage => usage.peakMiB),
      {
        unit: "MiB",
        target: { below: PEAK_MIB },
      },
    ),
  );
  rmSync(other.cwd, { recursive: true, force: true });
  rmSync(remote, { recursive: true, force: true });
  run.end();
}

/** Edits of one side. Half of them are of beads that the other side edits too. */
const EDITS = 100;

/** Makes the edits, one commit each, from the bead at `from` on. */
function edit(options: RunOptions, actor: string, from: number): void {
  const program = join(import.meta.dir, "edit.ts");
  measure([process.execPath, program, options.cwd, actor, String(from), String(EDITS)], options);
}

function runner(bench: CliBench, name: string): { readonly options: RunOptions; end(): void } {
  const cwd = copyFixture(bench.fixture, join(bench.scratch, name));
  const options: RunOptions = {
    cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: bench.scratch,
      LANG: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Bench",
      GIT_AUTHOR_EMAIL: "bench@example.com",
      BD_ACTOR: "bench",
    },
    output: join(bench.scratch, "output"),
  };
  return { options, end: () => rmSync(cwd, { recursive: true, force: true }) };
}

/** Ids of beads that can be closed; the first call also warms the cache. */
function readyIds(bench: CliBench, options: RunOptions, count: number): string[] {
  const text = outputOf([...bench.bd, "ready", "--type", "task", "-n", String(count), "--json"], options);
  const beads: unknown = JSON.parse(text);
  if (!Array.isArray(beads)) throw new Error("bd ready --json printed no array");
  return beads.map(bead => String(bead.id));
}

function countCommits(options: RunOptions): number {
  return Number(outputOf(["git", "rev-list", "--count", "refs/heads/beads"], options));
}

function report(bench: CliBench, name: string, usages: readonly Usage[], target?: Target): void {
  bench.log(
    row(
      name,
      bench.beads,
      usages.map(usage => usage.wallMs),
      {
        unit: "ms",
        target,
        cpuMs: median(usages.map(usage => usage.cpuMs)),
      },
    ),
  );
}
