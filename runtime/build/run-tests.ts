/**
 * `npm test [-- filter ...]`: runs every test group one after another and ends with one line, `N passed, N failed`.
 * Groups keep memory and processes of one area from weighing on the next; a group that crashes counts as a failure.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";

interface Tally {
  passed: number;
  failed: number;
  skipped: string[];
}

const FOLDERS = ["store", "actors", "agent-sandbox", "runtime", "web", "tests"];
const root = join(import.meta.dir, "../..");
const filters = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "gastown-tests-"));
const total: Tally = { passed: 0, failed: 0, skipped: [] };

for (const [group, files] of groups()) {
  process.stdout.write(`\n# ${group} (${files.length} ${files.length === 1 ? "file" : "files"})\n`);
  const tally = await run(group, files);
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped.push(...tally.skipped);
}
rmSync(work, { recursive: true, force: true });

if (total.skipped.length > 0) {
  process.stdout.write(`\nSkipped:\n${total.skipped.map(name => `  ${name}`).join("\n")}\n`);
}
const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : "";
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

/** Test files by group: the top-level folder, and for `tests` the folder below it. */
function groups(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const folder of FOLDERS) {
    for (const file of new Glob(`${folder}/**/*.test.ts`).scanSync({ cwd: root })) {
      if (filters.length > 0 && !filters.some(filter => file.includes(filter))) continue;
      const parts = file.split("/");
      const group = parts[0] === "tests" && parts.length > 2 ? `tests/${parts[1]}` : folder;
      found.set(group, [...(found.get(group) ?? []), file].sort());
    }
  }
  return found;
}

/** Runs one group under `bun test` and reads its counts from the JUnit report. */
async function run(group: string, files: readonly string[]): Promise<Tally> {
  const report = join(work, `${group.replaceAll("/", "-")}.xml`);
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      "--timeout=20000",
      ...files.map(file => `./${file}`),
      "--reporter=junit",
      `--reporter-outfile=${report}`,
    ],
    { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit" },
  );
  const code = await child.exited;
  const tally = read(report, group);
  if (code !== 0 && tally.failed === 0) tally.failed = 1;
  return tally;
}

/** Counts of a JUnit report; a missing report is one failure. */
function read(report: string, group: string): Tally {
  let xml: string;
  try {
    xml = readFileSync(report, "utf8");
  } catch {
    process.stdout.write(`${group}: the test process ended without a report\n`);
    return { passed: 0, failed: 1, skipped: [] };
  }
  const skipped: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const [, attributes = "", body = ""] of xml.matchAll(
    /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    if (/<(failure|error)\b/.test(body)) failed += 1;
    else if (/<skipped\b/.test(body)) skipped.push(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? group);
    else passed += 1;
  }
  return { passed, failed, skipped };
}
