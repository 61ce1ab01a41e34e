import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { treeOfWorktree } from "./commits.ts";
import { adminDir, createGit, type Git } from "./git.ts";
import { takeSnapshot } from "./snapshot.ts";

let dir: string;
let git: Git;
let path: string;
const identity = { name: "toast", email: "toast@sample.gastown.local" };

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "snapshot-"));
  const repo = join(dir, "rig.git");
  path = join(dir, "toast");
  mkdirSync(repo);
  git = createGit(repo, process.env);
  await git.run(["init", "-q", "--bare", "-b", "main"]);
  const env = {
    GIT_AUTHOR_NAME: "t",
    GIT_AUTHOR_EMAIL: "t@t",
    GIT_COMMITTER_NAME: "t",
    GIT_COMMITTER_EMAIL: "t@t",
  };
  const blob = await git.run(["hash-object", "-w", "--stdin"], { stdin: "one\n" });
  const tree = await git.run(["mktree"], {
    stdin: `100644 blob ${blob}\ta.txt\n100644 blob ${blob}\tb.txt\n`,
  });
  const first = await git.run(["commit-tree", tree, "-m", "first"], { env });
  await git.run(["update-ref", "refs/heads/main", first]);
  await git.run(["update-ref", "refs/remotes/origin/main", first]);
  await git.run(["worktree", "add", "-q", "-b", "polecat/toast/gt-1", path, "main"]);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const place = () => ({ path, admin: adminDir(git.repo, path) });
const snapshot = (attempt = 1) =>
  takeSnapshot(git, {
    worktree: place(),
    scratch: dir,
    remote: "origin",
    branch: "polecat/toast/gt-1",
    bead: "gt-1",
    attempt,
    identity,
  });
const files = async (commit: string) => (await git.run(["ls-tree", "-r", "--name-only", commit])).split("\n");

describe("snapshot", () => {
  test("holds changed, new, deleted and renamed files, and leaves index, branch and files alone", async () => {
    writeFileSync(join(path, "a.txt"), "two\n");
    unlinkSync(join(path, "b.txt"));
    mkdirSync(join(path, "new folder"));
    writeFileSync(join(path, "new folder/ü\n.txt"), "x");
    symlinkSync("/etc/passwd", join(path, "link"));
    writeFileSync(join(path, ".gitignore"), "ignored\n");
    writeFileSync(join(path, "ignored"), "x");
    await git.run(["add", "a.txt"], { worktree: place() });
    const index = readFileSync(join(place().admin, "index"));
    const kept = await snapshot();
    expect(kept?.ref).toBe("refs/gastown/wip/gt-1/1");
    const listed = await git.run(["ls-tree", "-r", "-z", "--name-only", kept?.commit ?? ""]);
    expect(listed.split("\0").filter(Boolean).sort()).toEqual([
      ".gitignore",
      "a.txt",
      "link",
      "new folder/ü\n.txt",
    ]);
    expect(await git.run(["show", `${kept?.commit}:link`])).toBe("/etc/passwd");
    expect(await git.run(["log", "-1", "--format=%an|%P", kept?.commit ?? ""])).toBe(
      `toast|${await git.run(["rev-parse", "main"])}`,
    );
    expect(readFileSync(join(place().admin, "index"))).toEqual(index);
    expect(await snapshot()).toEqual(kept);
  });

  test("later snapshots of an attempt keep the earlier ones reachable", async () => {
    writeFileSync(join(path, "first.txt"), "x");
    const first = await snapshot();
    rmSync(join(path, "first.txt"));
    writeFileSync(join(path, "second.txt"), "x");
    const second = await snapshot();
    expect(await files(second?.commit ?? "")).not.toContain("first.txt");
    await git.run(["merge-base", "--is-ancestor", first?.commit ?? "", second?.commit ?? ""]);
  });

  test("an unpublished head is noted as it is, a published one needs nothing", async () => {
    expect(await snapshot()).toBeUndefined();
    writeFileSync(join(path, "c.txt"), "x");
    const env = {
      ...process.env,
      GIT_AUTHOR_NAME: "t",
      GIT_AUTHOR_EMAIL: "t@t",
      GIT_COMMITTER_NAME: "t",
      GIT_COMMITTER_EMAIL: "t@t",
    };
    Bun.spawnSync(["sh", "-c", "git add -A && git commit -q -m c"], { cwd: path, env });
    const head = await git.run(["rev-parse", "polecat/toast/gt-1"]);
    expect((await snapshot())?.commit).toBe(head);
    await git.run(["update-ref", "refs/remotes/origin/polecat/toast/gt-1", head]);
    expect(await snapshot(2)).toBeUndefined();
  });

  test("works with a broken or missing index, and a broken HEAD", async () => {
    writeFileSync(join(path, "new.txt"), "x");
    writeFileSync(join(place().admin, "index"), "not an index");
    expect(await files((await snapshot())?.commit ?? "")).toEqual(["a.txt", "b.txt", "new.txt"]);
    unlinkSync(join(place().admin, "index"));
    writeFileSync(join(path, "more.txt"), "x");
    expect(await files((await snapshot())?.commit ?? "")).toEqual(["a.txt", "b.txt", "more.txt", "new.txt"]);
    writeFileSync(join(place().admin, "HEAD"), "garbage");
    writeFileSync(join(path, "last.txt"), "x");
    expect(await files((await snapshot())?.commit ?? "")).toContain("last.txt");
  });

  test("follows no link out of the folder", async () => {
    mkdirSync(join(path, "inner/.git"), { recursive: true });
    mkdirSync(join(dir, "outside"));
    writeFileSync(join(dir, "outside/secret.txt"), "x");
    symlinkSync(join(dir, "outside"), join(path, "inner/link"));
    symlinkSync(join(dir, "outside"), join(path, "link"));
    const listed = await files(await treeOfWorktree(git, place(), dir, await git.run(["rev-parse", "main"])));
    expect(listed).toContain("link");
    expect(listed.some(file => file.includes("secret"))).toBe(false);
  });

  test("a path that git cannot take does not cost the others", async () => {
    writeFileSync(join(path, "good.txt"), "x");
    mkdirSync(join(path, "inner/.git"), { recursive: true });
    writeFileSync(join(path, "inner/kept.txt"), "x");
    Bun.spawnSync(["mkfifo", join(path, "pipe")]);
    const head = await git.run(["rev-parse", "main"]);
    const tree = await treeOfWorktree(git, place(), dir, head);
    expect(await files(tree)).toEqual(expect.arrayContaining(["a.txt", "b.txt", "good.txt"]));
  });
});
