/** Work that becomes a pull request: from `gt sling` to the forge's merge, with a real town, real git and a GitHub on loopback. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { fakeGitHub } from "../helpers/fake-github.ts";
import { inPlayground, until } from "../helpers/gastown.ts";
import { seededRemote, WHO } from "../helpers/seeded-remote.ts";

setDefaultTimeout(120_000);

test("a bead is submitted, tested, proposed, and merged by the forge; the token is in no bead and no argument", async () => {
  await inPlayground("pull", async place => {
    const town = join(place.dir, "town");
    const remote = await seededRemote(place);
    const git = (...args: string[]): string => {
      const { exitCode, stdout, stderr } = Bun.spawnSync(["git", "-C", remote, ...WHO, ...args]);
      if (exitCode !== 0) throw new Error(stderr.toString());
      return stdout.toString().trim();
    };
    const github = fakeGitHub({
      token: "token-of-the-town",
      head: branch => {
        const found = git("for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`);
        return found === "" ? undefined : found;
      },
      merge: (branch, target) => {
        const tree = git("merge-tree", "--write-tree", target, branch);
        const commit = git(
          "commit-tree",
          tree,
          "-p",
          target,
          "-p",
          branch,
          "-m",
          `Merge pull request of ${branch}`,
        );
        git("update-ref", `refs/heads/${target}`, commit);
        return commit;
      },
    });
    const gt = (...args: string[]) => place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });
    try {
      const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
      await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
      const rig = ["--prefix", "web", "--agent", "script", "--gate", "check=test -f a.txt"];
      expect(await gt("rig", "add", "web", remote, ...rig)).toMatchObject({ code: 0 });
      const forge = ["--merge-strategy", "pr", "--forge-url", github.url, "--forge-repo", "me/web"];
      expect(await gt("rig", "set", "web", ...forge, "--merge-method", "merge")).toMatchObject({ code: 0 });
      const login = await place.run(["gt", "forge", "login", github.url, "--json"], {
        env: { GASTOWN_TOWN: town },
        stdin: "token-of-the-town\n",
      });
      expect(login.code).toBe(0);
      expect(login.stdout + login.stderr).not.toContain("token-of-the-town");
      const script = "```sh\necho a > a.txt\ngit add -A\ngit commit -qm a\n```";
      const made = await gt("bead", "create", "Make a", "--rig", "web", "--description", script);
      const { id } = JSON.parse(made.stdout) as { id: string };
      expect(await gt("sling", id)).toMatchObject({ code: 0 });
      await until("the pull request is open", () => github.pulls[0]);
      expect(github.pulls[0]).toMatchObject({ branch: `polecat/toast/${id}`, target: "main" });
      const shown = await until("it is merged", async () => {
        const { stdout } = await gt("mq", "show", id);
        const mr = JSON.parse(stdout) as { state: string; merge_commit?: string };
        return mr.state === "merged" ? mr : undefined;
      });
      expect(shown.merge_commit).toBe(git("rev-parse", "main"));
      expect(git("show", "main:a.txt")).toBe("a");
      const bead = JSON.parse((await gt("bead", "show", id)).stdout) as { bead: { status: string } };
      expect(bead.bead.status).toBe("closed");
      const grep = Bun.spawnSync(["grep", "-rl", "token-of-the-town", town])
        .stdout.toString()
        .trim()
        .split("\n");
      expect(grep.every(file => file.startsWith(join(town, "secrets/")))).toBe(true);
    } finally {
      await gt("stop", "--agents");
      await github.stop();
    }
  });
});
