import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import type { BeadTx } from "../api.ts";
import { openStore } from "../bead-store.ts";
import { AppError } from "../schema/errors.ts";
import { LIBRARY } from "./library.ts";
import { runOnComplete } from "./on-complete.ts";
import { parseFormula } from "./parse.ts";
import { bond, burn, squash } from "./phases.ts";
import { pourPlan } from "./pour.ts";
import { advance, progressOf } from "./progress.ts";
import { planFormula } from "./resolve.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function inStore<T>(body: (tx: BeadTx) => T): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "gastown-mol-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  Bun.spawnSync(["git", "init", "-q", "--bare", dir]);
  const store = await openStore({
    gitDir: dir,
    prefix: "gt",
    create: true,
    ports: bunStorePorts({ PATH: process.env.PATH }),
  });
  cleanups.push(() => store.close());
  return (await store.transact({ actor: "ada" }, body)).value;
}

const EXTRA: Readonly<Record<string, string>> = {
  gated: `formula = "gated"
steps = [ { id = "a", title = "A" }, { id = "b", title = "B", needs = ["a"], gate = { type = "timer", timeout = "1h30m" } } ]`,
  fan: `formula = "fan"
[[steps]]
id = "split"
title = "Split"
on_complete = { for_each = "output.parts", bond = "part", vars = { name = "{item.name}", n = "{index}" }, sequential = true }
[[steps]]
id = "join"
title = "Join"
needs = ["split"]
waits_for = "children-of(split)"`,
  part: `formula = "part"
vars = { name = "", n = "" }
steps = [ { id = "do", title = "Do {{name}} {{n}}" } ]`,
};
const load = (name: string) => {
  const text = EXTRA[name] ?? LIBRARY[name];
  if (text === undefined) throw new AppError("not_found", `no formula ${name}`);
  return parseFormula(text, `${name}.toml`);
};
const pour = (tx: BeadTx, name: string, vars: Record<string, string> = {}) =>
  pourPlan(tx, planFormula(name, vars, load), { prefix: "gt", phase: "liquid" });

test("a molecule goes on step by step and closes after its last one", async () => {
  await inStore(tx => {
    const { root, ids, created } = pour(tx, "bugfix", { title: "crash" });
    expect(root).toMatch(/^gt-mol-[0-9a-z]+$/);
    expect(created).toBe(5);
    expect(ids.reproduce).toBe(`${root}.1`);
    expect(tx.ready({ ancestor: root }).map(bead => bead.id)).toEqual([`${root}.1`]);
    let step: string | undefined = `${root}.1`;
    const seen: string[] = [];
    while (step !== undefined) {
      seen.push(step);
      const after = advance(tx, step, "done", "ada");
      step = after.next?.id;
      if (!step) expect(after.complete).toBe(true);
    }
    expect(seen).toEqual([1, 2, 3, 4].map(n => `${root}.${n}`));
    expect(tx.require(root).status).toBe("closed");
    expect(progressOf(tx, root)).toMatchObject({ completed: 4, total: 4, complete: true });
  });
});

test("a gate is a bead that blocks its step", async () => {
  await inStore(tx => {
    const { root, ids } = pour(tx, "gated");
    const gate = tx.require(`${root}.gate-b`);
    expect(gate).toMatchObject({ issue_type: "gate", await_type: "timer", timeout: 5_400e9 });
    expect(advance(tx, ids.a ?? "", "done").next).toBeUndefined();
    expect(tx.blockers(ids.b ?? "")).toEqual([gate.id]);
    tx.close(gate.id, "timer elapsed");
    expect(tx.ready({ ancestor: root }).map(bead => bead.id)).toEqual([ids.b ?? ""]);
  });
});

test("a closed step makes one molecule for each item of its output, and what waits for them waits", async () => {
  await inStore(tx => {
    const { ids } = pour(tx, "fan");
    const split = tx.update(ids.split ?? "", {
      metadata: { output: { parts: [{ name: "x" }, { name: "y" }] } },
    });
    const roots = runOnComplete(tx, split, load);
    tx.close(split.id, "split");
    expect(roots).toHaveLength(2);
    expect(tx.query({ parent: roots[1] ?? "" }).map(bead => bead.title)).toEqual(["Do y 1"]);
    expect(tx.blockers(roots[1] ?? "")).toContain(roots[0] ?? "");
    expect(tx.blockers(ids.join ?? "").length).toBeGreaterThan(0);
    for (const root of roots) tx.close(root, "done");
    expect(tx.blockers(ids.join ?? "")).toEqual([]);
    expect(() =>
      runOnComplete(tx, tx.update(split.id, { metadata: { output: { parts: 3 } } }), load),
    ).toThrow("is no list");
  });
});

test("squash leaves a digest, burn leaves nothing, bond orders", async () => {
  await inStore(tx => {
    const first = pour(tx, "gated").root;
    const second = pour(tx, "part", { name: "z" }).root;
    bond(tx, first, second, "sequential");
    expect(tx.blockers(second)).toEqual([first]);
    expect(() => squash(tx, first)).toThrow("2 open steps");
    const done = squash(tx, first, { force: true, summary: "all good" });
    expect(tx.require(done.digest ?? "")).toMatchObject({
      status: "closed",
      priority: 4,
      description: "all good",
    });
    expect(tx.get(first)).toBeUndefined();
    expect(burn(tx, second)).toHaveLength(2);
    expect(tx.get(second)).toBeUndefined();
  });
});
