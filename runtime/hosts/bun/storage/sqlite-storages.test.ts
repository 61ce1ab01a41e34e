import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ActorRef } from "../../../../actors/kernel/host.ts";
import { SqliteStorages } from "./sqlite-storages.ts";

let folder: string;
let file: string;
const opened: SqliteStorages[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gastown-storage-"));
  file = join(folder, "actors.sqlite");
});
afterEach(() => {
  for (const storages of opened.splice(0)) storages.close();
  rmSync(folder, { recursive: true, force: true });
});

const a: ActorRef = { kind: "agent", name: "demo/sample/toast" };
const b: ActorRef = { kind: "town", name: "demo" };

function open(): SqliteStorages {
  const storages = new SqliteStorages({ folder });
  opened.push(storages);
  return storages;
}

const changes = (put: Record<string, string>, alarm?: number | null, remove: string[] = []) => ({
  put: new Map(Object.entries(put)),
  delete: new Set(remove),
  ...(alarm === undefined ? {} : { alarm }),
});

describe("rows", () => {
  test("are kept over a close, in key order, by prefix, each actor's for itself", async () => {
    const first = open();
    await first
      .open(a)
      .commit(changes({ "r/b": "2", "r/a": "1", "r/é": "3", "s/a": "4", "r/\u{10000}": "5" }));
    await first.open(b).commit(changes({ "r/a": "of b" }));
    first.close();
    const storages = open();
    const actor = storages.open(a);
    expect(await actor.list("r/")).toEqual([
      ["r/a", "1"],
      ["r/b", "2"],
      ["r/é", "3"],
      ["r/\u{10000}", "5"],
    ]);
    expect(await actor.list("")).toHaveLength(5);
    expect(await actor.get("s/a")).toBe("4");
    await actor.commit(changes({ "s/a": "44" }, undefined, ["r/a"]));
    expect(await actor.get("r/a")).toBeUndefined();
    expect(await actor.get("s/a")).toBe("44");
    expect(await storages.open(b).list("")).toEqual([["r/a", "of b"]]);
    expect(await storages.open({ kind: "town", name: "other" }).get("r/a")).toBeUndefined();
  });

  test("of many actors are committed together, and each is answered", async () => {
    const storages = open();
    const actors = Array.from({ length: 50 }, (_, n) => storages.open({ kind: "agent", name: `n${n}` }));
    await Promise.all(actors.map((actor, n) => actor.commit(changes({ k: String(n) }, n + 1))));
    expect(await Promise.all(actors.map(actor => actor.get("k")))).toEqual(actors.map((_, n) => String(n)));
    expect(await storages.alarms()).toHaveLength(50);
  });

  test("one that cannot be written does not take the others with it", async () => {
    const storages = open();
    const bad = changes({});
    // SAFETY: what the kernel never does; SQLite refuses it.
    bad.put.set("k", {} as unknown as string);
    const ended = await Promise.allSettled([
      storages.open(a).commit(changes({ k: "1" })),
      storages.open(b).commit(bad),
    ]);
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await storages.open(a).get("k")).toBe("1");
    expect(await storages.open(b).get("k")).toBeUndefined();
  });

  test("that wait when the storage is closed are written; later ones are refused", async () => {
    const storages = open();
    const actor = storages.open(a);
    const waiting = actor.commit(changes({ k: "1" }));
    storages.close();
    await waiting;
    await expect(actor.commit(changes({ k: "2" }))).rejects.toMatchObject({ code: "unavailable" });
    expect(await open().open(a).get("k")).toBe("1");
  });

  test("that come while the disk is being synced are answered when they are on it, too", async () => {
    const storages = open();
    const actor = storages.open(a);
    const first = actor.commit(changes({ k: "1" }));
    await new Promise(resolve => setImmediate(resolve));
    const more = Array.from({ length: 20 }, (_, n) => storages.open(b).commit(changes({ [`k${n}`]: "2" })));
    await Promise.all([first, ...more]);
    expect(await storages.open(b).list("k")).toHaveLength(20);
  });

  test("are refused for good once nobody knows what the disk has", async () => {
    const storages = open();
    const actor = storages.open(a);
    rmSync(`${file}-wal`);
    await expect(actor.commit(changes({ k: "1" }))).rejects.toMatchObject({ code: "storage_io" });
    await expect(actor.commit(changes({ k: "2" }))).rejects.toMatchObject({ code: "storage_io" });
    expect(await actor.get("k")).toBe("1");
  });

  test("a file that is no database is named, and a newer format refused", async () => {
    const storages = open();
    await storages.open(a).commit(changes({ k: "1" }));
    storages.close();
    const db = new Database(file);
    db.run("PRAGMA user_version = 9");
    db.close();
    expect(() => open()).toThrow(expect.objectContaining({ code: "not_supported" }));
    writeFileSync(file, "no database at all ".repeat(200));
    expect(() => open()).toThrow(expect.objectContaining({ code: "corrupt" }));
    expect(() => open()).toThrow(file);
  });
});

test("files of earlier versions, one for each actor, are taken over once", async () => {
  mkdirSync(join(folder, "agent"));
  const old = new Database(join(folder, "agent/demo+sample+toast.sqlite"));
  old.run("CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
  old.run("CREATE TABLE alarm (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER)");
  old.run("INSERT INTO alarm VALUES (1, 2000)");
  old.run("INSERT INTO kv VALUES ('state', '{}'), ('n', '1')");
  old.close();
  const storages = open();
  expect(await storages.open(a).list("")).toEqual([
    ["n", "1"],
    ["state", "{}"],
  ]);
  expect(await storages.alarms()).toEqual([{ ref: a, at: 2_000 }]);
  expect(existsSync(join(folder, "agent"))).toBe(false);
});

describe("alarms", () => {
  test("are known after a restart, earliest first", async () => {
    const first = open();
    await first.open(a).commit(changes({}, 2_000));
    await first.open(b).commit(changes({}, 1_000));
    first.close();
    expect(await open().alarms()).toEqual([
      { ref: b, at: 1_000 },
      { ref: a, at: 2_000 },
    ]);
  });

  test("move and go with the commits of the actors", async () => {
    const storages = open();
    await storages.open(a).commit(changes({}, 2_000));
    await storages.open(a).commit(changes({ k: "1" }));
    expect(await storages.alarms()).toEqual([{ ref: a, at: 2_000 }]);
    await storages.open(a).commit(changes({}, 1_000));
    await storages.open(a).commit(changes({}, 3_000));
    expect(await storages.alarms()).toEqual([{ ref: a, at: 3_000 }]);
    await storages.open(a).commit(changes({}, null));
    expect(await storages.alarms()).toEqual([]);
  });
});
