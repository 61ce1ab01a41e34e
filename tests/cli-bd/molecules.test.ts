/** Formulas and what becomes of them, through the commands: shapes and life cycle. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keysOf, PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

const FORMULA = `formula = "deploy"
description = "Deploy {{service}}"
version = 1
type = "workflow"
[vars.service]
required = true
[vars.env]
default = "dev"
enum = ["dev", "prod"]
[[steps]]
id = "build"
title = "Build {{service}}"
priority = 1
labels = ["ci"]
[[steps]]
id = "test"
title = "Test"
needs = ["build"]
[[steps]]
id = "ask"
title = "Ask"
depends_on = ["test"]
[steps.gate]
type = "human"
[[steps]]
id = "page"
title = "Page"
condition = "{{env}} == prod"
`;

let bd: Sandbox;
beforeAll(async () => {
  bd = await sandbox({ prefix: "gp" });
  mkdirSync(join(bd.cwd, ".beads/formulas"));
  writeFileSync(join(bd.cwd, ".beads/formulas/deploy.formula.toml"), FORMULA);
});
afterAll(() => bd.remove());

const pour = async (...args: string[]) =>
  record(await bd.json("mol", "pour", "deploy", "--var", "service=api", ...args));

test("a wisp of a formula with pour = false is its root alone", async () => {
  const text = 'formula = "round"\nphase = "vapor"\npour = false\n[[steps]]\nid = "a"\ntitle = "A"\n';
  writeFileSync(join(bd.cwd, ".beads/formulas/round.formula.toml"), text);
  const wisp = record(await bd.json("mol", "wisp", "round"));
  expect(wisp).toMatchObject({ created: 1, phase: "vapor" });
  await bd.text("mol", "burn", String(wisp.new_epic_id), "--force");
});

test("formulas that are poured together each get their own values, or none is poured", async () => {
  const before = records(await bd.json("list", "--all", "--limit", "0")).length;
  const failed = await bd.run(["mol", "pour", "feature", "--var", "title=t", "--attach", "review"]);
  expect([failed.code, failed.stderr]).toEqual([
    1,
    expect.stringContaining("missing required variables: branch"),
  ]);
  const strange = await bd.run(["mol", "pour", "feature", "--var", "title=t", "--var", "nope=1"]);
  expect(strange.stderr).toContain("unknown variable `nope`");
  expect(records(await bd.json("list", "--all", "--limit", "0"))).toHaveLength(before);
  const asked = await bd.text("q", "Asked for");
  const vars = ["--var", "title=t", "--var", "branch=b"];
  const poured = record(
    await bd.json("mol", "pour", "feature", ...vars, "--attach", "review", "--for", asked),
  );
  expect(poured).toMatchObject({ attached: 1 });
  const [step] = records(await bd.json("show", `${poured.new_epic_id}.1`));
  expect(step?.description).toContain(`Read the request (${asked})`);
  const alone = record(await bd.json("mol", "pour", "feature", "--var", "title=t"));
  const [first] = records(await bd.json("show", `${alone.new_epic_id}.1`));
  expect(first?.description).not.toContain("{{");
  const hidden = await bd.run(["mol", "distill", String(alone.new_epic_id)]);
  expect([hidden.code, hidden.stderr]).toEqual([
    1,
    expect.stringContaining("a formula named feature exists"),
  ]);
});

test("a formula with a key that would do nothing is refused, and nothing is made", async () => {
  const before = records(await bd.json("list", "--all", "--limit", "0")).length;
  const text = 'formula = "idle"\n[[steps]]\nid = "a"\ntitle = "A"\nexpand_vars = { k = "v" }\n';
  writeFileSync(join(bd.cwd, ".beads/formulas/idle.formula.toml"), text);
  const { code, stderr } = await bd.run(["mol", "pour", "idle"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("step `a`: `expand_vars` does nothing")]);
  rmSync(join(bd.cwd, ".beads/formulas/idle.formula.toml"));
  rmSync(join(bd.cwd, ".beads/formulas/round.formula.toml"));
  expect(records(await bd.json("list", "--all", "--limit", "0"))).toHaveLength(before);
});

describe("formulas", () => {
  test("list, show, cook", async () => {
    const list = records(await bd.json("formula", "list"));
    expect(keysOf(list)).toEqual(["name", "type", "description", "source", "steps", "vars"]);
    expect(list.map(entry => entry.name)).toEqual(["bugfix", "deploy", "feature", "release", "review"]);
    expect(await bd.text("formula", "show", "deploy")).toContain("Build {{service}}");
    const cooked = record(await bd.json("cook", "deploy", "--persist"));
    expect(keysOf(cooked)).toEqual([
      "bond_points",
      "created",
      "formula",
      "proto_id",
      "schema_version",
      "variables",
    ]);
    const [proto] = records(await bd.json("show", String(cooked.proto_id)));
    expect(proto).toMatchObject({ is_template: true });
    expect(records(await bd.json("list", "--json")).map(bead => bead.id)).not.toContain(cooked.proto_id);
  });

  for (const [line, wrong] of [
    ['colour = "red"', "colour"],
    ['[[steps]]\nid = "x"\ntitle = "X"\nretries = 3', "retries"],
    ['[[steps]]\nid = "x"\ntitle = "X"\n[steps.gate]\ntype = "moon"', "type"],
    ['[[steps]]\nid = "x"\ntitle = "X"\nneeds = ["nowhere"]', "nowhere"],
    ['[[steps]]\nid = "x"\ntitle = "X"\n[[steps]]\nid = "x"\ntitle = "Y"', "x"],
    ['type = "ballet"', "type"],
    ["version = 0", "version"],
  ] as const) {
    test(`refuses ${JSON.stringify(line)} by name`, async () => {
      const file = join(bd.root, "wrong.formula.toml");
      writeFileSync(file, `formula = "wrong"\n${line}\n`);
      const { code, stdout } = await bd.run(["cook", file, "--json"]);
      expect(code).toBe(1);
      expect(String(record(JSON.parse(stdout)).error)).toContain(wrong);
    });
  }

  test("variables are required and checked", async () => {
    const missing = await bd.run(["mol", "pour", "deploy", "--json"]);
    expect(missing.code).toBe(1);
    expect(record(JSON.parse(missing.stdout)).error).toContain("service");
    const wrong = await bd.run([
      "mol",
      "pour",
      "deploy",
      "--var",
      "service=x",
      "--var",
      "env=moon",
      "--json",
    ]);
    expect(wrong.code).toBe(1);
    expect(record(JSON.parse(wrong.stdout)).error).toContain("env");
  });
});

describe("a molecule", () => {
  test("is poured, worked through step by step, and closes with its last one", async () => {
    const poured = await pour();
    expect(keysOf(poured)).toEqual([
      "attached",
      "created",
      "id_mapping",
      "new_epic_id",
      "phase",
      "schema_version",
    ]);
    expect(poured).toMatchObject({ phase: "liquid", created: 5 });
    const root = String(poured.new_epic_id);
    expect(root).toMatch(/^gp-mol-/);
    const ids = record(poured.id_mapping);
    expect(ids.page).toBeUndefined();
    const ready = record(await bd.json("ready", "--mol", root));
    expect(keysOf(ready)).toEqual([
      "molecule_id",
      "molecule_title",
      "parallel_groups",
      "ready_steps",
      "schema_version",
      "steps",
      "total_steps",
    ]);
    const [step] = records(ready.steps);
    expect(keysOf(step).slice(0, 2)).toEqual(["issue", "parallel_info"]);
    expect(keysOf(step?.parallel_info)).toEqual([
      "step_id",
      "status",
      "is_ready",
      "parallel_group",
      "blocked_by",
      "blocks",
      "can_parallel",
    ]);
    expect(record(step?.issue)).toMatchObject({
      id: ids.build,
      title: "Build api",
      priority: 1,
      labels: ["ci"],
    });

    const current = record(await bd.json("mol", "current", root));
    expect(keysOf(current)).toEqual([
      "completed",
      "current_step",
      "molecule_id",
      "molecule_title",
      "next_step",
      "schema_version",
      "steps",
      "total",
    ]);
    expect(records(current.steps).map(each => each.status)).toEqual(["ready", "blocked", "blocked"]);
    expect(record(await bd.json("mol", "progress", root))).toMatchObject({ completed: 0, total: 3 });

    const closed = record(await bd.json("close", String(ids.build), "--continue"));
    expect(keysOf(closed)).toEqual(["closed", "continue", "schema_version"]);
    expect(record(closed.continue)).toMatchObject({
      auto_advanced: true,
      molecule_complete: false,
      molecule_id: root,
    });
    expect(record(record(closed.continue).next_step)).toMatchObject({ id: ids.test, status: "in_progress" });
    expect(records(await bd.json("mol", "current")).map(each => each.molecule_id)).toEqual([root]);
    await bd.text("close", String(ids.test));

    const blocked = await bd.run(["close", String(ids.ask)]);
    expect(blocked.code).toBe(1);
    expect(blocked.stderr).toContain(`${root}.gate-ask`);
    await bd.text("gate", "resolve", `${root}.gate-ask`, "-r", "yes");
    const gated = record(await bd.json("ready", "--gated"));
    expect(gated.count).toBe(1);
    expect(keysOf(records(gated.molecules))).toEqual([
      "molecule_id",
      "molecule_title",
      "closed_gate",
      "ready_step",
    ]);
    const last = record(await bd.json("close", String(ids.ask), "--continue"));
    expect(record(last.continue)).toMatchObject({ molecule_complete: true });
    expect(records(await bd.json("show", root))[0]).toMatchObject({ status: "closed" });
  });

  test("is distilled into a formula, squashed into a digest, burned", async () => {
    const { new_epic_id: root, id_mapping } = await pour();
    const made = record(await bd.json("mol", "distill", String(root), "again", "--var", "thing=api"));
    expect(keysOf(made)).toEqual(["formula_name", "formula_path", "schema_version", "steps", "variables"]);
    expect(made).toMatchObject({ formula_name: "again", steps: 3, variables: ["thing"] });
    const second = record(await bd.json("mol", "pour", "again", "--var", "thing=web"));
    const again = record(second.id_mapping);
    expect(records(await bd.json("show", String(again.build)))[0]).toMatchObject({
      title: "Build web",
      priority: 1,
    });
    expect((await bd.run(["close", String(again.test)])).stderr).toContain(
      `blocked by open issues [${again.build}]`,
    );
    expect((await bd.run(["mol", "distill", String(root), "again"])).code).toBe(1);
    expect((await bd.run(["mol", "distill", String(again.build)])).code).toBe(1);

    const open = await bd.run(["mol", "squash", String(root), "--json"]);
    expect(open.code).toBe(1);
    const squashed = record(await bd.json("mol", "squash", String(root), "--force", "--summary", "All done"));
    expect(keysOf(squashed)).toEqual([
      "deleted_count",
      "digest_id",
      "kept_children",
      "molecule_id",
      "schema_version",
      "squashed_count",
      "squashed_ids",
      "wisp_squash",
    ]);
    expect(records(await bd.json("show", String(squashed.digest_id)))[0]?.description).toContain("All done");
    expect((await bd.run(["show", String(record(id_mapping).build)])).code).toBe(1);

    const burned = record(await bd.json("mol", "burn", String(second.new_epic_id), "--force"));
    expect(keysOf(burned)).toEqual(["deleted_count", "deleted_ids", "molecule_id", "schema_version"]);
    expect((await bd.run(["show", String(second.new_epic_id)])).code).toBe(1);
  });

  test("bond puts one behind the other, or pours a formula behind it", async () => {
    const [a, b] = [await pour(), await pour()];
    const bonded = record(await bd.json("mol", "bond", String(a.new_epic_id), String(b.new_epic_id)));
    expect(keysOf(bonded)).toEqual([
      "bond_type",
      "id_mapping",
      "result_id",
      "result_type",
      "schema_version",
      "spawned",
    ]);
    const blocked = records(await bd.json("blocked")).find(bead => bead.id === b.new_epic_id);
    expect(blocked?.blocked_by).toEqual([a.new_epic_id]);
    const spawned = record(
      await bd.json(
        "mol",
        "bond",
        String(a.new_epic_id),
        "deploy",
        "--var",
        "service=x",
        "--type",
        "parallel",
      ),
    );
    expect(spawned).toMatchObject({ bond_type: "parallel", spawned: 5 });
    expect(
      (await bd.run(["mol", "bond", String(a.new_epic_id), String(b.new_epic_id), "--type", "sideways"]))
        .code,
    ).toBe(1);
  });
});

describe("wisps", () => {
  test("stay on this machine, are listed, and go when their time is over", async () => {
    const made = record(await bd.json("mol", "wisp", "deploy", "--var", "service=w"));
    const root = String(made.new_epic_id);
    expect(root).toMatch(/^gp-wisp-/);
    expect(made.phase).toBe("vapor");
    expect(bd.git("ls-tree", "-r", "--name-only", "beads")).not.toContain("wisp");
    const list = record(await bd.json("mol", "wisp", "list"));
    expect(keysOf(list)).toEqual(["count", "old_count", "schema_version", "wisps"]);
    expect(keysOf(records(list.wisps))).toEqual([
      "id",
      "title",
      "status",
      "priority",
      "type",
      "labels",
      "created_at",
      "updated_at",
      "old",
    ]);
    const kept = record(await bd.json("mol", "wisp", "gc"));
    expect(kept).toMatchObject({ cleaned_count: 0, dry_run: false });
    expect(keysOf(kept)).toEqual(["candidates", "cleaned_count", "cleaned_ids", "dry_run", "schema_version"]);
    const squashed = record(await bd.json("mol", "squash", root, "--force"));
    expect(squashed).toMatchObject({ wisp_squash: true });
    expect(bd.git("ls-tree", "-r", "--name-only", "beads")).toContain(String(squashed.digest_id));
    await bd.json("mol", "wisp", "deploy", "--var", "service=w");
    expect(record(await bd.json("mol", "wisp", "gc", "--age", "0s")).cleaned_count).toBe(5);
    expect(record(await bd.json("mol", "wisp", "list")).count).toBe(0);
  });
});
