/** Rewritten, missing, unreachable and half-present remotes. */
import { describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../../store/schema/errors.ts";
import { syncStatus } from "../../store/sync/index.ts";
import { serveGit } from "./support/http-server.ts";
import { bareRemote, git, machine, script, tempDir } from "./support/repositories.ts";

/** Code of the error that a promise is rejected with. */
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    error => (hasCode(error, error.code) ? error.code : String(error)),
  );

describe("a remote whose history was rewritten", () => {
  const rewritten = async () => {
    const remote = bareRemote();
    const a = await machine(remote, { actor: "ada" });
    const kept = await a.create("kept");
    const removed = await a.create("removed by the rewrite");
    const both = await a.create("removed there, changed here");
    await a.sync();
    const b = await machine(remote, { empty: true });
    // Somebody replaces the branch by one commit without history, and without two of the beads.
    const index = join(tempDir(), "index");
    const env = { GIT_INDEX_FILE: index };
    const run = (...args: string[]) => {
      const result = Bun.spawnSync(["git", "-C", remote, ...args], {
        env: {
          PATH: process.env.PATH ?? "",
          HOME: remote,
          GIT_AUTHOR_NAME: "x",
          GIT_AUTHOR_EMAIL: "x@y",
          GIT_COMMITTER_NAME: "x",
          GIT_COMMITTER_EMAIL: "x@y",
          ...env,
        },
      });
      expect(result.stderr.toString()).toBe("");
      return result.stdout.toString().trim();
    };
    run("read-tree", "refs/heads/beads");
    const { beadPath } = await import("../../store/branch/layout.ts");
    run("rm", "-q", "--cached", beadPath(removed), beadPath(both));
    const commit = run("commit-tree", run("write-tree"), "-m", "all anew");
    git(remote, "update-ref", "refs/heads/beads", commit);
    return { remote, a, b, kept, removed, both, commit };
  };

  test("is refused with an explanation, and nothing is changed", async () => {
    const { remote, a, commit } = await rewritten();
    const before = await a.head();
    const error = await a.sync().catch(caught => caught);
    expect(error).toMatchObject({ code: "precondition_failed" });
    expect(error.hint).toContain("--accept-rewrite");
    expect(await a.head()).toBe(before);
    expect(git(remote, "rev-parse", "refs/heads/beads")).toBe(commit);
    expect(await syncStatus(a.store.branch, a.ports)).toMatchObject({ rewritten: false });
    expect(await syncStatus(a.store.branch, a.ports, { ask: true })).toMatchObject({ rewritten: true });
    expect(await codeOf(a.sync())).toBe("precondition_failed");
  });

  test("is followed when that is wanted: local work goes on top, the old state stays under a backup ref", async () => {
    const { remote, a, kept, removed, both } = await rewritten();
    await a.update(kept, { title: "kept and changed" });
    await a.update(both, { priority: 0 });
    await a.create("new here");
    const before = await a.head();
    const report = await a.sync({ acceptRewrite: true });
    expect(report.backup).toMatch(/^refs\/gastown\/backup\/\d{8}T\d{9}Z$/);
    expect(git(a.dir, "rev-parse", report.backup ?? "")).toBe(before);
    expect(await a.titles()).toEqual(["kept and changed", "new here", "removed there, changed here"]);
    expect(await a.store.get(removed)).toBeUndefined();
    expect(git(remote, "rev-list", "--count", "refs/heads/beads")).toBe("2");
    expect(await a.sync()).toMatchObject({ ahead: 0, behind: 0, backup: undefined });
  });

  test("without local work the branch simply moves", async () => {
    const { b, commit } = await rewritten();
    await b.sync({ acceptRewrite: true });
    expect(await b.head()).toBe(commit);
    expect(await b.titles()).toEqual(["kept"]);
  });

  test("a branch that was deleted on the remote is pushed again", async () => {
    const { remote, b } = await rewritten();
    git(remote, "update-ref", "-d", "refs/heads/beads");
    expect(await b.sync()).toMatchObject({ pushed: true });
    expect(git(remote, "rev-parse", "refs/heads/beads")).toBe(await b.head());
  });
});

describe("no way to the remote", () => {
  test("a host that can not be reached is said so; local work goes on, and is synced later", async () => {
    const remote = bareRemote();
    const server = serveGit(remote);
    const a = await machine(server.url);
    await a.sync();
    git(a.dir, "remote", "set-url", "origin", "http://127.0.0.1:1/gone.git");
    await a.create("offline");
    const error = await a.sync().catch(caught => caught);
    expect(error).toMatchObject({ code: "remote_unreachable", retryable: true });
    expect(await a.titles()).toEqual(["offline"]);
    git(a.dir, "remote", "set-url", "origin", server.url);
    expect(await a.sync()).toMatchObject({ pushed: true, ahead: 1 });
  });

  test("likewise over ssh", async () => {
    const ssh = script(
      "ssh",
      "#!/bin/sh\necho 'ssh: connect to host x port 22: Network is unreachable' >&2\nexit 255\n",
    );
    const a = await machine("git@x.invalid:beads.git", { env: { GIT_SSH_COMMAND: ssh } });
    expect(await codeOf(a.sync())).toBe("remote_unreachable");
  });

  test("what is missing or wrong is named", async () => {
    const a = await machine(undefined);
    expect(await codeOf(a.sync())).toBe("not_found");
    expect(await codeOf(a.sync({ remote: "nowhere" }))).toBe("not_found");
    expect(await codeOf(a.sync({ remote: join(tempDir(), "absent.git") }))).toBe("not_found");
    const server = serveGit(bareRemote());
    expect(await codeOf(a.sync({ remote: server.url.replace("remote", "other") }))).toBe("not_found");
    server.status = 503;
    expect(await codeOf(a.sync({ remote: server.url }))).toBe("remote_unreachable");
    server.status = 403;
    expect(await codeOf(a.sync({ remote: server.url }))).toBe("forbidden");
    git(a.dir, "remote", "add", "one", "/x/one.git");
    git(a.dir, "remote", "add", "two", "/x/two.git");
    const again = await machine(undefined, { dir: a.dir });
    expect(await codeOf(again.sync())).toBe("ambiguous");
  });

  test("without the git program only http works, and that is said", async () => {
    const a = await machine("git@x.invalid:beads.git", { ports: { git: undefined } });
    expect(await codeOf(a.sync())).toBe("not_supported");
  });

  test("an exchange that takes too long is given up, with everything that it started", async () => {
    const marker = join(tempDir(), "pid");
    const ssh = script("ssh", `#!/bin/sh\necho $$ > ${marker}\nexec sleep 60\n`);
    const a = await machine("git@x.invalid:beads.git", { env: { GIT_SSH_COMMAND: ssh } });
    const controller = new AbortController();
    const sync = codeOf(a.sync({ signal: controller.signal }));
    // The fake ssh says that it runs by writing its pid; nothing else tells us when to abort.
    while (!(await Bun.file(marker).exists()) || (await Bun.file(marker).text()) === "") await Bun.sleep(5);
    controller.abort();
    expect(await sync).toBe("cancelled");
    const pid = Number(await Bun.file(marker).text());
    const alive = () => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    };
    // The kernel takes a moment to bury the process.
    while (alive()) await Bun.sleep(5);
  });
});

describe("a remote that wants to know who asks", () => {
  const login = { username: "ada", password: "s3cret: wörd" };
  const helper = (answer: string) =>
    script(
      "helper",
      `#!/bin/sh\necho "$1" >> "$(dirname "$0")/calls"\ncat >> "$(dirname "$0")/calls"\n[ "$1" = get ] && printf '${answer}'\nexit 0\n`,
    );

  test("is told by the user's credential helper, once, and the helper is told that it was right", async () => {
    const server = serveGit(bareRemote());
    server.login = login;
    const a = await machine(server.url);
    const path = helper(`username=${login.username}\\npassword=${login.password}\\n`);
    git(a.dir, "config", "credential.helper", path);
    expect(await a.sync()).toMatchObject({ pushed: true });
    const calls = await Bun.file(path.replace(/helper$/, "calls")).text();
    expect(calls.match(/^get$/gm)?.length).toBe(1);
    expect(calls).toMatch(/^store$/m);
    expect(git(a.dir, "config", "--list")).not.toContain(login.password);
    server.login = { username: "ada", password: "changed" };
    expect(await codeOf(a.sync())).toBe("unauthenticated");
    expect(await Bun.file(path.replace(/helper$/, "calls")).text()).toMatch(/^erase$/m);
  });

  test("without a helper the error says what to do", async () => {
    const server = serveGit(bareRemote());
    server.login = login;
    const a = await machine(server.url);
    expect(await codeOf(a.sync())).toBe("unauthenticated");
    const without = await machine(server.url, { ports: { git: undefined, credentials: undefined } });
    expect(await codeOf(without.sync())).toBe("unauthenticated");
  });

  test("a password in the URL works and is never shown", async () => {
    const server = serveGit(bareRemote());
    server.login = { username: "ada", password: "hidden" };
    const a = await machine(server.url.replace("http://", "http://ada:hidden@"));
    const report = await a.sync();
    expect(JSON.stringify(report)).not.toContain("hidden");
    server.status = 500;
    const error = await a.sync().catch(caught => caught);
    expect(JSON.stringify(error)).not.toContain("hidden");
    expect(git(a.dir, "for-each-ref")).not.toContain("hidden");
  });

  test("headers and address rules of the user's git are followed", async () => {
    const server = serveGit(bareRemote());
    server.login = { username: "ada", password: "hidden" };
    const a = await machine("https://beads.invalid/remote.git");
    git(a.dir, "config", `url.${server.url}.insteadOf`, "https://beads.invalid/remote.git");
    git(a.dir, "config", `http.${server.url}.extraHeader`, `Authorization: Basic ${btoa("ada:hidden")}`);
    expect(await a.sync()).toMatchObject({ pushed: true });
  });
});

describe("clones that have only a part", () => {
  const filled = async () => {
    const remote = bareRemote();
    const a = await machine(remote);
    for (const title of ["one", "two", "three"]) await a.create(title);
    await a.sync();
    git(remote, "config", "uploadpack.allowFilter", "true");
    git(remote, "config", "uploadpack.allowAnySHA1InWant", "true");
    return { remote, a };
  };
  const clone = (remote: string, ...flags: string[]) => {
    const dir = join(tempDir(), "clone");
    git(tempDir(), "clone", "-q", "--no-checkout", ...flags, `file://${remote}`, dir);
    return dir;
  };

  test("a shallow one gets the history of the beads, and may change them", async () => {
    const { remote, a } = await filled();
    const dir = clone(remote, "--depth=1", "--no-single-branch", "--branch=beads");
    await a.create("four");
    await a.sync();
    const b = await machine(undefined, { dir });
    await b.create("five");
    await b.sync();
    expect(await b.titles()).toEqual(["five", "four", "one", "three", "two"]);
  });

  test("a shallow one without the git program is sent what it lacks", async () => {
    const { remote, a } = await filled();
    const other = await machine(remote, { empty: true });
    await a.create("four");
    await a.sync();
    const dir = clone(remote, "--depth=1", "--no-single-branch", "--branch=beads");
    git(dir, "remote", "set-url", "origin", serveGit(remote).url);
    const b = await machine(undefined, { dir, ports: { git: undefined } });
    await a.create("five");
    await a.sync();
    await b.create("six");
    await b.sync();
    expect(await b.titles()).toEqual(["five", "four", "one", "six", "three", "two"]);
    // This one came from a commit that the shallow clone lacks.
    await other.create("seven");
    await other.sync();
    await b.sync();
    expect(await b.titles()).toHaveLength(7);
  });

  test("a partial one gets all beads", async () => {
    const { remote } = await filled();
    const dir = clone(remote, "--filter=blob:none");
    const b = await machine(undefined, { dir, empty: true });
    expect(await b.titles()).toEqual(["one", "three", "two"]);
    rmSync(remote, { recursive: true });
    expect(await b.titles()).toEqual(["one", "three", "two"]);
  });
});
