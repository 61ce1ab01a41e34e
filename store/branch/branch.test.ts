import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunStorePorts } from "../../runtime/hosts/bun/store/ports.ts";
import { Branch, type CommitRequest } from "./branch.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import { isSafeRef } from "./ref-update.ts";

const ports = bunStorePorts({ PATH: process.env.PATH });
const REF = "refs/heads/beads";
const who = { name: "ada", email: "ada@example.org", time: 1_700_000_000, zone: "+0000" };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "gastown-branch-"));
  folders.push(dir);
  return dir;
}

function git(cwd: string, ...args: string[]): string {
  const identity = [
    "-c",
    "user.name=P",
    "-c",
    "user.email=p@example.org",
    "-c",
    "protocol.file.allow=always",
  ];
  const result = Bun.spawnSync(["git", ...identity, ...args], { cwd });
  if (result.exitCode !== 0) expect(`${result.stderr}`).toBe("");
  return result.stdout.toString().trim();
}

function bare(): string {
  const dir = folder();
  git(dir, "init", "-q", "--bare");
  return dir;
}

function request(
  expected: string | undefined,
  text: string,
  more: Partial<CommitRequest> = {},
): CommitRequest {
  return {
    expected,
    changes: new Map([["a/b.txt", utf8(text)]]),
    author: who,
    message: `${text}\n`,
    ...more,
  };
}

describe("repositories", () => {
  test("bare, normal, linked worktree, submodule and a folder within", async () => {
    const main = folder();
    git(main, "init", "-q", "-b", "main");
    git(main, "commit", "-q", "--allow-empty", "-m", "x");
    const tree = join(folder(), "tree");
    git(main, "worktree", "add", "-q", tree);
    const parent = folder();
    git(parent, "init", "-q");
    git(parent, "submodule", "--quiet", "add", main, "sub");
    for (const path of [bare(), main, join(main, ".git"), tree, join(parent, "sub")]) {
      const branch = await Branch.open(ports, path, REF);
      const added = await branch.writeCommit(request(await branch.head(), path));
      expect(git(path, "rev-parse", REF)).toBe(added?.commit ?? "");
      expect(git(path, "cat-file", "-p", `${REF}:a/b.txt`)).toBe(path);
    }
    expect(git(main, "log", "--oneline", REF).split("\n").length).toBe(3);
    expect(git(parent, "for-each-ref", REF)).toBe("");
  });

  test("what is no repository, or one of a kind that can not be used, is refused", async () => {
    await expect(Branch.open(ports, folder(), REF)).rejects.toMatchObject({ code: "not_found" });
    const dir = folder();
    git(dir, "init", "-q", "--bare", "--object-format=sha256");
    await expect(Branch.open(ports, dir, REF)).rejects.toMatchObject({ code: "not_supported" });
  });

  test("objects of an alternate repository are found", async () => {
    const origin = bare();
    const first = await (await Branch.open(ports, origin, REF)).writeCommit(request(undefined, "shared"));
    const clone = folder();
    git(clone, "clone", "-q", "--bare", "--shared", origin, ".");
    const branch = await Branch.open(ports, clone, REF);
    expect(await branch.head()).toBe(first?.commit ?? "");
    await branch.writeCommit(request(first?.commit, "own"));
    git(clone, "fsck", "--strict");
  });
});

describe("the ref", () => {
  test("is compared before it moves, also when it is only packed", async () => {
    const dir = bare();
    const branch = await Branch.open(ports, dir, REF);
    const one = await branch.writeCommit(request(undefined, "one"));
    expect(await branch.writeCommit(request(undefined, "again"))).toBeUndefined();
    git(dir, "pack-refs", "--all", "--prune");
    expect(existsSync(join(dir, REF))).toBe(false);
    expect(await branch.head()).toBe(one?.commit ?? "");
    const wrong = request("0".repeat(40), "wrong", { onto: one?.commit });
    expect(await branch.writeCommit(wrong)).toBeUndefined();
    const two = await branch.writeCommit(request(one?.commit, "two"));
    expect(git(dir, "log", "--format=%s", REF)).toBe("two\none");
    git(dir, "pack-refs", "--all", "--prune");
    git(dir, "update-ref", "-d", REF);
    expect(await branch.head()).toBeUndefined();
    expect(two).toBeDefined();
  });

  test("a symbolic ref is followed", async () => {
    const dir = bare();
    git(dir, "symbolic-ref", REF, "refs/heads/real");
    const branch = await Branch.open(ports, dir, REF);
    const added = await branch.writeCommit(request(undefined, "x"));
    expect(git(dir, "rev-parse", "refs/heads/real")).toBe(added?.commit ?? "");
    expect(readFileSync(join(dir, REF), "utf8")).toBe("ref: refs/heads/real\n");
  });

  test("the reflog is written where the repository wants one", async () => {
    const dir = folder();
    git(dir, "init", "-q");
    const branch = await Branch.open(ports, dir, REF);
    const one = await branch.writeCommit(request(undefined, "one"));
    await branch.writeCommit(request(one?.commit, "two"));
    expect(git(dir, "reflog", "show", "--format=%gs", REF)).toBe("commit: two\ncommit: one");
    const quiet = bare();
    await (await Branch.open(ports, quiet, REF)).writeCommit(request(undefined, "one"));
    expect(existsSync(join(quiet, "logs"))).toBe(false);
  });

  test("a lock that git holds is respected, one of a dead writer gives way", async () => {
    const dir = bare();
    const impatient = { ...ports, now: clockOf(3_000) };
    const branch = await Branch.open(impatient, dir, REF);
    const one = await branch.writeCommit(request(undefined, "one"));
    writeFileSync(join(dir, `${REF}.lock`), "");
    await expect(branch.writeCommit(request(one?.commit, "two"))).rejects.toMatchObject({
      code: "lock_timeout",
      retryable: true,
    });
    expect(existsSync(join(dir, `${REF}.lock`))).toBe(true);
    rmSync(join(dir, `${REF}.lock`));

    const dying = await Branch.open(
      { ...ports, fs: { ...ports.fs, rename: dieAtRef }, process: dead("dead") },
      dir,
      REF,
    );
    await expect(dying.writeCommit(request(one?.commit, "lost"))).rejects.toThrow("power cut");
    // The clearing up of a process that dies does not run: put back what it removed.
    const holder = join(dir, "gastown", "holders", "beads.lock~dead~1");
    writeFileSync(holder, `${"1".repeat(40)}\n`);
    await ports.fs.link(holder, join(dir, `${REF}.lock`));
    const survivor = await Branch.open({ ...ports, process: dead("alive") }, dir, REF);
    await survivor.writeCommit(request(one?.commit, "two"));
    expect(git(dir, "log", "--format=%s", REF)).toBe("two\none");
    expect(existsSync(holder)).toBe(false);
  });

  test("names outside refs/ are refused", () => {
    for (const name of [
      "HEAD",
      "refs/../config",
      "refs/heads/x.lock",
      "refs/heads/.x",
      "refs/heads/a b",
      "refs//x",
      "refs/heads/",
    ]) {
      expect(isSafeRef(name)).toBe(false);
    }
    expect(isSafeRef("refs/heads/beads")).toBe(true);
  });
});

describe("commits", () => {
  test("read back what was written", async () => {
    const dir = bare();
    const branch = await Branch.open(ports, dir, REF);
    const one = await branch.writeCommit(request(undefined, "one"));
    const commit = one?.commit ?? "";
    expect(fromUtf8((await branch.readFile(commit, "a/b.txt")) ?? new Uint8Array())).toBe("one");
    expect(await branch.readFile(commit, "a")).toBeUndefined();
    expect(await branch.readFile(commit, "a/b.txt/c")).toBeUndefined();
    const two = await branch.writeCommit({
      ...request(commit, "two"),
      changes: new Map<string, Uint8Array | null>([
        ["a/b.txt", null],
        ["c.txt", utf8("c")],
      ]),
    });
    expect((await branch.diff(commit, two?.commit)).map(change => change.path).sort()).toEqual([
      "a/b.txt",
      "c.txt",
    ]);
    expect(git(dir, "ls-tree", "-r", "--name-only", REF)).toBe("c.txt");
    git(dir, "fsck", "--strict");
  });

  test("two parents, onto another tree", async () => {
    const dir = bare();
    const branch = await Branch.open(ports, dir, REF);
    const one = (await branch.writeCommit(request(undefined, "one")))?.commit ?? "";
    const other = branch.sibling("refs/heads/other");
    const two = (await other.writeCommit(request(undefined, "two")))?.commit ?? "";
    const merged = await branch.writeCommit({
      ...request(one, "merge"),
      parents: [one, two].sort(),
      onto: two,
      changes: new Map([["m.txt", utf8("m")]]),
    });
    expect(git(dir, "rev-list", "--parents", "-1", REF).split(" ").slice(1)).toEqual([one, two].sort());
    expect(git(dir, "show", `${REF}:a/b.txt`)).toBe("two");
    expect(merged?.tree).toBe(git(dir, "rev-parse", `${REF}^{tree}`));
  });

  test("removing a large share of the beads needs force", async () => {
    const branch = await Branch.open(ports, bare(), REF);
    const paths = Array.from({ length: 40 }, (_, i) => `beads/a/${i % 10}/gt-a${i}.json`);
    const all = await branch.writeCommit({
      ...request(undefined, "fill"),
      changes: new Map(paths.map(path => [path, utf8(path)])),
    });
    const shrink = (count: number, force: boolean) =>
      branch.writeCommit({
        ...request(all?.commit, "shrink"),
        changes: new Map(paths.slice(0, count).map(path => [path, null])),
        force,
      });
    await expect(shrink(20, false)).rejects.toMatchObject({
      code: "precondition_failed",
      data: { removed: 20, total: 40 },
    });
    expect(await branch.head()).toBe(all?.commit ?? "");
    expect(await shrink(20, true)).toBeDefined();
  });

  test("a file in the place of a folder is not overwritten", async () => {
    const branch = await Branch.open(ports, bare(), REF);
    const one = await branch.writeCommit({
      ...request(undefined, "x"),
      changes: new Map([["a", utf8("file")]]),
    });
    await expect(branch.writeCommit(request(one?.commit, "y"))).rejects.toMatchObject({
      code: "unprocessable",
    });
  });

  test("hooks, index, HEAD and work tree are none of its business", async () => {
    const dir = folder();
    git(dir, "init", "-q", "-b", "main");
    mkdirSync(join(dir, ".git", "hooks"), { recursive: true });
    for (const hook of ["pre-commit", "post-commit", "reference-transaction", "post-checkout"]) {
      writeFileSync(join(dir, ".git", "hooks", hook), "#!/bin/sh\necho ran >> hooked\n", { mode: 0o755 });
    }
    const before = readFileSync(join(dir, ".git", "HEAD"), "utf8");
    const branch = await Branch.open(ports, dir, REF);
    await branch.writeCommit(request(undefined, "one"));
    expect(existsSync(join(dir, ".git", "index"))).toBe(false);
    expect(readFileSync(join(dir, ".git", "HEAD"), "utf8")).toBe(before);
    expect(git(dir, "status", "--porcelain")).toBe("");
  });
});

/** A clock that runs ahead at every look, so that waiting for a lock ends soon. */
function clockOf(stepMs: number): () => number {
  let now = Date.now();
  return () => {
    now += stepMs;
    return now;
  };
}

function dead(identity: string) {
  return { identity, isAlive: (other: string) => other === identity };
}

async function dieAtRef(from: string, to: string): Promise<void> {
  if (to.endsWith(REF)) throw new Error("power cut");
  await ports.fs.rename(from, to);
}
