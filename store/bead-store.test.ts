import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunStorePorts } from "../runtime/hosts/bun/store/ports.ts";
import type { BeadStore, StoreChange } from "./api.ts";
import { type GitBeadStore, openStore, type StorePorts } from "./bead-store.ts";
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

  test("a shared bead that becomes ephemeral leaves a tombstone, and comes back", async () => {
    const dir = repository();
    const store = await open(dir);
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "beat" }).id);
    const file = `beads:${git(dir, "ls-tree", "-r", "--name-only", "beads", "beads").trim()}`;
    const shared = () => JSON.parse(git(dir, "show", file));
    const local = () => git(dir, "ls-tree", "-r", "--name-only", "refs/gastown/local/beads");
    await store.transact(origin, tx => tx.update(id, { ephemeral: true }));
    expect(shared()).toMatchObject({ id, status: "tombstone", deleted_by: "ada" });
    expect(local()).toContain(id);
    expect(await store.get(id)).toMatchObject({ title: "beat", ephemeral: true });
    expect(await store.tombstone(id)).toBeUndefined();
    expect(await store.resolve(id)).toBe(id);
    expect(await store.verifyIndex()).toEqual([]);
    await store.transact(origin, tx => tx.update(id, { title: "second beat" }));
    expect(shared()).toMatchObject({ status: "tombstone", title: "beat" });
    await store.transact(origin, tx => tx.update(id, { ephemeral: false }));
    expect(shared()).toMatchObject({ status: "open", title: "second beat" });
    expect(local()).toBe("");
    expect((await store.history(id)).map(each => each.bead?.title)).toEqual([
      "second beat",
      "second beat",
      "beat",
      "beat",
    ]);
    await store.transact(origin, tx => tx.update(id, { ephemeral: true }));
    await store.transact(origin, tx => tx.delete(id));
    expect(local()).toBe("");
    expect(shared()).toMatchObject({ status: "tombstone" });
    expect(await store.verifyIndex()).toEqual([]);
  });

  test("a bead that others kept alive counts, and the local copy comes forth when they delete it", async () => {
    const dir = repository();
    const store = await open(dir);
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "beat" }).id);
    const before = git(dir, "rev-parse", "beads").trim();
    await store.transact(origin, tx => tx.update(id, { ephemeral: true, title: "mine" }));
    git(dir, "update-ref", "refs/heads/beads", before);
    expect(await store.get(id)).toMatchObject({ title: "beat" });
    expect(await store.verifyIndex()).toEqual([]);
    await store.rebuildIndex();
    expect(await store.get(id)).toMatchObject({ title: "beat" });
    const unlocal = await openStore({ gitDir: dir, ports, local: false });
    await unlocal.transact(origin, tx => tx.delete(id));
    await unlocal.close();
    expect(await store.get(id)).toMatchObject({ title: "mine", ephemeral: true });
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

  test("a ledger compares in all stores before it writes in one, and tells what it wrote", async () => {
    const hq = await open(repository(), "hq");
    const rig = await open(repository(), "gt");
    const ledger = new Ledger(hq, rig);
    const { value } = await ledger.transact(origin, tx => ({
      a: tx.create({ title: "a", prefix: "gt" }).id,
      b: tx.create({ title: "b" }).id,
    }));
    const tx = await ledger.begin(origin);
    tx.update(value.a, { title: "from the ledger" });
    tx.update(value.b, { title: "from the ledger" });
    await hq.transact(origin, own => own.update(value.b, { title: "from elsewhere" }));
    await expect(ledger.commit(tx)).rejects.toMatchObject({ code: "conflict" });
    expect((await ledger.get(value.a))?.title).toBe("a");
    // A store that cannot be asked beforehand: the rig is written, the town's store refuses.
    const late = new Ledger({ ...bound(hq), prefixes: ["hq"] }, rig);
    let runs = 0;
    const result = late.transact(origin, body => {
      runs++;
      body.update(value.a, { title: "partly" });
      body.update(value.b, { title: "partly" });
      void hq.transact(origin, own => own.update(value.b, { priority: 0 }));
    });
    await expect(result).rejects.toMatchObject({
      code: "conflict",
      data: { committed: { gt: expect.any(String) } },
    });
    expect(runs).toBe(1);
    expect((await ledger.get(value.a))?.title).toBe("partly");
  });

  test("one that is watched reads nothing while nobody commits, and hears of the next commit of another process", async () => {
    const dir = repository();
    const seeding = await open(dir);
    await seeding.transact(origin, tx => tx.create({ title: "first" }));
    const ref = join(dir, "refs/heads/beads");
    utimesSync(ref, 1_000_000, 1_000_000);
    const calls = { looks: 0, reads: 0 };
    const fs: StorePorts["fs"] = {
      ...ports.fs,
      info: path => ports.fs.info(path).finally(() => path === ref && calls.looks++),
      read: path => ports.fs.read(path).finally(() => path === ref && calls.reads++),
    };
    const store = await openStore({ gitDir: dir, ports: { ...ports, fs }, pollMs: 1 });
    cleanups.push(() => store.close());
    const heard = Promise.withResolvers<readonly string[]>();
    store.watch(({ ids }) => heard.resolve(ids));
    const polled = async (times: number) => {
      for (const end = calls.looks + times; calls.looks < end; ) await Bun.sleep(1);
    };
    await polled(3);
    const { reads } = calls;
    await polled(10);
    expect(calls.reads).toBe(reads);
    const { value: id } = await seeding.transact(origin, tx => tx.create({ title: "second" }).id);
    expect(await heard.promise).toEqual([id]);
  });

  test("stores come and go in a ledger, and its watchers hear them all", async () => {
    const hq = await open(repository(), "hq");
    const rig = await open(repository(), "gt");
    const ledger = new Ledger(hq);
    const heard: string[] = [];
    const stop = ledger.watch(change => heard.push(change.prefix));
    ledger.add(rig);
    expect(() => ledger.add(rig)).toThrow("The prefix gt belongs to another bead store of this town.");
    await ledger.transact(origin, tx => tx.create({ title: "x", prefix: "gt" }));
    await ledger.transact(origin, tx => tx.create({ title: "y" }));
    expect(heard).toEqual(["gt", "hq"]);
    expect(await ledger.counts()).toEqual({ open: 2 });
    expect((await ledger.events({ limit: 1 })).length).toBe(1);
    ledger.remove(rig);
    await rig.transact(origin, tx => tx.create({ title: "z" }));
    expect([heard.length, await ledger.counts()]).toEqual([2, { open: 1 }]);
    await expect(
      ledger.transact(origin, tx => tx.create({ title: "x", prefix: "gt" })),
    ).rejects.toMatchObject({ code: "not_found" });
    stop();
    await ledger.transact(origin, tx => tx.create({ title: "w" }));
    expect(heard.length).toBe(2);
  });

  test("deleting most beads by accident is refused", async () => {
    const store = await open();
    const { value: ids } = await store.transact(origin, tx =>
      Array.from({ length: 30 }, (_, i) => tx.create({ title: `${i}` }).id),
    );
    const drop = (force: boolean) =>
      store.transact({ ...origin, force }, tx => {
        for (const id of ids.slice(0, 20)) tx.delete(id);
      });
    await expect(drop(false)).rejects.toMatchObject({
      code: "precondition_failed",
      data: { deleted: 20, total: 30 },
    });
    await drop(true);
    expect(await store.counts()).toEqual({ open: 10 });
  });

  test("a unit of work ends once, and belongs to its store", async () => {
    const store = await open();
    const other = await open(repository(), "xy");
    const tx = await store.begin(origin);
    const { id } = tx.create({ title: "x" });
    await expect(other.commit(await new Ledger(store).begin(origin))).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await store.commit(tx);
    expect(() => tx.update(id, { title: "y" })).toThrow("The unit of work has ended.");
    await expect(store.commit(tx)).rejects.toMatchObject({ code: "invalid_argument" });
    const empty = await store.begin(origin);
    empty.get(id);
    expect(await store.commit(empty)).toEqual({ commits: {}, events: [] });
    const asynchronous = store.transact(origin, async body => body.update(id, { title: "z" }));
    await expect(asynchronous).rejects.toMatchObject({ code: "invalid_argument" });
    expect((await store.get(id))?.title).toBe("x");
  });

  test("children made by open units of work get different numbers", async () => {
    const store = await open();
    const { value: parent } = await store.transact(origin, tx => tx.create({ title: "p" }).id);
    const txs = await Promise.all(Array.from({ length: 5 }, () => store.begin(origin)));
    const ids = txs.map(tx => tx.create({ title: "c", parent }).id);
    await Promise.all(txs.map(tx => store.commit(tx)));
    expect(new Set(ids).size).toBe(5);
    const { value: last } = await store.transact(origin, tx => tx.create({ title: "d", parent }).id);
    expect(last).toBe(`${parent}.6`);
  });

  test("another process's settings, aliases and a rewritten branch are noticed", async () => {
    const dir = repository();
    const store = await open(dir);
    const other = await open(dir);
    await other.transactStore(origin, tx => tx.configure(config => ({ ...config, types: ["quest"] })));
    await store.transact(origin, tx => tx.create({ title: "q", issue_type: "quest" }));
    const at = new Date().toISOString();
    const renamed = {
      id: "gt-new1",
      title: "n",
      status: "open",
      priority: 2,
      issue_type: "task",
      created_at: at,
      updated_at: at,
      aliases: ["gt-old1"],
    };
    await other.transactStore(origin, tx => tx.put(renamed, "imported"));
    expect((await store.get("gt-old1"))?.id).toBe("gt-new1");
    expect(await store.resolve("gt-old1")).toBe("gt-new1");
    await store.transact(origin, tx => tx.comment("gt-old1", "by its old name"));
    expect((await store.get("gt-new1"))?.comments?.length).toBe(1);
    git(dir, "update-ref", "refs/heads/beads", "refs/heads/beads~2");
    git(dir, "reflog", "expire", "--expire=now", "--all");
    git(dir, "gc", "-q", "--prune=now");
    expect(await store.get("gt-new1")).toBeUndefined();
    expect((await store.query({})).map(bead => bead.title)).toEqual(["q"]);
    expect(await store.verifyIndex()).toEqual([]);
  });
});

/** The store's methods as a plain object, without the one by which a ledger asks beforehand. */
function bound(store: GitBeadStore): BeadStore {
  return {
    prefixes: store.prefixes,
    get: id => store.get(id),
    query: filter => store.query(filter),
    ready: filter => store.ready(filter),
    blocked: filter => store.blocked(filter),
    counts: filter => store.counts(filter),
    dependents: id => store.dependents(id),
    resolve: partial => store.resolve(partial),
    begin: from => store.begin(from),
    commit: tx => store.commit(tx),
    transact: (from, body) => store.transact(from, body),
    watch: listener => store.watch(listener),
    events: filter => store.events(filter),
    refresh: () => store.refresh(),
    close: () => store.close(),
  };
}
