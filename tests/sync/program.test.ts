/** `bd sync` and claims as people run them: the compiled program, two clones, and each kind of remote. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveGit } from "./support/http-server.ts";
import { bareRemote, git, gitEnv, script, tempDir } from "./support/repositories.ts";

setDefaultTimeout(120_000);

const root = join(import.meta.dir, "../..");
/** An ssh that runs the command here. */
const FAKE_SSH = `#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    -o|-p|-i) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
shift
exec sh -c "$*"
`;
let program: string;
let built: string;

beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), "gastown-bd-"));
  program = join(built, "bd");
  const child = Bun.spawn(
    [
      process.execPath,
      "build",
      "--compile",
      "--minify",
      join(root, "runtime/cli/bd.ts"),
      "--outfile",
      program,
    ],
    { cwd: root, stdout: "ignore", stderr: "pipe" },
  );
  const words = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(words);
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Clone {
  readonly dir: string;
  /** Runs the program; never throws. */
  run(...args: string[]): Promise<Run>;
  /** Runs the program, which must succeed, and answers its output. */
  bd(...args: string[]): Promise<string>;
  titles(): Promise<string[]>;
  head(): string;
}

function clone(url: string, actor: string, env: Readonly<Record<string, string>>): Clone {
  const dir = join(tempDir(), actor);
  Bun.spawnSync(["git", "init", "-q", dir]);
  git(dir, "remote", "add", "origin", url);
  const run = async (...args: string[]): Promise<Run> => {
    const child = Bun.spawn([program, ...args], {
      cwd: dir,
      env: { ...gitEnv(dir), ...env, BEADS_ACTOR: actor, NO_COLOR: "1" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, out, err };
  };
  const bd = async (...args: string[]) => {
    const result = await run(...args);
    if (result.code !== 0)
      throw new Error(`bd ${args.join(" ")}: ${result.code}\n${result.out}${result.err}`);
    return result.out;
  };
  return {
    dir,
    run,
    bd,
    titles: async () =>
      JSON.parse(await bd("list", "--all", "--json"))
        .map((bead: { readonly title: string }) => bead.title)
        .sort(),
    head: () => git(dir, "rev-parse", "beads"),
  };
}

const KINDS = {
  http: (dir: string) => ({ url: serveGit(dir).url, env: {} }),
  path: (dir: string) => ({ url: dir, env: {} }),
  file: (dir: string) => ({ url: `file://${dir}`, env: {} }),
  ssh: (dir: string) => ({
    url: `git@beads.example:${dir}`,
    env: { GIT_SSH_COMMAND: script("ssh", FAKE_SSH), GIT_SSH_VARIANT: "ssh" },
  }),
};

for (const [kind, reach] of Object.entries(KINDS)) {
  describe(`the program and a remote by ${kind}`, () => {
    test("an empty remote, unrelated first pushes, claims, collisions, a rewrite, and being offline", async () => {
      const dir = bareRemote();
      const { url, env } = reach(dir);
      const a = clone(url, "ann", env);
      const b = clone(url, "bob", env);
      await a.bd("init", "-q", "-p", "aa");
      await b.bd("init", "-q", "-p", "bb");
      const first = (await a.bd("q", "From ann")).trim();
      await b.bd("q", "From bob");
      expect(await a.bd("sync")).toContain("Synced with origin");
      expect(git(dir, "rev-parse", "beads")).toBe(a.head());
      await b.bd("sync");
      await a.bd("sync");
      expect(a.head()).toBe(b.head());
      expect(await a.titles()).toEqual(["From ann", "From bob"]);
      expect(await a.bd("sync")).toContain("In sync with origin");

      // A claim is on the remote before it is reported.
      expect(await a.bd("update", first, "--claim")).toContain("Updated issue");
      expect(git(dir, "rev-parse", "beads")).toBe(a.head());
      const lost = await b.run("update", first, "--claim");
      expect(lost.code).toBe(1);
      expect(lost.err).toContain("already claimed by ann (on origin)");

      await a.bd("create", "Ann's", "--id", "aa-xyz");
      await b.bd("create", "Bob's", "--id", "aa-xyz");
      await a.bd("sync");
      expect(await b.bd("sync")).toContain("aa-xyz: two beads had this id; the one that was made later is");
      await a.bd("sync");
      expect(a.head()).toBe(b.head());
      expect(await a.titles()).toEqual(["Ann's", "Bob's", "From ann", "From bob"]);
      expect(await b.titles()).toEqual(await a.titles());

      await a.bd("q", "Only here");
      const before = a.head();
      const old = git(dir, "rev-list", "--max-parents=1", "beads").split("\n").at(-1) ?? "";
      git(dir, "update-ref", "refs/heads/beads", old);
      const other = clone(url, "eve", env);
      await other.bd("init", "-q");
      await other.bd("q", "Rewritten");
      await other.bd("sync");
      const refused = await a.run("sync", "--json");
      expect(refused.code).toBe(1);
      expect(JSON.parse(refused.out)).toMatchObject({ error: expect.stringContaining("was rewritten") });
      expect(JSON.parse(refused.out).hint).toContain("--accept-rewrite");
      expect(a.head()).toBe(before);
      expect(await a.bd("sync", "--accept-rewrite")).toContain("refs/gastown/backup/");
      expect(git(a.dir, "for-each-ref", "--format=%(objectname)", "refs/gastown/backup")).toBe(before);
      expect(await a.titles()).toEqual(expect.arrayContaining(["Only here", "Rewritten"]));

      renameSync(dir, `${dir}.gone`);
      const free = (await a.bd("q", "Offline")).trim();
      const offline = await a.run("sync", "--json");
      expect(offline.code).toBe(1);
      expect(JSON.parse(offline.out).error).not.toBe("");
      const local = await a.run("update", free, "--claim", "--json");
      expect(local.code).toBe(0);
      expect(local.err).toContain("Claimed on this machine only");
      renameSync(`${dir}.gone`, dir);
      await a.bd("sync");
      await other.bd("sync");
      expect(await other.titles()).toEqual(await a.titles());
      expect(other.head()).toBe(a.head());
      for (const each of [dir, a.dir, b.dir, other.dir]) git(each, "fsck", "--strict");
    });
  });
}
