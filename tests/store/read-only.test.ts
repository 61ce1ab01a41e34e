/** Reading needs no write access: neither to the repository nor to the index. */
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { bunSql } from "../../runtime/hosts/bun/store/sql.ts";
import { openStore, type StorePorts } from "../../store/bead-store.ts";
import type { StoreFs } from "../../store/branch/ports.ts";
import { AppError } from "../../store/schema/errors.ts";
import { git, useFolders } from "./repository.ts";

const folder = useFolders();
const healthy = bunStorePorts({ PATH: process.env.PATH });
const origin = { actor: "ada" };

/** Tests run as root, whom permissions do not stop: the refusal is made here. */
function readOnlyPorts(): StorePorts {
  const refuse = async () => {
    throw new AppError("forbidden", "read-only (injected)");
  };
  const fs: StoreFs = {
    ...healthy.fs,
    makeDir: refuse,
    create: refuse,
    append: refuse,
    link: refuse,
    rename: refuse,
    remove: refuse,
    syncDir: refuse,
  };
  return {
    ...healthy,
    fs,
    sql: {
      remove: () => undefined,
      open: (path, options) => {
        const database = healthy.sql.open(path, path === undefined ? options : { readonly: true });
        if (path === undefined) return database;
        return {
          ...database,
          run: () => {
            throw new AppError("forbidden", "read-only (injected)");
          },
          transaction: () => {
            throw new AppError("forbidden", "read-only (injected)");
          },
        };
      },
    },
  };
}

for (const state of ["current", "behind", "missing"] as const) {
  test(`an index that is ${state}`, async () => {
    const dir = folder();
    git(dir, "init", "-q", "--bare");
    const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports: healthy });
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "first" }).id);
    const reader = state === "behind" ? await openStore({ gitDir: dir, ports: readOnlyPorts() }) : undefined;
    await store.transact(origin, tx => tx.update(id, { title: "second" }));
    await store.close();
    if (state === "behind") {
      const commit = git(
        dir,
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@y",
        "commit-tree",
        "-m",
        "x",
        "-p",
        "beads",
        "beads^{tree}",
      ).trim();
      git(dir, "update-ref", "refs/heads/beads", commit);
    }
    if (state === "missing") rmSync(join(dir, "gastown"), { recursive: true });
    const fresh = reader ?? (await openStore({ gitDir: dir, ports: readOnlyPorts() }));
    expect((await fresh.get(id))?.title).toBe("second");
    expect((await fresh.ready()).length).toBe(1);
    expect((await fresh.query({ text: "seco" })).length).toBe(1);
    await expect(fresh.transact(origin, tx => tx.update(id, { title: "no" }))).rejects.toMatchObject({
      code: "forbidden",
    });
    await fresh.close();
  });
}

for (const damage of ["garbage", "truncated", "of another format", "foreign", "torn by a restart"] as const) {
  test(`an index that is ${damage} is built anew`, async () => {
    const dir = folder();
    git(dir, "init", "-q", "--bare");
    const store = await openStore({ gitDir: dir, prefix: "gt", create: true, ports: healthy });
    const { value: id } = await store.transact(origin, tx => tx.create({ title: "first" }).id);
    await store.close();
    const name = (await Bun.file(join(dir, "gastown", "index-beads")).text()).trim();
    const path = join(dir, "gastown", name);
    const file = await Bun.file(path).bytes();
    if (damage === "garbage")
      await Bun.write(path, "this is no database, whatever its name says".repeat(100));
    if (damage === "truncated") await Bun.write(path, file.subarray(0, Math.floor(file.length / 2)));
    if (damage === "foreign") await Bun.write(join(dir, "gastown", "index-beads"), "../../etc/passwd\n");
    if (damage === "of another format") {
      const sql = healthy.sql.open(path);
      sql.run("UPDATE meta SET value = '0' WHERE key = 'format'");
      sql.close();
    }
    if (damage === "torn by a restart") {
      const earlier = bunSql(0, "an earlier run of the machine").open(path);
      earlier.run("INSERT OR REPLACE INTO meta(key, value) VALUES('run', ?)", earlier.machineRun ?? "");
      earlier.run("DELETE FROM bead");
      earlier.close();
    }
    const ports = { ...healthy, sql: bunSql(0, "this run of the machine") };
    const again = await openStore({ gitDir: dir, ports });
    expect((await again.query({})).map(bead => bead.id)).toEqual([id]);
    await again.transact(origin, tx => tx.update(id, { title: "second" }));
    expect(await again.verifyIndex()).toEqual([]);
    await again.close();
  });
}
