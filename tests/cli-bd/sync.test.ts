/** `bd sync` between two clones of a remote, claims across machines, and hooks that share. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, type Run, record, records, type Sandbox, sandbox } from "./bd.ts";

setDefaultTimeout(PATIENCE_MS);

const open: Sandbox[] = [];
afterEach(() => {
  for (const made of open.splice(0)) made.remove();
});

/** A sandbox with a remote `origin` beside it, and a way to run bd in a second clone. */
async function twoClones(): Promise<{
  readonly a: Sandbox;
  readonly b: (...args: string[]) => Promise<Run>;
  readonly remote: string;
  readonly clone: string;
}> {
  const a = await sandbox({ prefix: "bd" });
  open.push(a);
  const remote = join(a.root, "remote.git");
  a.git("init", "-q", "--bare", remote);
  a.git("remote", "add", "origin", remote);
  await a.text("q", "First");
  await a.text("sync");
  const clone = join(a.root, "clone");
  a.git("clone", "-q", remote, clone);
  const b = (...args: string[]) => a.run(args, { cwd: clone, env: { BEADS_ACTOR: "other" } });
  expect((await b("init", "-q")).code).toBe(0);
  return { a, b, remote, clone };
}

const listed = (run: Run) =>
  records(JSON.parse(run.stdout))
    .map(bead => bead.title)
    .sort();

describe("sync", () => {
  test("both sides end up with the same commit, and nothing is lost", async () => {
    const { a, b, clone } = await twoClones();
    expect(listed(await b("list", "--json"))).toEqual(["First"]);
    const [first] = records(await a.json("list"));
    await a.json("update", String(first?.id), "--add-label", "ours");
    await b("update", String(first?.id), "-p", "0");
    await b("q", "From b");
    expect(record(JSON.parse((await b("sync", "--json")).stdout))).toMatchObject({
      pushed: true,
      pulled: true,
    });
    const report = record(await a.json("sync"));
    expect(report).toMatchObject({ ahead: 1, behind: 2, pushed: true, dry_run: false });
    expect((await b("sync")).stdout).toContain("Synced with origin");
    expect(Bun.spawnSync(["git", "rev-parse", "beads"], { cwd: clone }).stdout.toString()).toBe(
      a.git("rev-parse", "beads"),
    );
    const [merged] = records(await a.json("show", String(first?.id)));
    expect(merged).toMatchObject({ priority: 0, labels: ["ours"] });
    expect(await a.text("sync")).toContain("In sync with origin");
    expect(record(await a.json("sync", "--status"))).toMatchObject({ ahead: 0, behind: 0, remote: "origin" });
  });

  test("a bead that becomes ephemeral goes from the other machines, and comes back when it is promoted", async () => {
    const { a, b, clone } = await twoClones();
    const id = String(records(await a.json("list"))[0]?.id);
    const there = async () => listed(await b("list", "--all", "--json"));
    const exchange = async () => {
      await a.text("sync");
      expect((await b("sync")).code).toBe(0);
      await a.text("sync");
      expect(Bun.spawnSync(["git", "rev-parse", "beads"], { cwd: clone }).stdout.toString()).toBe(
        a.git("rev-parse", "beads"),
      );
    };
    await a.text("update", id, "--ephemeral");
    await exchange();
    expect(await there()).toEqual([]);
    expect((await b("deleted")).stdout).toContain(id);
    expect((await a.run(["deleted"])).stdout).not.toContain(id);
    expect(records(await a.json("show", id))[0]).toMatchObject({ title: "First", ephemeral: true });
    expect((await b("doctor")).code).toBe(0);
    expect((await a.run(["doctor"])).code).toBe(0);
    await a.text("update", id, "--title", "Still here");
    await a.text("promote", id);
    await exchange();
    expect(await there()).toEqual(["Still here"]);
    // An edit elsewhere that is later than the move keeps the shared bead alive, here as well.
    await a.text("update", id, "--ephemeral");
    await b("update", id, "-p", "0");
    await exchange();
    expect(await there()).toEqual(["Still here"]);
    expect(records(await a.json("show", id))[0]).toMatchObject({ title: "Still here", priority: 0 });
    expect((await a.run(["doctor"])).code).toBe(0);
    await b("delete", id, "--force");
    await exchange();
    expect(records(await a.json("show", id))[0]).toMatchObject({ ephemeral: true });
    await a.text("update", id, "--persistent");
    await exchange();
    expect(await there()).toEqual(["Still here"]);
  });

  test("without a remote there is nothing to do; an unknown one is an error; older flags are understood", async () => {
    const bd = await sandbox({ prefix: "bd" });
    open.push(bd);
    expect(record(await bd.json("sync")).status).toBe("no_remote");
    expect((await bd.run(["sync", "--remote", "nope", "--json"])).code).toBe(1);
    expect((await bd.run(["sync", "--flush-only"])).code).toBe(0);
    expect((await bd.run(["--no-daemon", "sync", "-m", "msg", "--squash", "--no-push"])).code).toBe(0);
  });

  test("a claim is pushed before it is reported, and the second one is told who was first", async () => {
    const { a, b, remote } = await twoClones();
    const [first] = records(await a.json("list"));
    const id = String(first?.id);
    expect(records(await a.json("update", id, "--claim"))[0]).toMatchObject({ assignee: "worker" });
    const second = await b("update", id, "--claim", "--json");
    expect([second.code, String(record(JSON.parse(second.stdout)).error)]).toEqual([
      1,
      expect.stringContaining("already claimed by worker"),
    ]);
    const next = await a.text("q", "Offline");
    a.git("remote", "set-url", "origin", `${remote}-gone`);
    const alone = await a.run(["update", next, "--claim", "--json"]);
    expect([alone.code, alone.stderr]).toEqual([0, expect.stringContaining("Claimed on this machine only")]);
  });

  test("git push takes the beads along when the hooks are installed, and is not stopped by them", async () => {
    const { a, remote } = await twoClones();
    const bin = join(a.root, "bin");
    mkdirSync(bin);
    const entry = join(import.meta.dir, "../../runtime/cli/bd.ts");
    writeFileSync(join(bin, "bd"), `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`, {
      mode: 0o755,
    });
    await a.text("hooks", "install");
    const id = await a.text("q", "Goes along");
    a.git("commit", "-q", "--allow-empty", "-m", "code");
    const push = Bun.spawnSync(["git", "push", "-q", "origin", "main"], {
      cwd: a.cwd,
      env: { PATH: `${bin}:${process.env.PATH}`, HOME: join(a.root, "home"), BEADS_ACTOR: "worker" },
    });
    expect([push.exitCode, push.stderr.toString()]).toEqual([0, ""]);
    const there = Bun.spawnSync([
      "git",
      `--git-dir=${remote}`,
      "log",
      "-1",
      "--format=%s",
      "beads",
    ]).stdout.toString();
    expect(there).toContain(id);
  });
});
