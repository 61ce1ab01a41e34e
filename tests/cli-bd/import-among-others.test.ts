/** An import in the middle of which others commit, or it is killed: one commit or none, and nothing of others is lost. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, record, records, type Sandbox, sandbox } from "./bd.ts";
import { program } from "./program.ts";

setDefaultTimeout(PATIENCE_MS);

/** So many that pieces are on disk before the last one comes. */
const COUNT = 4_000;
const TIME = "2026-01-01T00:00:00Z";
let bd: Sandbox;

beforeEach(async () => {
  bd = await sandbox({ prefix: "gt" });
  const made = Bun.spawnSync(["mkfifo", join(bd.cwd, "beads.jsonl")]);
  expect(made.exitCode).toBe(0);
});
afterEach(() => bd.remove());

const commits = (): number => Number(bd.git("rev-list", "--count", "refs/heads/beads"));
const packFolder = (): string => join(bd.cwd, ".git/objects/pack");

/** Random texts, so that a megabyte of them is one on disk. */
function line(number: number, title = `Bead ${number}`): string {
  const description = Array.from({ length: 40 }, () => Math.random().toString(36).slice(2)).join(" ");
  return `${JSON.stringify({ id: `gt-n${number}`, title, description, status: "open", priority: 2, issue_type: "task", created_at: TIME, updated_at: TIME })}\n`;
}

/** An import that has taken most of its lines, and waits for the others. */
async function half() {
  const child = Bun.spawn([process.execPath, await program(), "import", "beads.jsonl", "--json"], {
    cwd: bd.cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: join(bd.root, "home"),
      GIT_CONFIG_NOSYSTEM: "1",
      BEADS_ACTOR: "worker",
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const fd = openSync(join(bd.cwd, "beads.jsonl"), "w");
  const write = (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  };
  write(Array.from({ length: COUNT }, (_, number) => line(number)).join(""));
  while (bulkBytes() === 0) await Bun.sleep(5);
  const end = async (...more: string[]) => {
    write(more.join(""));
    closeSync(fd);
    const stdout = await new Response(child.stdout).text();
    return { code: await child.exited, stdout, stderr: await new Response(child.stderr).text() };
  };
  return { child, fd, end };
}

/** Bytes that the import has on disk without a name that counts. */
function bulkBytes(): number {
  return readdirSync(packFolder())
    .filter(name => name.startsWith("tmp_bulk_"))
    .reduce((sum, name) => sum + statSync(join(packFolder(), name)).size, 0);
}

/** A commit on the branch made with git alone, which knows nothing of our locks. */
function commitByHand(path: string, content: string): string {
  const env = { GIT_INDEX_FILE: join(bd.root, "index-by-hand") };
  const git = (args: readonly string[], input = ""): string => {
    const result = Bun.spawnSync(["git", ...args], {
      cwd: bd.cwd,
      stdin: new TextEncoder().encode(input),
      env: {
        ...env,
        PATH: process.env.PATH ?? "",
        HOME: join(bd.root, "home"),
        GIT_AUTHOR_NAME: "Hand",
        GIT_AUTHOR_EMAIL: "hand@example.com",
        GIT_COMMITTER_NAME: "Hand",
        GIT_COMMITTER_EMAIL: "hand@example.com",
      },
    });
    if (result.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr.toString()}`);
    return result.stdout.toString().trim();
  };
  const head = git(["rev-parse", "refs/heads/beads"]);
  git(["read-tree", head]);
  git([
    "update-index",
    "--add",
    "--cacheinfo",
    `100644,${git(["hash-object", "-w", "--stdin"], content)},${path}`,
  ]);
  const commit = git(["commit-tree", git(["write-tree"]), "-p", head, "-m", "By hand"]);
  git(["update-ref", "refs/heads/beads", commit, head]);
  return commit;
}

const beadFile = (id: string, title: string): string =>
  `${JSON.stringify({ created_at: TIME, id, issue_type: "task", priority: 2, status: "open", title, updated_at: TIME }, null, 2)}\n`;

test("killed in the middle it leaves nothing, and the next one is whole", async () => {
  const before = commits();
  const { child, fd } = await half();
  child.kill("SIGKILL");
  await child.exited;
  closeSync(fd);
  expect(commits()).toBe(before);
  expect(records(await bd.json("list", "--all"))).toEqual([]);
  bd.git("fsck", "--strict");
  const again = await half();
  const { code, stdout } = await again.end();
  expect(code).toBe(0);
  expect(record(JSON.parse(stdout)).created).toBe(COUNT);
  expect(commits()).toBe(before + 1);
  bd.git("fsck", "--strict");
});

test("a commit of git in the middle stays, below that of the import", async () => {
  const before = commits();
  const importing = await half();
  const hand = commitByHand("beads/o/x/gt-box.json", beadFile("gt-box", "By hand"));
  const { code, stdout, stderr } = await importing.end(line(9_999));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(record(JSON.parse(stdout)).created).toBe(COUNT + 1);
  expect(commits()).toBe(before + 2);
  expect(bd.git("rev-parse", "refs/heads/beads~1").trim()).toBe(hand);
  expect(record(records(await bd.json("show", "gt-box"))[0]).title).toBe("By hand");
  expect(record(records(await bd.json("show", "gt-n9999"))[0]).title).toBe("Bead 9999");
  expect(records(await bd.json("list", "--all")).length).toBe(COUNT + 2);
  expect(record(await bd.json("doctor"))).toMatchObject({ overall_ok: true });
  bd.git("fsck", "--strict");
});

test("where both have the same bead, the import takes nothing and says so", async () => {
  const importing = await half();
  const hand = commitByHand("beads/n/7/gt-n7.json", beadFile("gt-n7", "By hand"));
  const { code, stderr } = await importing.end();
  expect(code).toBe(1);
  expect(stderr).toContain("gt-n7.json meanwhile; nothing was changed");
  expect(bd.git("rev-parse", "refs/heads/beads").trim()).toBe(hand);
  expect(records(await bd.json("list", "--all")).map(bead => bead.title)).toEqual(["By hand"]);
  expect(bulkBytes()).toBe(0);
});

test("a bd that writes in the middle waits for its turn", async () => {
  const before = commits();
  const importing = await half();
  const created = bd.json("create", "Meanwhile");
  const { code } = await importing.end();
  expect(code).toBe(0);
  const id = String(record(await created).id);
  expect(commits()).toBe(before + 2);
  expect(record(records(await bd.json("show", id))[0]).title).toBe("Meanwhile");
  expect(records(await bd.json("list", "--all")).length).toBe(COUNT + 1);
});
