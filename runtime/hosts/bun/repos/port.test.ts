import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTownPaths } from "../town-paths.ts";
import { createRepoPort, type RigStores } from "./port.ts";
import { checkRemoteUrl } from "./remote-url.ts";

let dir: string;
let remote: string;

const env = () => ({
  PATH: process.env.PATH,
  HOME: dir,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@localhost",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@localhost",
});

async function git(at: string, ...args: string[]): Promise<string> {
  const child = Bun.spawn(["git", "-C", at, ...args], { env: env(), stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`git ${args.join(" ")}: ${err}`);
  return out.trim();
}

async function commit(at: string, file: string, text: string): Promise<string> {
  writeFileSync(join(at, file), text);
  await git(at, "add", "-A");
  await git(at, "commit", "-q", "-m", `Write ${file}`);
  return git(at, "rev-parse", "HEAD");
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "gt-repo-"));
  remote = join(dir, "remote.git");
  const seed = join(dir, "seed");
  await git(dir, "init", "-q", "-b", "trunk", seed);
  await commit(seed, "a.txt", "one\n");
  await git(dir, "clone", "-q", "--bare", seed, remote);
  await git(seed, "remote", "add", "origin", remote);
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

function make(over: Partial<RigStores> = {}) {
  const paths = createTownPaths(join(dir, "town"), join(dir, "s"));
  const opened: string[] = [];
  const port = createRepoPort({
    paths,
    env: env(),
    stores: {
      checkPrefix: () => undefined,
      prepare: async gitDir => writeFileSync(join(gitDir, "prepared"), ""),
      open: async (rig, gitDir) => void opened.push(`${rig} ${gitDir}`),
      ...over,
    },
  });
  const call = (method: string, args: unknown, rig = "sample") =>
    port.call(rig, method, args, { chain: [], deadline: Date.now() + 60_000 });
  return { paths, opened, call, clone: (url = remote) => call("clone", { git_url: url, prefix: "sa" }) };
}

describe("clone", () => {
  test("makes a bare repository with the branches of the remote, prepared before it is in its place", async () => {
    const { paths, opened, clone } = make();
    const answer = await clone();
    const path = paths.repo("sample");
    expect(answer).toEqual({ path, default_branch: "trunk", head: await git(remote, "rev-parse", "trunk") });
    expect(opened).toEqual([`sample ${path}`]);
    expect(existsSync(join(path, "prepared"))).toBe(true);
    expect(await git(path, "config", "remote.origin.fetch")).toBe("+refs/heads/*:refs/remotes/origin/*");
    expect(await git(path, "config", "gc.auto")).toBe("0");
    expect(await git(path, "for-each-ref", "--format=%(refname)")).toBe(
      "refs/remotes/origin/HEAD\nrefs/remotes/origin/trunk",
    );
    await git(path, "fsck", "--strict");
  });

  test("again answers the same; another URL is refused", async () => {
    const { clone } = make();
    const first = await clone();
    expect(await clone()).toEqual(first);
    await git(dir, "clone", "-q", "--bare", remote, join(dir, "other.git"));
    await expect(clone(join(dir, "other.git"))).rejects.toMatchObject({ code: "already_exists" });
  });

  test("takes over a bead branch that the remote has", async () => {
    await git(join(dir, "seed"), "push", "-q", remote, "trunk:beads");
    const { paths, clone } = make();
    await clone();
    expect(await git(paths.repo("sample"), "rev-parse", "beads")).toBe(
      await git(remote, "rev-parse", "trunk"),
    );
  });

  test.each([
    ["a path that is not there", () => "/nowhere/at/all.git", "not_found"],
    ["a folder that is no repository", () => dir, "not_found"],
    ["an unknown host", () => "https://no-such-host.invalid/x.git", "remote_unreachable"],
    ["a refused connection", () => "http://127.0.0.1:1/x.git", "remote_unreachable"],
    ["a transport that starts a program", () => "ext::sh -c id", "invalid_argument"],
    ["an option", () => "--upload-pack=touch x", "invalid_argument"],
    ["a password in the URL", () => "https://ada:secret@127.0.0.1/x.git", "invalid_argument"],
    ["a token in the URL", () => "https://ghp_0123456789@github.com/x.git", "invalid_argument"],
  ])("%s is refused by its code, and leaves nothing", async (_name, url, code) => {
    const { paths, clone } = make();
    const error = await clone(url()).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, hint: expect.any(String) });
    expect(String(error)).not.toContain("secret");
    expect(existsSync(paths.rigs) ? readdirSync(paths.rigs) : []).toEqual([]);
  });

  test("a server that asks for a password is refused at once, without a question", async () => {
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response("", { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }),
    });
    const { clone } = make();
    const error = await clone(`http://127.0.0.1:${server.port}/x.git`).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "forbidden", hint: expect.stringContaining("credential helper") });
    await server.stop(true);
  });

  test("a repository without commits is refused", async () => {
    const empty = join(dir, "empty.git");
    await git(dir, "init", "-q", "--bare", empty);
    await expect(make().clone(empty)).rejects.toMatchObject({ code: "unprocessable" });
  });

  test("when the beads cannot be prepared, nothing stays", async () => {
    const { paths, clone } = make({
      prepare: async () => {
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      },
    });
    await expect(clone()).rejects.toMatchObject({ code: "storage_full" });
    expect(readdirSync(paths.rigs)).toEqual([]);
  });

  test("two at once are one", async () => {
    const { clone } = make();
    const [a, b] = await Promise.all([clone(), clone()]);
    expect(a).toEqual(b);
  });
});

test("URLs that a rig may have", () => {
  const good = [
    "https://github.com/a/b.git",
    "ssh://git@github.com:22/a/b.git",
    "git@github.com:a/b.git",
    "host:path",
    "file:///srv/x.git",
    "git://host/x",
    "/srv/x.git",
    "https://ada@host/x",
  ];
  for (const url of good) expect(checkRemoteUrl(` ${url} `)).toBe(url);
  const bad = [
    "",
    "-x",
    "x",
    "./x",
    "ftp://host/x",
    "ext::sh",
    "fd::7",
    "https://a:b@h/x",
    "a\nb",
    "javascript:x::y",
  ];
  for (const url of bad)
    expect(() => checkRemoteUrl(url)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
});

describe("branches", () => {
  test("contains fetches, and knows commits that are not there", async () => {
    const { call, clone } = make();
    const { head } = (await clone()) as { head: string };
    const later = await commit(join(dir, "seed"), "b.txt", "two\n");
    expect(await call("contains", { commit: later, branch: "trunk" })).toEqual({
      contained: false,
      tip: head,
    });
    await git(join(dir, "seed"), "push", "-q", "origin", "trunk");
    expect(await call("contains", { commit: later, branch: "trunk" })).toEqual({
      contained: true,
      tip: later,
    });
    await expect(call("contains", { commit: later, branch: "gone" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(call("contains", { commit: "HEAD", branch: "trunk" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(call("contains", { commit: later, branch: "--all" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  async function withWorktree() {
    const made = make();
    await made.clone();
    const repo = made.paths.repo("sample");
    const tree = made.paths.worktree("sample", "toast");
    await git(repo, "worktree", "add", "-q", "-b", "polecat/toast/sa-1", tree, "origin/trunk");
    return { ...made, repo, tree };
  }

  test("a merged branch goes, here and on the remote", async () => {
    const { call, repo, tree } = await withWorktree();
    const work = await commit(tree, "w.txt", "work\n");
    await git(tree, "push", "-q", "origin", "HEAD", "HEAD:trunk");
    await git(tree, "checkout", "-q", "--detach");
    const args = { branch: "polecat/toast/sa-1", contained_in: "trunk" };
    expect(await call("retireBranch", args)).toEqual({ local: true, remote: true });
    expect(await git(remote, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/trunk");
    expect(await git(repo, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/gastown")).toBe("");
    expect(await git(remote, "rev-parse", "trunk")).toBe(work);
    expect(await call("retireBranch", args)).toEqual({ local: true, remote: true });
  });

  test("one that is not merged is kept under an archive ref", async () => {
    const { call, repo, tree } = await withWorktree();
    const work = await commit(tree, "w.txt", "work\n");
    await git(tree, "push", "-q", "origin", "HEAD");
    await git(tree, "checkout", "-q", "--detach");
    const answer = (await call("retireBranch", { branch: "polecat/toast/sa-1", contained_in: "trunk" })) as {
      archived: string;
    };
    expect(answer.archived).toBe(`refs/gastown/archive/polecat/toast/sa-1/${work.slice(0, 12)}`);
    expect(await git(repo, "rev-parse", answer.archived)).toBe(work);
  });

  test("one that a worktree has checked out stays there; main branches are refused", async () => {
    const { call, tree } = await withWorktree();
    await commit(tree, "w.txt", "work\n");
    expect(await call("retireBranch", { branch: "polecat/toast/sa-1", contained_in: "trunk" })).toMatchObject(
      {
        local: false,
      },
    );
    expect(await git(tree, "symbolic-ref", "HEAD")).toBe("refs/heads/polecat/toast/sa-1");
    for (const branch of ["trunk", "beads"]) {
      await expect(call("retireBranch", { branch, contained_in: "trunk" })).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });

  describe("removeWorktree", () => {
    test("what is on the remote goes without a trace", async () => {
      const { call, repo, tree } = await withWorktree();
      expect(await call("removeWorktree", { path: tree })).toEqual({ removed: true, archived: [] });
      expect(existsSync(tree)).toBe(false);
      expect(await git(repo, "worktree", "list", "--porcelain")).not.toContain("toast");
      expect(await call("removeWorktree", { path: tree })).toEqual({ removed: false, archived: [] });
    });

    test("commits and changes that are nowhere else are kept first", async () => {
      const { call, repo, tree } = await withWorktree();
      const work = await commit(tree, "w.txt", "work\n");
      writeFileSync(join(tree, "w.txt"), "more work\n");
      writeFileSync(join(tree, "new.txt"), "new\n");
      writeFileSync(join(tree, ".gitignore"), "*.tmp\n");
      writeFileSync(join(tree, "x.tmp"), "not kept\n");
      const { archived } = (await call("removeWorktree", { path: tree })) as { archived: string[] };
      expect(archived).toHaveLength(2);
      expect(archived.every(ref => ref.startsWith("refs/gastown/archive/worktree/sample/toast/"))).toBe(true);
      expect(await git(repo, "rev-parse", archived[0]!)).toBe(work);
      expect(await git(repo, "show", `${archived[1]}:w.txt`)).toBe("more work");
      expect(await git(repo, "ls-tree", "--name-only", archived[1]!)).toBe(
        ".gitignore\na.txt\nnew.txt\nw.txt",
      );
      expect(await git(repo, "rev-parse", `${archived[1]}^`)).toBe(work);
      await git(repo, "fsck", "--strict");
    });

    test("a worktree whose folder is gone keeps its commits", async () => {
      const { call, repo, tree } = await withWorktree();
      const work = await commit(tree, "w.txt", "work\n");
      rmSync(tree, { recursive: true });
      const { archived } = (await call("removeWorktree", { path: tree })) as { archived: string[] };
      expect(await git(repo, "rev-parse", archived[0]!)).toBe(work);
    });

    test("nothing planted in a worktree is run or believed", async () => {
      const { call, repo, tree } = await withWorktree();
      const evil = join(dir, "evil");
      await git(dir, "init", "-q", "--bare", evil);
      const proof = join(dir, "proof");
      await git(evil, "config", "core.fsmonitor", `touch ${proof}; false`);
      await git(evil, "config", "filter.x.clean", `touch ${proof}; cat`);
      writeFileSync(join(tree, ".gitattributes"), "* filter=x\n");
      writeFileSync(join(tree, ".git"), `gitdir: ${evil}\n`);
      const admin = join(repo, "worktrees", readdirSync(join(repo, "worktrees"))[0]!);
      writeFileSync(join(admin, "commondir"), `${evil}\n`);
      writeFileSync(join(tree, "a.txt"), "changed\n");
      const { archived } = (await call("removeWorktree", { path: tree })) as { archived: string[] };
      expect(existsSync(proof)).toBe(false);
      expect(await git(repo, "show", `${archived[0]}:a.txt`)).toBe("changed");
    });

    test("a worktree with another repository in it stays", async () => {
      const { call, tree } = await withWorktree();
      const inner = join(tree, "inner");
      mkdirSync(inner);
      await git(inner, "init", "-q");
      await commit(inner, "x.txt", "x\n");
      await expect(call("removeWorktree", { path: tree })).rejects.toMatchObject({
        code: "precondition_failed",
        data: { paths: ["inner"] },
      });
      expect(readFileSync(join(inner, "x.txt"), "utf8")).toBe("x\n");
    });

    test("only worktrees of the town are touched", async () => {
      const { call, paths } = await withWorktree();
      mkdirSync(join(paths.worktrees, "sample", "stranger"));
      for (const path of [
        dir,
        paths.worktrees,
        "/",
        `${paths.worktrees}/../rigs`,
        join(paths.worktrees, "sample/stranger"),
      ]) {
        await expect(call("removeWorktree", { path })).rejects.toMatchObject({ code: "invalid_argument" });
      }
      expect(existsSync(join(paths.worktrees, "sample", "stranger"))).toBe(true);
    });
  });
});
