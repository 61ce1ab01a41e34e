/** Where bd finds the beads, what init does and refuses, the flags of all versions, errors, hooks and agents' files. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PATIENCE_MS, type RunOptions, record, records, type Sandbox, sandbox } from "./bd.ts";
import { program } from "./program.ts";

setDefaultTimeout(PATIENCE_MS);

const open: Sandbox[] = [];
const start = async (options: Parameters<typeof sandbox>[0] = { prefix: "bd" }) => {
  const made = await sandbox(options);
  open.push(made);
  return made;
};
afterEach(() => {
  for (const made of open.splice(0)) made.remove();
});
const sh = (cwd: string, ...args: string[]) => {
  const child = Bun.spawnSync(["git", "-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd });
  expect([args.join(" "), child.exitCode, child.stderr.toString().match(/fatal.*/)?.[0]]).toEqual([
    args.join(" "),
    0,
    undefined,
  ]);
};

describe("discovery", () => {
  test("from a sub-folder, a linked worktree, with BEADS_DIR, -C and --db", async () => {
    const bd = await start();
    const id = await bd.text("create", "T", "--silent");
    sh(bd.cwd, "commit", "-q", "--allow-empty", "-m", "x");
    sh(bd.cwd, "worktree", "add", "-q", join(bd.root, "linked"), "-b", "side");
    mkdirSync(join(bd.cwd, "a/b"), { recursive: true });
    const elsewhere = bd.root;
    const places: [string, string[], RunOptions][] = [
      ["sub-folder", [], { cwd: join(bd.cwd, "a/b") }],
      ["worktree", [], { cwd: join(bd.root, "linked") }],
      ["BEADS_DIR", [], { cwd: elsewhere, env: { BEADS_DIR: join(bd.cwd, ".beads") } }],
      ["-C", ["-C", bd.cwd], { cwd: elsewhere }],
      ["--db", ["--db", join(bd.cwd, ".beads/beads.db")], { cwd: elsewhere }],
    ];
    for (const [name, flags, options] of places) {
      const { stdout } = await bd.run([...flags, "list", "--json"], options);
      expect([name, records(JSON.parse(stdout)).map(bead => bead.id)]).toEqual([name, [id]]);
    }
    const made = await bd.run(["create", "From the worktree", "--silent"], { cwd: join(bd.root, "linked") });
    expect(made.code).toBe(0);
    expect(existsSync(join(bd.root, "linked/.beads"))).toBe(false);
  });

  test("a redirect, a bare rig, a folder without git", async () => {
    const bd = await start();
    const id = await bd.text("create", "T", "--silent");
    const pointing = join(bd.root, "pointing");
    mkdirSync(join(pointing, ".beads"), { recursive: true });
    writeFileSync(join(pointing, ".beads/redirect"), "../work/.beads\n");
    const where = record(JSON.parse((await bd.run(["where", "--json"], { cwd: pointing })).stdout));
    expect(where).toMatchObject({ path: join(bd.cwd, ".beads"), redirected_from: join(pointing, ".beads") });
    sh(bd.root, "clone", "-q", "--bare", bd.cwd, join(bd.root, "rig.git"));
    const rig = await bd.run(["show", id, "--json"], { cwd: join(bd.root, "rig.git") });
    expect(records(JSON.parse(rig.stdout))[0]?.id).toBe(id);
    const plain = await start({ git: false, prefix: "pl" });
    expect(await plain.text("create", "T", "--silent")).toStartWith("pl-");
    expect(existsSync(join(plain.cwd, ".beads/beads.git/HEAD"))).toBe(true);
    sh(join(plain.cwd, ".beads/beads.git"), "fsck", "--strict");
  });

  test("no beads: the known error, with the remedy that fits", async () => {
    const bd = await start({});
    const { code, stdout, stderr } = await bd.run(["list", "--json"]);
    expect([code, record(JSON.parse(stdout)).error]).toEqual([1, "no_beads_directory"]);
    expect(stderr).toContain("no beads database found");
    mkdirSync(join(bd.cwd, ".beads"));
    writeFileSync(join(bd.cwd, ".beads/issues.jsonl"), '{"id":"old-1","title":"T"}\n');
    expect((await bd.run(["ready"])).stderr).toContain("bd init --from-jsonl");
    expect(await bd.run(["prime"])).toMatchObject({ code: 0, stdout: "" });
    expect(record(await bd.json("init", "--from-jsonl"))).toMatchObject({ prefix: "old", imported: 1 });
    expect(records(await bd.json("show", "old-1"))[0]?.title).toBe("T");
  });
});

describe("init", () => {
  test("beside an issues.jsonl it takes the prefix of its ids, and says how to take its issues", async () => {
    const bd = await start({});
    mkdirSync(join(bd.cwd, ".beads"));
    writeFileSync(join(bd.cwd, ".beads/issues.jsonl"), '{"id":"old-1","title":"T"}\n');
    expect(await bd.text("init")).toEndWith(
      "Next: bd import .beads/issues.jsonl takes the issues that are in this file",
    );
    expect(await bd.text("q", "x")).toStartWith("old-");
    expect(record(await bd.json("import"))).toMatchObject({ created: 1 });
  });

  test("touches nothing but the ref and .beads/", async () => {
    const bd = await start({});
    writeFileSync(join(bd.cwd, "mine"), "x");
    sh(bd.cwd, "add", "mine");
    const status = bd.git("status", "--porcelain");
    const { stdout } = await bd.run(["init", "-p", "api-"]);
    expect(stdout).toContain("initialized successfully");
    expect(bd.git("status", "--porcelain")).toBe(status);
    expect(bd.git("for-each-ref", "--format=%(refname)").trim()).toBe("refs/heads/beads");
    expect(existsSync(join(bd.cwd, ".git/hooks/pre-push"))).toBe(false);
    expect(existsSync(join(bd.cwd, "AGENTS.md"))).toBe(false);
    expect(await bd.text("q", "x")).toStartWith("api-");
    expect(bd.git("status", "--porcelain")).toBe(status);
  });

  test("exists already: 11; --init-if-missing: 0; --reinit-local keeps the former beads", async () => {
    const bd = await start();
    const id = await bd.text("q", "kept");
    expect((await bd.run(["init"])).code).toBe(11);
    expect((await bd.run(["init", "--init-if-missing"])).code).toBe(0);
    const again = record(await bd.json("init", "--force", "-p", "nu"));
    expect(bd.git("show", `${again.backup_ref}:gastown.json`)).toContain('"bd"');
    expect((await bd.run(["show", id])).code).toBe(1);
    expect(await bd.text("q", "x")).toStartWith("nu-");
  });

  test("admin reset puts the beads aside", async () => {
    const bd = await start();
    const id = await bd.text("q", "kept");
    expect(record(await bd.json("admin", "reset")).dry_run).toBe(true);
    const { backup_ref } = record(await bd.json("admin", "reset", "--force"));
    expect(bd.git("ls-tree", "-r", "--name-only", String(backup_ref))).toContain(`${id}.json`);
    expect((await bd.run(["list"])).code).toBe(1);
    expect(existsSync(join(bd.cwd, ".beads"))).toBe(false);
  });

  test("a clone adopts the beads of its remote; a second history is refused: 10, 12", async () => {
    const bd = await start();
    const id = await bd.text("q", "shared");
    const clone = join(bd.root, "clone");
    sh(bd.root, "clone", "-q", bd.cwd, clone);
    const inClone = (...args: string[]) => bd.run(args, { cwd: clone });
    expect((await inClone("init", "-p", "other")).code).toBe(10);
    expect((await inClone("init", "-p", "other", "--discard-remote")).code).toBe(12);
    expect(record(JSON.parse((await inClone("init", "--json")).stdout))).toMatchObject({
      adopted: true,
      prefix: "bd",
    });
    expect(records(JSON.parse((await inClone("list", "--json")).stdout))[0]?.id).toBe(id);
    const second = join(bd.root, "second");
    sh(bd.root, "clone", "-q", bd.cwd, second);
    expect(
      (
        await bd.run(["init", "-p", "other", "--discard-remote", "--destroy-token", "DESTROY-other"], {
          cwd: second,
        })
      ).code,
    ).toBe(0);
  });

  test("flags of other versions are understood", async () => {
    const bd = await start({});
    const result = await bd.run([
      "init",
      "--server",
      "--server-host",
      "h",
      "-p",
      "x",
      "--skip-hooks",
      "--skip-agents",
      "--stealth",
      "--non-interactive",
      "--role",
      "contributor",
      "-q",
    ]);
    expect(result).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(bd.git("config", "beads.role").trim()).toBe("contributor");
  });
});

describe("global flags and errors", () => {
  test("flags of 0.49 are taken anywhere; --actor and --json before or after", async () => {
    const bd = await start();
    const old = [
      "--no-daemon",
      "--no-auto-flush",
      "--no-auto-import",
      "--allow-stale",
      "--no-db",
      "--lock-timeout",
      "5s",
      "--sandbox",
    ];
    const made = await bd.run([...old, "--actor", "zoe", "create", "T", "--json"]);
    expect(record(JSON.parse(made.stdout)).created_by).toBe("zoe");
    const listed = await bd.run(["list", "--format", "json", ...old]);
    expect(records(JSON.parse(listed.stdout))).toHaveLength(1);
    expect(record(JSON.parse((await bd.run(["--json", "q", "x", "--actor=kim"])).stdout)).created_by).toBe(
      "kim",
    );
  });

  test("the envelope, also around errors", async () => {
    const bd = await start();
    const env = { BD_JSON_ENVELOPE: "1" };
    expect(JSON.parse((await bd.run(["list", "--json"], { env })).stdout)).toEqual({
      schema_version: 1,
      data: [],
    });
    expect(JSON.parse((await bd.run(["show", "nope", "--json"], { env })).stdout)).toEqual({
      schema_version: 1,
      data: { error: expect.any(String) },
    });
  });

  test("--readonly refuses changes and nothing else", async () => {
    const bd = await start();
    expect((await bd.run(["--readonly", "create", "x"])).stderr).toContain(
      "bd create is not allowed with --readonly",
    );
    expect((await bd.run(["--readonly", "ready"])).code).toBe(0);
  });

  test("who did it: flag, environment, git, in this order", async () => {
    const bd = await start();
    const author = () => bd.git("log", "-1", "--format=%an", "beads").trim();
    await bd.run(["q", "x", "--actor", "flag"]);
    expect(author()).toBe("flag");
    await bd.run(["q", "x"], { env: { BEADS_ACTOR: "", BD_ACTOR: "env" } });
    expect(author()).toBe("env");
    await bd.run(["q", "x"], { env: { BEADS_ACTOR: "" } });
    expect(author()).toBe("Ada Lovelace");
  });

  test("--json leaves nothing else on standard output; unknown commands suggest", async () => {
    const bd = await start();
    const warned = await bd.run(["create", "bare", "--json", "-v"]);
    expect(() => JSON.parse(warned.stdout)).not.toThrow();
    const unknown = await bd.run(["craete", "--json"]);
    expect([unknown.code, record(JSON.parse(unknown.stdout)).hint]).toEqual([1, "Did you mean create?"]);
  });
});

describe("hooks, agents, completion", () => {
  test("hooks live beside others and go without a trace", async () => {
    const bd = await start();
    const hook = join(bd.cwd, ".git/hooks/prepare-commit-msg");
    const mine = "#!/bin/sh\necho mine\n";
    writeFileSync(hook, mine, { mode: 0o755 });
    await bd.text("hooks", "install");
    expect(readFileSync(hook, "utf8")).toContain("bd hooks run prepare-commit-msg");
    expect(record(await bd.json("hooks", "list")).hooks).toEqual(
      ["pre-push", "post-merge", "prepare-commit-msg"].map(Name => ({
        Name,
        Installed: true,
        Outdated: false,
      })),
    );
    const id = await bd.text("q", "In hand");
    await bd.text("update", id, "--claim");
    writeFileSync(join(bd.cwd, "msg"), "subject\n");
    await bd.text("hooks", "run", "prepare-commit-msg", "msg");
    expect(readFileSync(join(bd.cwd, "msg"), "utf8")).toContain(`Bead: ${id}`);
    await bd.text("hooks", "uninstall");
    expect(readFileSync(hook, "utf8")).toBe(mine);
  });

  test("setup writes a marked section and hooks, checks them, and takes them out again", async () => {
    const bd = await start();
    writeFileSync(join(bd.cwd, "CLAUDE.md"), "# Ours\n");
    mkdirSync(join(bd.cwd, ".claude"));
    const settings = join(bd.cwd, ".claude/settings.json");
    writeFileSync(settings, '{\n  "model": "x"\n}\n');
    expect((await bd.run(["setup", "claude", "--check"])).code).toBe(1);
    await bd.text("setup", "claude");
    await bd.text("setup", "claude");
    expect(readFileSync(join(bd.cwd, "CLAUDE.md"), "utf8")).toMatch(
      /^# Ours\n\n<!-- BEGIN BEADS[\s\S]*END BEADS INTEGRATION -->\n$/,
    );
    expect(record(record(JSON.parse(readFileSync(settings, "utf8"))).hooks).SessionStart).toHaveLength(1);
    expect((await bd.run(["setup", "claude", "--check"])).code).toBe(0);
    await bd.text("setup", "claude", "--remove");
    expect(readFileSync(join(bd.cwd, "CLAUDE.md"), "utf8")).toBe("# Ours\n");
    expect(JSON.parse(readFileSync(settings, "utf8"))).toEqual({ model: "x" });
    for (const agent of [
      "cursor",
      "gemini",
      "codex",
      "opencode",
      "windsurf",
      "cody",
      "kilocode",
      "copilot",
      "factory",
      "mux",
      "aider",
      "junie",
    ]) {
      await bd.text("setup", agent);
      await bd.text("setup", agent, "--remove");
    }
    expect(bd.git("status", "--porcelain").trim().split("\n").sort()).toEqual([
      "?? .claude/",
      "?? CLAUDE.md",
    ]);
    writeFileSync(settings, "not json");
    expect((await bd.run(["setup", "claude"])).stderr).toContain("left alone");
  });

  test("setup keeps bytes, mode and links of the user's file, and writes nothing where it cannot", async () => {
    const bd = await start();
    const file = join(bd.cwd, "AGENTS.md");
    const bytes = Buffer.from("caf\xe9 \xff\r\nno end", "latin1");
    writeFileSync(file, bytes, { mode: 0o600 });
    await bd.text("setup", "codex");
    expect((await bd.run(["setup", "codex", "--check"])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await bd.text("setup", "codex", "--remove");
    expect(readFileSync(file).equals(bytes)).toBe(true);
    rmSync(file);
    writeFileSync(join(bd.cwd, "NOTES.md"), "notes\n");
    symlinkSync("NOTES.md", file);
    await bd.text("setup", "codex");
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(bd.cwd, "NOTES.md"), "utf8")).toStartWith("notes\n");
    await bd.text("setup", "codex", "--remove");
    expect(readFileSync(file, "utf8")).toBe("notes\n");
    rmSync(file);
    symlinkSync(bd.root, file);
    expect((await bd.run(["setup", "codex"])).stderr).toContain("leads out of");
    rmSync(file);
    mkdirSync(file);
    expect((await bd.run(["setup", "codex"])).stderr).toContain("is no file, so it was left alone");
    mkdirSync(join(bd.cwd, ".claude"));
    writeFileSync(join(bd.cwd, ".claude/settings.json"), "{ // no JSON\n}");
    expect((await bd.run(["setup", "claude"])).code).toBe(1);
    expect(existsSync(join(bd.cwd, "CLAUDE.md"))).toBe(false);
  });

  test("hooks that all repositories of a person share are not touched", async () => {
    const bd = await start();
    const shared = join(bd.root, "everywhere");
    mkdirSync(shared);
    sh(bd.cwd, "config", "core.hooksPath", shared);
    const { code, stderr } = await bd.run(["hooks", "install"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`git takes hooks from ${shared}`);
    expect(stderr).toContain("bd hooks install --beads");
    expect(readdirSync(shared)).toEqual([]);
    await bd.text("hooks", "install", "--beads");
    expect(existsSync(join(bd.cwd, ".beads/hooks/pre-push"))).toBe(true);
    expect(readdirSync(shared)).toEqual([]);
  });

  test("hooks: bytes and modes stay, --remove takes them out, and other languages are refused", async () => {
    const bd = await start();
    const hooks = join(bd.cwd, ".git/hooks");
    const mine: Readonly<Record<string, string>> = {
      "pre-push": "#!/bin/sh\n# caf\xe9\nexit 0",
      "post-merge": "#!/usr/bin/env bash\n",
      "prepare-commit-msg": "echo no first line\n",
    };
    for (const [name, text] of Object.entries(mine))
      writeFileSync(join(hooks, name), text, { encoding: "latin1", mode: 0o755 });
    await bd.text("hooks", "install");
    expect(record(await bd.json("hooks", "list")).hooks).toEqual(
      Object.keys(mine).map(Name => ({ Name, Installed: true, Outdated: false })),
    );
    await bd.text("hooks", "install", "--remove");
    for (const [name, text] of Object.entries(mine))
      expect(readFileSync(join(hooks, name), "latin1")).toBe(text);
    writeFileSync(join(hooks, "post-merge"), "#!/usr/bin/env python3\nprint(1)\n");
    const refused = await bd.run(["hooks", "install"]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("is no shell script")]);
    writeFileSync(join(hooks, "post-merge"), "#!/bin/sh\n");
    chmodSync(join(hooks, "post-merge"), 0o644);
    expect((await bd.run(["hooks", "install"])).stderr).toContain("is not executable");
    expect(readFileSync(join(hooks, "pre-push"), "latin1")).toBe(mine["pre-push"] ?? "");
  });

  test("completion answers commands, flags and ids", async () => {
    const bd = await start();
    const id = await bd.text("q", "Pick me");
    const ask = async (...words: string[]) =>
      (await bd.run(["__complete", "--", ...words])).stdout.split("\n").map(line => line.split("\t")[0]);
    expect(await ask("cre")).toContain("create");
    expect(await ask("dep", "")).toEqual(expect.arrayContaining(["add", "tree"]));
    expect(await ask("show", "bd-")).toContain(id);
    expect(await ask("create", "--desc")).toContain("--description");
    expect(await ask("list", "--status", "o")).toContain("open");
    expect(await ask("list", "--type=b")).toContain("--type=bug");
    for (const shell of ["bash", "zsh", "fish"]) {
      const script = await bd.text("completion", shell);
      expect(script).toContain("bd __complete -- ");
    }
  });

  test("completion works in bash", async () => {
    const bd = await start();
    const id = await bd.text("q", "Pick me");
    const bin = join(bd.root, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "bd"), `#!/bin/sh\nexec "${process.execPath}" "${await program()}" "$@"\n`, {
      mode: 0o755,
    });
    // Words as bash has them when a key is pressed: it cuts at = and : as well.
    const press = (...words: string[]) => {
      const line = words.map(word => `'${word}'`).join(" ");
      const script = `source <(bd completion bash); COMP_WORDS=(bd ${line}); COMP_CWORD=${words.length}; _bd_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = Bun.spawnSync(["bash", "-c", script], {
        cwd: bd.cwd,
        env: { PATH: `${bin}:${process.env.PATH}`, HOME: bd.root },
      });
      expect(stderr.toString()).toBe("");
      return stdout.toString().trim().split("\n");
    };
    expect(press("unc")).toEqual(["unclaim"]);
    expect(press("show", id.slice(0, -1))).toEqual([id]);
    expect(press("list", "--status", "=", "o")).toEqual(["open"]);
    expect(press("list", "--status", "=")).toContain("open");
    expect(press("list", "--status", "in_p")).toEqual(["in_progress"]);
    expect(press("dep", "tr")).toEqual(["tree"]);
    writeFileSync(join(bd.cwd, "words.jsonl"), "");
    expect(press("import", "wor")).toEqual(["words.jsonl"]);
  });
});
