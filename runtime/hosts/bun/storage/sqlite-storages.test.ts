import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ActorRef } from "../../../../actors/kernel/host.ts";
import { actorFile } from "./actor-files.ts";
import { SqliteStorages } from "./sqlite-storages.ts";

let folder: string;
const opened: SqliteStorages[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gastown-storage-"));
});
afterEach(() => {
  for (const storages of opened.splice(0)) storages.close();
  rmSync(folder, { recursive: true, force: true });
});

const a: ActorRef = { kind: "agent", name: "demo/sample/toast" };
const b: ActorRef = { kind: "town", name: "demo" };

function open(boot = "boot-1", maxOpen?: number): SqliteStorages {
  const storages = new SqliteStorages({ folder, boot, ...(maxOpen === undefined ? {} : { maxOpen }) });
  opened.push(storages);
  return storages;
}

const changes = (put: Record<string, string>, alarm?: number | null, remove: string[] = []) => ({
  put: new Map(Object.entries(put)),
  delete: new Set(remove),
  ...(alarm === undefined ? {} : { alarm }),
});

describe("rows", () => {
  test("are kept over a close, in key order, by prefix", async () => {
    const first = open();
    await first
      .open(a)
      .commit(changes({ "r/b": "2", "r/a": "1", "r/é": "3", "s/a": "4", "r/\u{10000}": "5" }));
    first.close();
    const actor = open().open(a);
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
  });

  test("reading an actor that was never stored makes no file", async () => {
    const actor = open().open(a);
    expect(await actor.get("k")).toBeUndefined();
    expect(await actor.list("")).toEqual([]);
    expect(existsSync(actorFile(folder, a))).toBe(false);
    await actor.commit(changes({ k: "1" }));
    expect(actorFile(folder, a)).toBe(join(folder, "agent/demo+sample+toast.sqlite"));
    expect(existsSync(actorFile(folder, a))).toBe(true);
  });

  test("no more files are open than allowed, and those that were closed open again", async () => {
    const storages = open("boot-1", 2);
    const actors = [1, 2, 3, 4].map(n => storages.open({ kind: "agent", name: `n${n}` }));
    for (const [n, actor] of actors.entries()) await actor.commit(changes({ k: String(n) }));
    expect(storages.openFiles).toBe(2);
    expect(await Promise.all(actors.map(actor => actor.get("k")))).toEqual(["0", "1", "2", "3"]);
    expect(storages.openFiles).toBe(2);
  });

  test("a file that is no database is named, and a newer format refused", async () => {
    const storages = open();
    await storages.open(a).commit(changes({ k: "1" }));
    storages.close();
    const path = actorFile(folder, a);
    const db = new Database(path);
    db.run("PRAGMA user_version = 9");
    db.close();
    await expect(open().open(a).get("k")).rejects.toMatchObject({ code: "not_supported" });
    writeFileSync(path, "no database at all ".repeat(200));
    const refused = await open()
      .open(a)
      .get("k")
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "corrupt" });
    expect(String(refused)).toContain(path);
  });
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

  test("are read from the actors when the index is gone, no index, or of a machine that went down", async () => {
    const first = open();
    await first.open(a).commit(changes({}, 2_000));
    await first.open(b).commit(changes({}, null));
    first.close();
    const index = join(folder, "alarms.sqlite");
    const damages = [
      () => rmSync(index),
      () => writeFileSync(index, "rubbish ".repeat(1_000)),
      () => {
        const db = new Database(index);
        db.run("UPDATE state SET boot = 'an earlier boot'");
        db.run("DELETE FROM alarm");
        db.close();
      },
    ];
    for (const damage of damages) {
      damage();
      const storages = open("boot-2");
      expect(await storages.alarms()).toEqual([{ ref: a, at: 2_000 }]);
      storages.close();
    }
  });
});
