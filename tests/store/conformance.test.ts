/** The branch is plain git: the git program and isomorphic-git both read its commits, trees, packs and refs. */
import { expect, test } from "bun:test";
import fs from "node:fs";
import git1 from "isomorphic-git";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { openStore } from "../../store/bead-store.ts";
import { rollUp } from "../../store/branch/consolidate.ts";
import { fsck, git, useFolders } from "./repository.ts";

const folder = useFolders();
const ports = bunStorePorts({ PATH: process.env.PATH });
const CHANGES = 150;

test("git and isomorphic-git read the same from fresh packs, our roll-ups, git's packs and packed refs", async () => {
  const dir = folder();
  git(dir, "init", "-q", "--bare", "-b", "main");
  const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports });
  const { value: ids } = await store.transact({ actor: "Ada Lovelace" }, tx =>
    Array.from(
      { length: 40 },
      (_, i) => tx.create({ title: `Bead ${i} — é`, description: "text ".repeat(150) }).id,
    ),
  );
  await store.transact({ actor: "ada" }, tx => tx.create({ title: "here only", ephemeral: true }));
  const change = async (from: number, count: number) => {
    for (let i = from; i < from + count; i++) {
      const id = ids[i % ids.length] ?? "";
      await store.transact({ actor: i % 2 === 0 ? "ada" : "rig/toast" }, tx =>
        tx.update(id, { notes: `note ${i}` }),
      );
    }
  };
  await compare(dir, ids);
  await change(0, CHANGES);
  await compare(dir, ids);
  await rollUp(store.branch);
  await compare(dir, ids);
  await change(CHANGES, CHANGES);
  await rollUp(store.branch);
  const deltas = git(dir, "verify-pack", "-v", ...packs(dir))
    .split("\n")
    .filter(line => /^[0-9a-f]{40} \w+ +\d+ \d+ \d+ \d+ [0-9a-f]{40}/.test(line));
  expect(deltas.length).toBeGreaterThan(CHANGES);
  await compare(dir, ids);
  git(dir, "pack-refs", "--all");
  await compare(dir, ids);
  git(dir, "gc", "-q", "--prune=now");
  await change(2 * CHANGES, 5);
  await compare(dir, ids);
  expect(await store.verifyIndex()).toEqual([]);
  await store.close();
}, 60_000);

function packs(dir: string): string[] {
  return fs
    .readdirSync(`${dir}/objects/pack`)
    .filter(name => name.endsWith(".idx"))
    .map(name => `objects/pack/${name}`);
}

/** Both programs must tell the same story, and `git fsck --strict` must have nothing to say. */
async function compare(dir: string, ids: readonly string[]): Promise<void> {
  fsck(dir);
  // Each look is a fresh one: what isomorphic-git remembers of earlier packs would hide a change.
  const at = { fs, gitdir: dir, cache: {} };
  for (const ref of ["refs/heads/beads", "refs/gastown/local/beads"]) {
    const log = await git1.log({ ...at, ref });
    const told = log.map(
      ({ oid, commit }) =>
        `${oid} ${commit.tree} ${commit.parent.join(" ")} ${commit.author.name} ${commit.message.split("\n")[0]}`,
    );
    expect(told).toEqual(git(dir, "log", "--format=%H %T %P %an %s", ref).trimEnd().split("\n"));
    const files = await git1.listFiles({ ...at, ref });
    expect(files.sort()).toEqual(git(dir, "ls-tree", "-r", "--name-only", ref).trim().split("\n").sort());
    const oldest = log.at(-1)?.oid ?? "";
    for (const commit of [log[0]?.oid ?? "", log[Math.floor(log.length / 2)]?.oid ?? "", oldest]) {
      const { tree } = await git1.readTree({ ...at, oid: commit });
      const entries = tree.map(({ mode, type, oid, path }) => `${mode} ${type} ${oid}\t${path}`);
      expect(entries).toEqual(git(dir, "ls-tree", commit).trim().split("\n"));
    }
  }
  const head = await git1.resolveRef({ ...at, ref: "beads" });
  for (const id of ids.slice(0, 5)) {
    const filepath =
      (await git1.listFiles({ ...at, ref: "beads" })).find(path => path.endsWith(`/${id}.json`)) ?? "";
    const { blob } = await git1.readBlob({ ...at, oid: head, filepath });
    expect(new TextDecoder().decode(blob)).toBe(git(dir, "show", `beads:${filepath}`));
    expect(JSON.parse(new TextDecoder().decode(blob))).toMatchObject({ id });
  }
}
