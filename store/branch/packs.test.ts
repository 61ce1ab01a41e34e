import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { Branch } from "./branch.ts";
import { utf8 } from "./bytes.ts";
import { chooseRollUp, MIN_PACKS, rollUp } from "./consolidate.ts";
import { PackBuilder } from "./pack-build.ts";
import { repackWithGit } from "./repack.ts";
import { webCodec } from "./web-codec.ts";

const ports = bunStorePorts({ PATH: process.env.PATH });
const who = { name: "ada", email: "ada@example.org", time: 1_700_000_000, zone: "+0000" };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function repository(): string {
  const dir = mkdtempSync(join(tmpdir(), "gastown-packs-"));
  folders.push(dir);
  Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
  return dir;
}

function git(dir: string, ...args: string[]): string {
  const result = Bun.spawnSync(["git", `--git-dir=${dir}`, ...args]);
  expect(result.stderr.toString()).not.toMatch(/^(fatal|error|missing|warning)/m);
  expect(result.exitCode).toBe(0);
  return result.stdout.toString();
}

async function commitMany(branch: Branch, count: number, start = 0): Promise<void> {
  for (let i = start; i < start + count; i++) {
    const text = JSON.stringify({ i, text: `state ${i} `.repeat(20) });
    await branch.writeCommit({
      expected: await branch.head(),
      changes: new Map([
        [`beads/a/${i % 7}/gt-${i % 20}.json`, utf8(text)],
        [`other/${i % 3}.txt`, i % 5 === 0 ? null : utf8(`${i}\n`)],
      ]),
      author: who,
      message: `Commit ${i}\n`,
    });
  }
}

test("any objects make a pack that git accepts", async () => {
  const dir = repository();
  const contents = fc.uniqueArray(fc.uint8Array({ maxLength: 2000 }), {
    minLength: 1,
    maxLength: 20,
    comparator: (a, b) => Buffer.compare(a, b) === 0,
  });
  await fc.assert(
    fc.asyncProperty(contents, fc.boolean(), async (blobs, portable) => {
      const pack = new PackBuilder(portable ? webCodec : (ports.codec ?? webCodec));
      const oids = blobs.map(blob => pack.add("blob", blob));
      const built = await pack.build();
      const base = join(dir, "objects", "pack", `pack-${built.name}`);
      writeFileSync(`${base}.pack`, built.pack);
      writeFileSync(`${base}.idx`, built.index);
      git(dir, "verify-pack", `${base}.idx`);
      const again = join(dir, "check.idx");
      const indexed = Bun.spawnSync(["git", "index-pack", "--strict", "-o", again, `${base}.pack`]);
      expect(indexed.stdout.toString().trim()).toBe(built.name);
      expect(Buffer.compare(await Bun.file(again).bytes(), built.index)).toBe(0);
      const branch = await Branch.open(ports, dir, "refs/heads/x");
      for (const [i, oid] of oids.entries())
        expect(await branch.readBlob(oid)).toEqual(blobs[i] ?? new Uint8Array());
      rmSync(again);
    }),
    { numRuns: 15 },
  );
});

test("roll-ups leave a geometric series", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 100, max: 60_000 }), { minLength: 2, maxLength: 60 }), sizes => {
      const packs = sizes.sort((a, b) => a - b).map((bytes, i) => ({ name: `p${i}`, bytes, mtimeMs: i }));
      const chosen = chooseRollUp(packs);
      expect(chosen.length).not.toBe(1);
      const rest = packs.slice(chosen.length).map(pack => pack.bytes);
      const total = chosen.reduce((sum, pack) => sum + pack.bytes, 0);
      const series = chosen.length === 0 ? rest : [total, ...rest];
      for (const [i, bytes] of series.entries())
        if (i > 0) expect(bytes).toBeGreaterThanOrEqual(2 * (series[i - 1] ?? 0));
    }),
  );
});

test("many commits are few packs, and nothing is lost", async () => {
  const dir = repository();
  const branch = await Branch.open(ports, dir, "refs/heads/beads");
  const reader = await Branch.open(ports, dir, "refs/heads/beads");
  for (let round = 0; round < 4; round++) {
    await commitMany(branch, MIN_PACKS, round * MIN_PACKS);
    const head = (await branch.head()) ?? "";
    expect((await reader.readCommit(head)).message).toBe(`Commit ${(round + 1) * MIN_PACKS - 1}\n`);
    const before = git(dir, "cat-file", "--batch-check", "--batch-all-objects", "--unordered")
      .split("\n")
      .sort();
    expect(await rollUp(branch)).toBeGreaterThan(1);
    expect(
      git(dir, "cat-file", "--batch-check", "--batch-all-objects", "--unordered").split("\n").sort(),
    ).toEqual(before);
    // A reader that knows only the old packs finds the new ones.
    expect((await reader.diff(undefined, head)).length).toBeGreaterThan(15);
  }
  git(dir, "fsck", "--strict", "--full");
  const files = readdirSync(join(dir, "objects", "pack"));
  expect(files.filter(file => file.endsWith(".pack")).length).toBeLessThan(8);
  expect(files.filter(file => !/\.(pack|idx)$/.test(file))).toEqual([]);
});

test("git compresses what has piled up, and packs with differences are rolled up too", async () => {
  const dir = repository();
  const branch = await Branch.open(ports, dir, "refs/heads/beads");
  await commitMany(branch, 60);
  const before = git(dir, "cat-file", "--batch-check", "--batch-all-objects", "--unordered")
    .split("\n")
    .sort();
  expect(await repackWithGit(branch, ["refs/heads/beads"], 1)).toBe(60);
  expect(readdirSync(join(dir, "objects", "pack")).filter(file => file.endsWith(".pack")).length).toBe(1);
  await commitMany(branch, 40, 60);
  git(dir, "gc", "-q", "--prune=now");
  for (const file of readdirSync(join(dir, "objects", "pack"))) {
    if (/\.(rev|bitmap)$/.test(file)) rmSync(join(dir, "objects", "pack", file));
  }
  await commitMany(branch, MIN_PACKS * 3, 100);
  expect(await rollUp(branch)).toBeGreaterThan(MIN_PACKS);
  git(dir, "fsck", "--strict", "--full");
  expect(git(dir, "rev-list", "--count", "beads").trim()).toBe("196");
  expect(before.length).toBeGreaterThan(100);
});

test("packs of a commit in flight are left alone", async () => {
  const dir = repository();
  const branch = await Branch.open(ports, dir, "refs/heads/beads");
  const pack = new PackBuilder(branch.codec);
  const oid = pack.add("blob", utf8("in flight"));
  const written = await branch.objects.writePack(await pack.build(), { keep: true });
  await commitMany(branch, MIN_PACKS);
  git(dir, "gc", "-q", "--prune=now");
  await commitMany(branch, MIN_PACKS, MIN_PACKS);
  await rollUp(branch);
  expect(git(dir, "cat-file", "-p", oid)).toBe("in flight");
  await written.release();
  git(dir, "gc", "-q", "--prune=now");
  expect((await (await Branch.open(ports, dir, "refs/heads/beads")).objects.find(oid))?.type).toBeUndefined();
});
