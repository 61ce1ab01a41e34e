/** `bd` inside a sandbox: the same commands and answers, over the town's REST API. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import type { BeadFilter } from "../../store/api.ts";
import { type GitBeadStore, openStore } from "../../store/bead-store.ts";
import type { BeadPatch, NewBead } from "../../store/schema/bead.ts";
import { AppError } from "../../store/schema/errors.ts";
import { agent, type FakeTown, startFakeTown } from "../cli-gt/fake-town.ts";
import { PATIENCE_MS, type Run, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

let town: FakeTown;
let rig: Sandbox;
let store: GitBeadStore;
let inside: (...args: string[]) => Promise<Run>;
const json = async (...args: string[]) => JSON.parse((await inside(...args, "--json")).stdout);

interface Args {
  readonly id: string;
  readonly by: string;
  readonly rig?: string;
  readonly reason?: string;
  readonly text: string;
  readonly depends_on: string;
  readonly type: string;
  readonly add_labels?: readonly string[];
  readonly remove_labels?: readonly string[];
}

/** A town whose beads are a real store; only the rules of the town are missing. */
function answerFrom(fake: FakeTown): void {
  const origin = { actor: "sample/toast" };
  const require = async (id: string) => {
    const bead = await store.get(await store.resolve(id));
    if (bead === undefined) throw new AppError("not_found", `no ${id}`);
    return bead;
  };
  const changed = async (
    id: string,
    change: (tx: Parameters<Parameters<GitBeadStore["transact"]>[1]>[0]) => unknown,
  ) => {
    await store.transact(origin, change);
    return require(id);
  };
  fake.answer("rigs", [
    {
      name: "sample",
      prefix: "sa",
      git_url: "/r",
      path: "/p",
      settings: { target: "main", gates: [], max_polecats: 1, allow_hosts: [] },
      state: "ready",
    },
  ]);
  fake.answer("beads", ({ by: _by, rig: _rig, ...filter }: BeadFilter & Partial<Pick<Args, "by" | "rig">>) =>
    store.query(filter),
  );
  fake.answer("ready", () => store.ready());
  fake.answer("blocked", async () =>
    (await store.blocked()).map(({ bead, blockedBy }) => ({ bead, blocked_by: blockedBy })),
  );
  fake.answer("bead", async ({ id }: Args) => {
    const bead = await require(id);
    const dependents = (await store.dependents(bead.id)).map(d => ({ id: d.bead.id, type: d.type }));
    return { bead, rig: "sample", blocked_by: [], dependents, merge_requests: [], events: [] };
  });
  fake.answer("createBead", async ({ by, rig: _rig, ...input }: NewBead & Pick<Args, "by" | "rig">) => {
    const { value } = await store.transact({ actor: by }, tx => tx.create(input).id);
    return require(value);
  });
  fake.answer(
    "patchBead",
    ({
      by: _by,
      id,
      add_labels = [],
      remove_labels = [],
      ...patch
    }: Pick<Args, "by" | "id" | "add_labels" | "remove_labels"> & BeadPatch) =>
      changed(id, tx => {
        if (Object.keys(patch).length > 0) tx.update(id, patch);
        for (const label of add_labels) tx.addLabel(id, label);
        for (const label of remove_labels) tx.removeLabel(id, label);
      }),
  );
  fake.answer("closeBead", ({ id, reason }: Args) => changed(id, tx => tx.close(id, reason)));
  fake.answer("reopenBead", ({ id }: Args) => changed(id, tx => tx.update(id, { status: "open" })));
  fake.answer("comment", ({ id, by, text }: Args) => changed(id, tx => tx.comment(id, text, by)));
  fake.answer("addDependency", ({ id, depends_on, type }: Args) =>
    changed(id, tx => tx.addDependency(id, depends_on, type)),
  );
  fake.answer("removeDependency", ({ id, depends_on }: Args) =>
    changed(id, tx => tx.removeDependency(id, depends_on)),
  );
  fake.answer("deleteBead", async ({ id }: Args) => {
    await store.transact(origin, tx => tx.delete(id));
    return null;
  });
  fake.answer("prime", "Work on sa-1 now.");
}

beforeAll(async () => {
  rig = await sandbox({ prefix: "sa" });
  store = await openStore({ gitDir: rig.cwd, ports: bunStorePorts(process.env) });
  town = await startFakeTown();
  answerFrom(town);
  const env = {
    GASTOWN_API: town.url,
    GASTOWN_TOKEN: "owner-token",
    GASTOWN_TOWN: "demo",
    GASTOWN_RIG: "sample",
  };
  inside = (...args) => rig.run(args, { cwd: rig.root, env });
});
afterAll(async () => {
  await store.close();
  await town[Symbol.asyncDispose]();
  rig.remove();
});

describe("bd in a sandbox", () => {
  test("creates, lists, shows, changes, comments, closes with the answers of bd alone", async () => {
    const made = record(await json("create", "Through the town", "-p", "1", "-l", "a"));
    expect(made).toMatchObject({ title: "Through the town", priority: 1, labels: ["a"], schema_version: 1 });
    expect(made.id).toMatch(/^sa-/);
    const id = String(made.id);
    const alone = await rig.json("list");
    expect(await json("list")).toEqual(alone);
    expect(await json("ready")).toEqual(await rig.json("ready"));
    expect(await json("show", id.slice(3))).toEqual(await rig.json("show", id));
    const [updated] = records(
      await json("update", id, "-s", "in_progress", "--add-label", "b", "--append-notes", "n"),
    );
    expect(updated).toMatchObject({
      id,
      status: "in_progress",
      labels: ["a", "b"],
      notes: "n",
      started_at: expect.any(String),
    });
    const comment = record(await json("comment", id, "hello"));
    expect(comment).toMatchObject({
      issue_id: id,
      text: "hello",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await json("comments", id)).toEqual(await rig.json("comments", id));
    expect(records(await json("close", id, "-r", "done"))[0]).toMatchObject({
      status: "closed",
      close_reason: "done",
      closed_at: expect.any(String),
    });
    expect(records(await json("reopen", id))[0]).toMatchObject({ status: "open" });
  });

  test("dependencies, children, blocked, search, count, delete", async () => {
    const [a, b] = [(await inside("q", "A")).stdout.trim(), (await inside("q", "B")).stdout.trim()];
    const child = record(await json("create", "Child", "--parent", a, "--deps", b));
    expect(child.id).toBe(`${a}.1`);
    expect(await json("dep", "add", a, b)).toEqual({
      depends_on_id: b,
      issue_id: a,
      schema_version: 1,
      status: "added",
      type: "blocks",
    });
    for (const args of [
      ["blocked"],
      ["children", a],
      ["dep", "tree", a],
      ["search", "child"],
      ["count"],
      ["show", b],
      ["dep", "list", b, "--direction", "up"],
    ]) {
      expect([args, await json(...args)]).toEqual([args, await rig.json(...args)]);
    }
    await json("dep", "remove", a, b);
    await json("delete", String(child.id), "--force");
    expect(await json("children", a)).toEqual([]);
  });

  test("what a town does not offer is refused by name; prime is the town's", async () => {
    const refused = await inside("remember", "a thing", "--json");
    expect([refused.code, record(JSON.parse(refused.stdout)).error]).toEqual([
      1,
      "changing settings is not available through the town",
    ]);
    expect((await inside("prime")).stdout).toContain("Work on sa-1 now.");
    expect((await inside("show", "sa-none", "--json")).code).toBe(1);
  });

  test("an agent's own token reads its rig, writes on its own bead, and is refused by name otherwise", async () => {
    const own = (await inside("q", "Mine")).stdout.trim();
    const other = (await inside("q", "Not mine")).stdout.trim();
    const claims = {
      town: "demo",
      rig: "sample",
      agent: "toast",
      role: "polecat",
      bead: own,
      attempt: 1,
    } as const;
    town.answer("agent", agent("sample/toast", { bead: own }));
    const env = {
      GASTOWN_API: town.url,
      GASTOWN_TOKEN: await town.tokens.signAgent(claims, 60_000),
      GASTOWN_TOWN: "demo",
      GASTOWN_RIG: "sample",
      GASTOWN_BEAD: own,
    };
    const asAgent = (...args: string[]) => rig.run([...args, "--json"], { cwd: rig.root, env });
    expect(records(JSON.parse((await asAgent("show", other)).stdout))[0]?.id).toBe(other);
    expect((await asAgent("ready")).code).toBe(0);
    expect(record(JSON.parse((await asAgent("note", own, "found it")).stdout))).toMatchObject({
      id: own,
      notes: "found it",
    });
    expect(records(JSON.parse((await asAgent("update", "--add-label", "x")).stdout))[0]).toMatchObject({
      id: own,
      labels: ["x"],
    });
    for (const args of [
      ["create", "x"],
      ["close", other],
      ["update", own, "-s", "closed"],
      ["comment", other, "x"],
    ]) {
      const { code, stdout } = await asAgent(...args);
      expect([args, code, typeof record(JSON.parse(stdout)).error]).toEqual([args, 1, "string"]);
    }
  });
});
