import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunStorePorts } from "../runtime/hosts/bun/store/ports.ts";
import type { StoreChange } from "./api.ts";
import { type GitBeadStore, openStore } from "./bead-store.ts";
import { Ledger } from "./ledger.ts";

const ports = bunStorePorts({ PATH: process.env.PATH });
const origin = { actor: "ada" };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function repository(): string {
  const dir = mkdtempSync(join(tmpdir(), "gastown-store-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
  return dir;
}

async function open(gitDir = repository(), prefix = "gt"): Promise<GitBeadStore> {
  const store = await openStore({ gitDir, prefix, create: true, ports, pollMs: 5 });
  cleanups.push(() => store.close());
  return store;
}

function git(dir: string, ...args: string[]): string {
  const result = Bun.spawnSync(["git", `--git-dir=${dir}`, ...args]);
  expect(result.stderr.toString()).not.toMatch(/^(fatal|error|missing)/m);
  return result.stdout.toString();
}

describe("store", () => {
  test("creates, updates, closes and tells it in git", async () => {
    const dir = repository();
    const store = await open(dir);
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "Fix login" }).id);
    await store.transact(origin, tx => tx.update(id, { status: "in_progress", assignee: "ada" }));
    await store.transact(origin, tx => tx.close(id, "done"));
    const bead = await store.get(id);
    expect(bead).toMatchObject({ id, status: "closed", close_reason: "done", assignee: "ada", priority: 2 });
    expect(bead?.closed_at).toBeString();
    git(dir, "fsck", "--strict", "--full");
    const log = git(dir, "log", "--format=%an %s", "beads").trim().split("\n");
    expect(log).toEqual([
      `ada Close ${id}`,
      `ada Claim ${id}`,
      `ada Create ${id}: Fix login`,
      "gastown Start a bead store with the prefix gt",
    ]);
    expect((await store.events({ id })).map(event => event.type)).toEqual([
      "closed",
      "updated",
      "claimed",
      "created",
    ]);
  });

  test("ready follows blockers, parents and deferral", async () => {
    const store = await open();
    const { value } = await store.transact(origin, tx => {
      const epic = tx.create({ title: "epic", issue_type: "epic" }).id;
      const first = tx.create({ title: "first", parent: epic }).id;
      const second = tx.create({
        title: "second",
        parent: epic,
        dependencies: [{ depends_on_id: first }],
      }).id;
      const late = tx.create({ title: "late", defer_until: "2999-01-01T00:00:00Z" }).id;
      expect(
        tx
          .ready()
          .map(bead => bead.id)
          .sort(),
      ).toEqual([epic, first].sort());
      expect(tx.blockers(second)).toEqual([first]);
      return { epic, first, second, late };
    });
    const ids = async () => (await store.ready()).map(bead => bead.title).sort();
    expect(await ids()).toEqual(["epic", "first"]);
    expect(value.first).toBe(`${value.epic}.1`);
    expect((await store.blocked()).map(each => [each.bead.title, each.blockedBy])).toEqual([
      ["second", [value.first]],
    ]);
    await store.transact(origin, tx => tx.close(value.first));
    expect(await ids()).toEqual(["epic", "second"]);
    const { value: gate } = await store.transact(origin, tx => {
      const other = tx.create({ title: "other epic", issue_type: "epic" }).id;
      tx.addDependency(value.epic, other);
      expect(tx.ready().map(bead => bead.title)).toEqual(["other epic"]);
      return other;
    });
    expect(await ids()).toEqual(["other epic"]);
    await store.transact(origin, tx => tx.delete(gate));
    expect(await ids()).toEqual(["epic", "second"]);
  });

  test("64 concurrent callers lose nothing", async () => {
    const store = await open();
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "hot" }).id);
    await Promise.all(
      Array.from({ length: 64 }, (_, i) => store.transact({ actor: `a${i}` }, tx => tx.comment(id, `c${i}`))),
    );
    expect((await store.get(id))?.comments?.length).toBe(64);
    git(store.branch.repository.gitDir, "fsck", "--strict", "--full");
  });

  test("a prepared unit of work conflicts with what changed since", async () => {
    const store = await open();
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "a" }).id);
    const one = await store.begin(origin);
    const two = await store.begin(origin);
    one.update(id, { priority: 0 });
    two.update(id, { priority: 1 });
    await store.commit(one);
    await expect(store.commit(two)).rejects.toMatchObject({ code: "conflict", retryable: true });
  });

  test("two stores on one ref see each other's commits", async () => {
    const dir = repository();
    const one = await open(dir);
    const two = await open(dir);
    const seen = Promise.withResolvers<StoreChange>();
    two.watch(seen.resolve);
    const { value: id } = await one.transact(origin, tx => tx.create({ title: "a" }).id);
    expect((await two.get(id))?.title).toBe("a");
    expect(await seen.promise).toMatchObject({ prefix: "gt", ids: [id] });
    await two.transact(origin, tx => tx.update(id, { title: "b" }));
    await one.transact(origin, tx => tx.update(id, { priority: 0 }));
    expect(await two.get(id)).toMatchObject({ title: "b", priority: 0 });
  });

  test("ephemeral beads stay on the local branch", async () => {
    const dir = repository();
    const store = await open(dir);
    const { value: id } = await store.transact(
      origin,
      tx => tx.create({ title: "beat", ephemeral: true }).id,
    );
    expect(id).toMatch(/^gt-wisp-/);
    expect(git(dir, "ls-tree", "-r", "--name-only", "beads")).not.toContain(id);
    expect(git(dir, "ls-tree", "-r", "--name-only", "refs/gastown/local/beads")).toContain(id);
    await store.transact(origin, tx => tx.update(id, { title: "second beat" }));
    expect(await store.ready()).toEqual([]);
    expect((await store.ready({ ephemeral: true })).map(bead => bead.title)).toEqual(["second beat"]);
    await store.transact(origin, tx => tx.update(id, { ephemeral: false }));
    expect(git(dir, "ls-tree", "-r", "--name-only", "beads")).toContain(id);
    expect(git(dir, "ls-tree", "-r", "--name-only", "refs/gastown/local/beads")).not.toContain(id);
    const { value: other } = await store.transact(
      origin,
      tx => tx.create({ title: "x", ephemeral: true }).id,
    );
    await store.transact(origin, tx => tx.delete(other));
    expect(git(dir, "ls-tree", "-r", "--name-only", "refs/gastown/local/beads")).toBe("");
    expect(await store.verifyIndex()).toEqual([]);
  });

  test("history, as-of and tombstones", async () => {
    const store = await open();
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "a" }).id);
    await store.transact(origin, tx => tx.create({ title: "other" }));
    await store.transact(origin, tx => tx.update(id, { title: "b" }));
    await store.transact(origin, tx => tx.delete(id, "wrong"));
    const history = await store.history(id);
    expect(history.map(each => each.bead?.title)).toEqual([undefined, "b", "a"]);
    expect((await store.asOf(id, history[1]!.commit.slice(0, 8)))?.title).toBe("b");
    expect((await store.asOf(id, "beads~2"))?.title).toBe("a");
    await expect(store.asOf(id, "nowhere")).rejects.toMatchObject({ code: "not_found" });
    expect(await store.get(id)).toBeUndefined();
    expect(await store.tombstone(id)).toMatchObject({ id, title: "b", delete_reason: "wrong" });
    await store.rebuildIndex();
    expect(await store.tombstone(id)).toMatchObject({ id, deleted_by: "ada" });
    expect(await store.verifyIndex()).toEqual([]);
  });

  test("a ledger routes by prefix", async () => {
    const hq = await open(repository(), "hq");
    const rig = await open(repository(), "gt");
    const ledger = new Ledger(hq);
    ledger.add(rig);
    const { value, commits } = await ledger.transact(origin, tx => {
      const work = tx.create({ title: "work", prefix: "gt" }).id;
      const convoy = tx.create({ title: "convoy", issue_type: "convoy" }).id;
      tx.addDependency(convoy, work, "tracks");
      const after = tx.create({ title: "after", dependencies: [{ depends_on_id: work }] }).id;
      expect(tx.blockers(after)).toEqual([work]);
      return { work, convoy, after };
    });
    expect(Object.keys(commits).sort()).toEqual(["gt", "hq"]);
    expect((await ledger.ready()).map(bead => bead.id)).toEqual([value.work]);
    expect((await ledger.dependents(value.work)).map(each => each.bead.id).sort()).toEqual(
      [value.convoy, value.after].sort(),
    );
    await ledger.transact(origin, tx => tx.close(value.work));
    expect((await ledger.ready()).map(bead => bead.id)).toEqual([value.after]);
    expect(await ledger.resolve(value.work.slice(3))).toBe(value.work);
  });
});
