/**
 * `npm run bench:store [-- OPTIONS]`: speed and size of the bead store and of `bd`, as a table and as JSON. Measured are
 * whole processes of `dist/gastown` (`npm run build`), or of the sources when there is none, and the store within one
 * process. Nothing here passes or fails.
 *
 * `--sizes 1k,10k,100k`   beads in the store
 * `--only NAME,NAME`      of commands, bulk, memory, sync, process
 * `--runs N`              runs of short commands (15)
 * `--fixtures FOLDER`     where the repositories are made, and found again by the next call
 * `--json FILE`           the rows and the machine as JSON
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchBulk, benchCommands, benchMemory, benchSync, type CliBench } from "./cli.ts";
import { copyFixture, fixture } from "./fixture.ts";
import { type Row, table, tableLine } from "./rows.ts";

const PARTS: Readonly<Record<string, (bench: CliBench) => void>> = {
  commands: benchCommands,
  bulk: benchBulk,
  memory: benchMemory,
  sync: benchSync,
  process: benchProcess,
};
/** Beads of the store that the cost of a commit is compared with. */
const SMALL = 1_000;

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1k,10k,100k" },
    only: { type: "string", default: Object.keys(PARTS).join(",") },
    runs: { type: "string", default: "15" },
    fixtures: { type: "string" },
    json: { type: "string" },
  },
});
const sizes = values.sizes.split(",").map(parseSize);
const parts = values.only.split(",").map(name => {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`--only takes ${Object.keys(PARTS).join(", ")}, not ${name}`);
  return part;
});
const root = join(import.meta.dir, "../..");
const binary = join(root, "dist/bd");
const compiled = existsSync(binary);
const bd = compiled ? [binary] : [process.execPath, join(root, "runtime/cli/bd.ts")];
const scratch = mkdtempSync(join(tmpdir(), "gastown-bench-"));
const fixtures = values.fixtures ?? join(scratch, "fixtures");
const rows: Row[] = [];
const loadBefore = loadavg()[0] ?? 0;
const log = (each: Row): void => {
  rows.push(each);
  console.error(tableLine(each));
};

try {
  for (const beads of sizes) {
    const options = { bd, beads, scratch, log, runs: Number(values.runs), fixture: fixture(fixtures, beads) };
    for (const part of parts) part(options);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
report();

/** In a process of its own, which may grow. */
function benchProcess({ beads, log: each }: CliBench): void {
  const at = copyFixture(fixture(fixtures, beads), join(scratch, "at"));
  const small = copyFixture(fixture(fixtures, SMALL), join(scratch, "small"));
  const program = join(import.meta.dir, "in-process.ts");
  const argv = [process.execPath, program, at, String(beads), small, String(SMALL)];
  const child = Bun.spawnSync(argv, { stderr: "inherit" });
  if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.exitCode}`);
  // SAFETY: the program prints the rows that it made.
  for (const made of JSON.parse(child.stdout.toString()) as Row[]) each(made);
  for (const folder of [at, small]) rmSync(folder, { recursive: true, force: true });
}

function parseSize(text: string): number {
  const match = /^(\d+)(k?)$/.exec(text.trim());
  if (match === null) throw new Error(`--sizes takes numbers such as 1k,10k,100k, not ${text}`);
  return Number(match[1]) * (match[2] === "k" ? 1_000 : 1);
}

function report(): void {
  const git = Bun.spawnSync(["git", "--version"]).stdout.toString().trim();
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    bun: Bun.version,
    git,
    program: compiled ? "binary" : "sources",
    load: { before: loadBefore, after: loadavg()[0] ?? 0 },
    at: new Date().toISOString(),
  };
  const { load, cores, cpu, program } = machine;
  const missed = rows.filter(each => each.met === false);
  console.log(
    `${cores} cores, ${cpu}, Bun ${Bun.version}, ${git}, ${program}; load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after` +
      `${Math.max(load.before, load.after) > cores / 2 ? " (other work ran: compare CPU and floors)" : ""}\n`,
  );
  console.log(table(rows));
  console.log(
    `\n${rows.filter(each => each.met === true).length} targets met, ${missed.length} missed${missed.length === 0 ? "" : ":"}`,
  );
  for (const { figure, beads } of missed) console.log(`- ${figure}, ${beads.toLocaleString("en")} beads`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}
