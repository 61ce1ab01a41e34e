/** Defects of earlier systems around sandboxes and their git, by their numbers in `docs/defects.md`: real processes, real repositories. */
import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith } from "../helpers/needs.ts";
import { blocks, makeTown, type Town } from "../sandbox/town.ts";

setDefaultTimeout(120_000);

let town: Town;
afterEach(() => town.close());

/** A spec for one of several agents, each with a bead of its own. */
function workOf(name: string, job: { readonly description: string }) {
  return town.workSpec(
    { bead: { id: `gt-${name}`, title: name, ...job } },
    { agent: { name, role: "polecat", rig: "sample" } },
  );
}

describeWith("isolation", "git of one rig", () => {
  test("cloud 9.1-23: many agents and the refinery at once in one repository: none fails for a lock of another", async () => {
    town = makeTown();
    const names = ["one", "two", "three", "four", "five", "six"];
    const head = town.push("polecat/before/gt-0", { "zero.txt": "0\n" });
    const merge = town.start(town.mergeSpec({ head, branch: "polecat/before/gt-0" }));
    const runs = await Promise.all(
      names.map(name =>
        town.start(
          workOf(name, {
            description: blocks(`echo ${name} > ${name}.txt; git add -A; git commit -qm ${name}`),
          }),
        ),
      ),
    );
    const ended = await Promise.all(runs.map(run => run.event("exited")));
    expect(ended.map(({ ok, reason }) => [ok, reason])).toEqual(names.map(() => [true, "submitted"]));
    expect((await (await merge).event("merge_result")).result).toMatchObject({ kind: "merged" });
    for (const name of names) {
      expect(town.git(town.remote, "show", `polecat/${name}/gt-${name}:${name}.txt`)).toBe(name);
    }
    town.git(town.repo, "fsck", "--strict");
  });
});

test("cloud 9.1-27: two agents at once each have their own name, bead and token, and nothing of the other", async () => {
  town = makeTown();
  const names = ["one", "two"];
  const spec = (name: string) =>
    town.workSpec(
      { bead: { id: `gt-${name}`, title: name, description: "" } },
      {
        agent: { name, role: "polecat", rig: "sample" },
        driver: {
          kind: "pty",
          command: ["bash", "-c", "env > env.txt; git add -A; git commit -qm env; gt done"],
        },
        isolation: "none",
        isolation_waived: true,
      },
    );
  const runs = await Promise.all(
    names.map(name =>
      town.start(spec(name), {
        secrets: { agent_token: `token-of-${name}`, env: { KEY: `key-of-${name}` } },
      }),
    ),
  );
  const heads = await Promise.all(runs.map(run => run.event("submitted")));
  for (const [i, name] of names.entries()) {
    const env = town.git(town.remote, "show", `${heads[i]?.head}:env.txt`);
    const other = names[1 - i] ?? "";
    expect(env).toContain(`token-of-${name}`);
    expect(env).toContain(`key-of-${name}`);
    expect(env).toContain(`gt-${name}`);
    for (const foreign of [`token-of-${other}`, `key-of-${other}`, `gt-${other}`])
      expect(env).not.toContain(foreign);
  }
});

describeWith("isolation", "what an agent commits", () => {
  const PRESETS = ["claude", "codex", "gemini", "opencode"];
  test.each(PRESETS)(
    "cli 6.2-13, #2126, #2220, #2718: %s commits everything that it sees, and only its own work is in it",
    async preset => {
      town = makeTown();
      const bin = join(town.root, "user/.local/bin");
      mkdirSync(bin, { recursive: true });
      const program = `#!/bin/bash
      echo mine > mine.txt
      git status --porcelain --ignored > "$HOME/status.txt"
      git add -A -f; git commit -qm all; gt done`;
      writeFileSync(join(bin, preset), program);
      chmodSync(join(bin, preset), 0o755);
      const spec = town.workSpec({ prompt: "Do it." }, { driver: { kind: "exec", preset, extra_args: [] } });
      const run = await town.start(spec, {
        env: { PATH: `${bin}:${process.env.PATH}`, HOME: join(town.root, "user") },
      });
      const { head, base } = await run.event("submitted");
      expect(await run.event("exited")).toMatchObject({ ok: true });
      expect(town.git(town.remote, "diff", "--name-status", base, head)).toBe("A\tmine.txt");
    },
  );

  test("cli 6.2-1: files that an agent deleted and did not commit are in no submission", async () => {
    town = makeTown({ "README.md": "sample\n", "keep.txt": "keep\n" });
    const run = await town.start(
      town.workSpec(
        {},
        {
          driver: {
            kind: "pty",
            command: [
              "bash",
              "-c",
              "echo a > a.txt; git add a.txt; git commit -qm a; rm keep.txt; gt done || echo refused",
            ],
          },
        },
      ),
    );
    expect(await run.event("exited")).toMatchObject({ ok: false });
    expect(run.recording()).toContain("refused");
    expect(run.events().some(event => event.type === "submitted")).toBe(false);
    const kept = await run.event("snapshot");
    expect(town.git(town.repo, "ls-tree", "--name-only", kept.commit).split("\n")).toContain("a.txt");
    expect(town.git(town.remote, "ls-tree", "--name-only", "main").split("\n")).toContain("keep.txt");
  });

  test("cli 3.2, PR#1182: from inside, nobody else's branch, worktree or target can be moved or deleted", async () => {
    town = makeTown();
    const other = town.push("polecat/nux/gt-9", { "other.txt": "other\n" });
    const main = town.git(town.remote, "rev-parse", "main");
    town.git(town.repo, "fetch", "-q", "origin");
    town.git(town.repo, "branch", "polecat/nux/gt-9", other);
    const nux = join(town.root, "town/worktrees/sample/nux");
    town.git(town.repo, "worktree", "add", "-q", nux, "polecat/nux/gt-9");
    const attacks = [
      "git branch -D polecat/nux/gt-9",
      "git update-ref -d refs/heads/polecat/nux/gt-9",
      "git update-ref refs/heads/main $(git rev-parse HEAD)",
      "git push origin HEAD:main",
      "git push origin :polecat/nux/gt-9",
      "git push --mirror origin",
      `rm -rf ${town.repo}/refs/heads/polecat/nux ${town.repo}/packed-refs`,
      `git --git-dir=${town.repo} update-ref -d refs/heads/polecat/nux/gt-9`,
      `rm -rf ${nux}`,
      "git worktree prune",
    ];
    const body = ["echo a > a.txt; git add a.txt; git commit -qm a", ...attacks.map(one => `${one} || true`)];
    const run = await town.start(
      town.workSpec({}, { driver: { kind: "pty", command: ["bash", "-c", `${body.join("\n")}\ngt done`] } }),
    );
    expect(await run.event("exited")).toMatchObject({ ok: true, reason: "submitted" });
    expect(town.git(town.repo, "rev-parse", "polecat/nux/gt-9")).toBe(other);
    expect(town.git(nux, "status", "--porcelain")).toBe("");
    expect(town.git(town.remote, "rev-parse", "polecat/nux/gt-9")).toBe(other);
    expect(town.git(town.remote, "rev-parse", "main")).toBe(main);
    town.git(town.repo, "fsck", "--strict");
  });
});
