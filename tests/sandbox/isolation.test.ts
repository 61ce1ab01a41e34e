import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { blocks, makeTown, type Town } from "./town.ts";

setDefaultTimeout(60_000);

let town: Town;
afterEach(() => town.close());

/** Runs a script in a sandbox, where it writes `name=yes` or `name=no` for each check; answers them. */
async function probe(
  checks: Record<string, string>,
  options: { allow_hosts?: string[]; hostEnv?: Record<string, string> } = {},
): Promise<Record<string, string>> {
  const lines = Object.entries(checks).map(
    ([name, check]) =>
      `if ( ${check} ) >/dev/null 2>&1; then echo ${name}=yes; else echo ${name}=no; fi >> report`,
  );
  const spec = town.workSpec(
    {
      bead: {
        id: "gt-1",
        title: "Probe",
        description: blocks(lines.join("\n"), "git add -A && git commit -qm report"),
      },
    },
    { allow_hosts: options.allow_hosts ?? [] },
  );
  const run = await town.start(spec, { env: options.hostEnv ?? {} });
  const { head } = await run.event("submitted");
  const report = town.git(town.remote, "show", `${head}:report`);
  return Object.fromEntries(report.split("\n").map(line => line.split("=") as [string, string]));
}

describeWith("isolation", "isolation of an agent", () => {
  test("reads and writes what its work needs, and nothing else of the town", async () => {
    town = makeTown();
    const { root, repo } = town;
    const other = join(root, "town/worktrees/sample/nux");
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, "file"), "other\n");
    mkdirSync(join(root, "town/agents/sample/nux/home"), { recursive: true });
    mkdirSync(join(repo, "refs/heads/polecat/nux"), { recursive: true });
    mkdirSync(join(repo, "hooks"), { recursive: true });
    const home = join(root, "town/agents/sample/toast/home");
    const run = join(root, "town/agents/sample/toast/runs");
    const userHome = join(root, "user");
    for (const file of [".ssh/key", ".netrc", ".local/bin/tool"]) {
      mkdirSync(dirname(join(userHome, file)), { recursive: true });
      writeFileSync(join(userHome, file), "x\n");
    }
    const may = {
      tools: `cat ${userHome}/.local/bin/tool`,
      worktree: "touch new && rm new",
      home: 'touch "$HOME/x"',
      tmpdir: 'touch "$TMPDIR/x"',
      tmp: "touch /tmp/x",
      status: "git status --porcelain",
      log: "git log -1 origin/main",
      commit: "touch c && git add c && git commit -qm c",
      branch: "git branch polecat/toast/side",
      bins: "command -v gt && command -v bd",
      login: "bash -lc 'command -v gt'",
      prompt: 'test -r "$GASTOWN_PROMPT_FILE"',
      identity: 'test "$(git log -1 --format=%ae)" = toast@sample.gastown.local',
    };
    const mayNot = {
      secrets: `cat ${root}/town/secrets/key`,
      town: `test -e ${root}/town/agents/sample/nux`,
      other: `cat ${other}/file`,
      otherWrite: `echo x > ${other}/file`,
      userHome: `cat ${userHome}/.ssh/key || cat ${userHome}/.netrc`,
      remote: `test -e ${root}/remote.git`,
      config: `git config core.hooksPath /tmp || echo x >> ${repo}/config`,
      hooks: `touch ${repo}/hooks/post-checkout`,
      beads: `git update-ref refs/heads/beads HEAD`,
      main: `git update-ref refs/heads/main HEAD`,
      tracking: "git update-ref refs/remotes/origin/main HEAD",
      otherBranch: `touch ${repo}/refs/heads/polecat/nux/x`,
      packedRefs: `echo x >> ${repo}/packed-refs`,
      alternates: `echo /tmp > ${repo}/objects/info/alternates`,
      packs: `touch ${repo}/objects/pack/x`,
      events: `cat ${run}/*/events.jsonl`,
      spec: `ls ${run}/*/spec.json`,
      gitFile: "rm -f .git || mv .git git || echo x > .git",
      commonDir: 'admin=$(git rev-parse --git-dir); rm "$admin/commondir" || echo x > "$admin/commondir"',
      shims: `echo x >> "$(command -v gt)"`,
      otherAdmin: `mkdir ${repo}/worktrees/nux`,
      beside: `cat ${home}/../attempt.json`,
      etc: "touch /etc/gastown-test",
      shared: "touch /tmp/claude/x && test ! -O /tmp",
      processes: `ls /proc | grep -qx ${process.pid}`,
      sockets: `python3 -c 'import socket; socket.socket(socket.AF_UNIX)' || node -e 'require("net").createServer().listen("/tmp/s", () => process.exit(0)).on("error", () => process.exit(1))'`,
    };
    const found = await probe({ ...may, ...mayNot }, { hostEnv: { HOME: userHome } });
    for (const name of Object.keys(may)) expect([name, found[name]]).toEqual([name, "yes"]);
    for (const name of Object.keys(mayNot)) expect([name, found[name]]).toEqual([name, "no"]);
    expect(town.git(repo, "rev-parse", "refs/heads/beads^{tree}")).toBe(
      "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    );
    expect(readFileSync(join(other, "file"), "utf8")).toBe("other\n");
    expect(existsSync("/etc/gastown-test")).toBe(false);
    town.git(repo, "fsck", "--strict");
  });

  test("reaches the hosts that are allowed, and no other", async () => {
    town = makeTown();
    const open = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("open") });
    const shut = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("shut") });
    try {
      const direct = "curl -sSf --max-time 5 --noproxy '*'";
      const found = await probe(
        {
          allowed: `test "$(${direct} http://127.0.0.1:${open.port}/)" = open`,
          notAllowed: `${direct} http://127.0.0.1:${shut.port}/`,
          byProxy: `curl -sSf --max-time 5 --noproxy '' http://127.0.0.1:${shut.port}/`,
          elsewhere: "curl -sSf --max-time 5 http://example.com/",
          tunnel: "curl -sSf --max-time 5 https://example.com/",
          control: `curl -sSf --max-time 5 --unix-socket ${town.root}/s/*.sock http://sandbox/status`,
        },
        { allow_hosts: [`127.0.0.1:${open.port}`] },
      );
      expect(found).toEqual({
        allowed: "yes",
        notAllowed: "no",
        byProxy: "no",
        elsewhere: "no",
        tunnel: "no",
        control: "no",
      });
    } finally {
      await Promise.all([open.stop(true), shut.stop(true)]);
    }
  });

  test("without isolation a trusted script runs and says so in red; any other command is refused until it is waived", async () => {
    town = makeTown();
    const bead = { id: "gt-1", title: "t", description: blocks("touch a; git add a; git commit -qm a") };
    const script = await town.start(town.workSpec({ bead }, { isolation: "none" }));
    expect(await script.event("started")).toMatchObject({
      isolation: "none",
      reduced: "Isolation is set to none.",
    });
    expect(await script.event("exited")).toMatchObject({ ok: true });
    expect(script.recording()).toContain("\\u001b[1;31mNOT ISOLATED");

    const agent = { name: "nux", role: "polecat" as const, rig: "sample" };
    const driver = { kind: "pty" as const, command: ["sh", "-c", "touch b; git add b; git commit -qm b"] };
    const refused = await town.start(town.workSpec({ bead }, { agent, driver, isolation: "none" }));
    expect(await refused.event("exited")).toMatchObject({ ok: false, error_code: "isolation_unavailable" });
    expect(refused.events().some(event => event.type === "started")).toBe(false);

    const waived = await town.start(
      town.workSpec({ bead }, { agent, driver, isolation: "none", isolation_waived: true }),
    );
    expect(await waived.event("started")).toMatchObject({ reduced: "Isolation was waived." });
    expect(await waived.event("exited")).toMatchObject({ ok: true });
  });

  test("says what to install when a program of the isolation is missing", async () => {
    town = makeTown();
    const bin = join(town.root, "bin");
    mkdirSync(bin);
    for (const name of ["git", "sh", "bash", "bwrap", "socat"]) {
      Bun.spawnSync(["ln", "-s", Bun.which(name) ?? "", join(bin, name)]);
    }
    const driver = { kind: "pty" as const, command: ["sh", "-c", "true"] };
    const run = await town.start(town.workSpec({}, { driver }), { env: { PATH: bin } });
    const exited = await run.event("exited");
    expect(exited).toMatchObject({ ok: false, error_code: "isolation_unavailable" });
    expect(exited.reason).toContain("apt-get install -y --no-install-recommends ripgrep");
  });
});
