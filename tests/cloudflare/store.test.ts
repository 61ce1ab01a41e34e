/** The bead store over a bucket and the SQLite of an object: many indexes in one database, failures, a second writer. */
import { Database } from "bun:sqlite";
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { objectStorePorts } from "../../runtime/hosts/cloudflare/store/ports.ts";
import { ensureRepository } from "../../runtime/hosts/cloudflare/town/repository.ts";
import { type GitBeadStore, openStore } from "../../store/bead-store.ts";
import { startWorkerd } from "../conformance/cloudflare/workerd.ts";
import { describeWith } from "../helpers/needs.ts";
import { git, tempDir } from "../sync/support/repositories.ts";
import { type MemoryBucket, memoryBucket, memoryStorage } from "./bucket.ts";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

function database(): Database {
  const made = new Database(":memory:", { strict: true });
  opened.push(made);
  return made;
}

async function open(bucket: MemoryBucket, db: Database, name = "hq", prefix = "hq"): Promise<GitBeadStore> {
  const ports = objectStorePorts(bucket, "demo", memoryStorage(db));
  await ensureRepository(ports.fs, `/demo/${name}.git`, undefined);
  const store = await openStore({ gitDir: `/demo/${name}.git`, prefix, create: true, ports });
  opened.push(store);
  return store;
}

const origin = { actor: "ada" };
const create = async (store: GitBeadStore, title: string, more: object = {}): Promise<string> =>
  (await store.transact(origin, tx => tx.create({ title, ...more }).id)).value;

function copy(bucket: MemoryBucket, name = "hq"): string {
  const folder = join(tempDir(), "copy.git");
  for (const [key, content] of bucket.objects) {
    if (!key.startsWith(`demo/${name}.git/`)) continue;
    const path = join(folder, key.slice(`demo/${name}.git/`.length));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

describeWith("workerd", "the platform itself", () => {
  test("on its SQLite and R2: full text, long lists, an index that is verified and built anew", async () => {
    const workerd = await startWorkerd({
      entry: join(import.meta.dir, "store-worker.ts"),
      objects: { STORE: "StoreObject" },
      buckets: ["BEADS"],
    });
    opened.push(workerd);
    const answers = { text: ["bead 149"], many: 150, any: 150, blocked: 1, partial: true };
    expect(await (await fetch(workerd.url)).json()).toEqual({
      before: answers,
      different: [],
      after: answers,
      tables: 1,
    });
  });

  test("a commit that fails in the middle leaves neither rows nor an alarm", async () => {
    const workerd = await startWorkerd({
      entry: join(import.meta.dir, "contract-worker.ts"),
      objects: { CONTRACT: "ContractObject" },
    });
    opened.push(workerd);
    expect(await (await fetch(workerd.url)).json()).toEqual({
      failed: "too_large",
      rows: [["kept", "1"]],
      unmoved: true,
      left: [],
      alarm: null,
    });
  });
});

describe("indexes in one database", () => {
  test("two stores answer for themselves, and an index that is built anew answers the same", async () => {
    const bucket = memoryBucket();
    const db = database();
    const hq = await open(bucket, db);
    const rig = await open(bucket, db, "rigs/sample", "sa");
    const parent = await create(rig, "parent", { labels: ["a", "b"], priority: 0 });
    const child = await create(rig, "child of light", {
      parent,
      metadata: { deep: { key: "x".repeat(300) } },
    });
    const blocked = await create(rig, "blocked one");
    await create(hq, "of the town, with light");
    await rig.transact(origin, tx => {
      tx.addDependency(blocked, child);
      tx.comment(child, "dark and light");
    });
    await rig.transact(origin, tx => tx.delete(tx.create({ title: "gone" }).id));
    const answers = async () => ({
      text: (await rig.query({ text: "light" })).map(({ id }) => id),
      labels: (await rig.query({ labels: ["a"], labelsAny: ["b", "c"] })).map(({ id }) => id),
      below: (await rig.query({ ancestor: parent })).map(({ id }) => id),
      field: (await rig.query({ metadata: { deep: { key: "x".repeat(300) } } })).map(({ id }) => id),
      edge: (await rig.query({ dependsOn: child, edgeType: "blocks" })).map(({ id }) => id),
      ready: (await rig.ready({})).map(({ id }) => id).sort(),
      blocked: (await rig.blocked()).map(({ bead, blockedBy }) => [bead.id, ...blockedBy]),
      counts: await rig.counts(),
      ids: (await rig.query({ ids: Array.from({ length: 300 }, (_, i) => `sa-${i}`).concat(child) })).length,
      partial: await rig.resolve(child.slice(3)),
      events: (await rig.events({ id: child })).map(({ type }) => type),
      history: (await rig.history(child)).length,
    });
    const before = await answers();
    expect(before).toMatchObject({ text: [child], labels: [parent], below: [child], field: [child], ids: 1 });
    expect(before).toMatchObject({ edge: [blocked], blocked: [[blocked, child]], partial: child });
    expect(await rig.verifyIndex()).toEqual([]);
    await rig.rebuildIndex();
    expect(await answers()).toEqual(before);
    expect(await hq.query({ text: "light" })).toHaveLength(1);
    const tables = db
      .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all();
    // What the old index had is gone.
    expect(tables.filter(({ name }) => /^i\d+_bead$/.test(name))).toHaveLength(2);
  });

  test("an object that lost its storage has all beads from the bucket", async () => {
    const bucket = memoryBucket();
    const id = await create(await open(bucket, database()), "kept");
    expect((await (await open(bucket, database())).get(id))?.title).toBe("kept");
  });
});

describe("the bucket", () => {
  test("is a repository that git finds whole, also after packs were rolled up", async () => {
    const bucket = memoryBucket();
    const store = await open(bucket, database());
    for (let i = 0; i < 70; i++) await create(store, `bead ${i}`);
    await store.close();
    const folder = copy(bucket);
    expect(git(folder, "fsck", "--strict", "--full")).not.toMatch(/error|missing/);
    expect(git(folder, "rev-list", "--count", "beads")).toBe("71");
    const packs = [...bucket.objects.keys()].filter(key => key.endsWith(".pack"));
    expect(packs.length).toBeLessThan(60);
    expect([...bucket.objects.keys()].filter(key => /\.(lock|keep)$|tmp_/.test(key))).toEqual([]);
  });

  test("a commit costs few requests, and a look that finds nothing new costs none", async () => {
    const bucket = memoryBucket();
    const store = await open(bucket, database());
    await create(store, "warm");
    const { get, put, list } = { ...bucket.requests };
    await create(store, "one");
    expect(bucket.requests.put - put).toBeLessThanOrEqual(3);
    expect(bucket.requests.list - list + bucket.requests.get - get).toBe(0);
    const before = { ...bucket.requests };
    await store.query({});
    expect(bucket.requests).toEqual(before);
  });

  test("a write that fails leaves the branch as it was, and the next one goes through", async () => {
    const bucket = memoryBucket();
    const store = await open(bucket, database());
    const id = await create(store, "first");
    for (const part of [".pack", ".idx", "refs/heads/beads"]) {
      bucket.fault = key => {
        if (key.endsWith(part)) throw new Error("the network is down");
      };
      const failed = store.transact(origin, tx => tx.update(id, { title: `lost at ${part}` }));
      await expect(failed).rejects.toMatchObject({ code: "storage_io", retryable: true });
      bucket.fault = undefined;
      expect((await store.get(id))?.title).toBe("first");
      await create(store, `after ${part}`);
      expect(git(copy(bucket), "fsck", "--strict", "--full")).not.toMatch(/error|missing/);
    }
  });

  test("two instances of an object cannot both move the branch: the slower one hears of a conflict, and goes on", async () => {
    const bucket = memoryBucket();
    const old = await open(bucket, database());
    const id = await create(old, "first");
    const fresh = await open(bucket, database());
    await fresh.transact(origin, tx => tx.update(id, { title: "by the new one" }));
    // The old one does not know yet: its transaction runs again on what it then finds.
    await old.transact(origin, tx => tx.update(id, { notes: "by the old one" }));
    await fresh.rebuildIndex().catch(() => undefined);
    expect(await old.get(id)).toMatchObject({ title: "by the new one", notes: "by the old one" });
    expect(git(copy(bucket), "rev-list", "--count", "beads")).toBe("4");
  });
});
