/** Work that becomes a pull request: from `gt sling` to the forge's merge, with a real town, real git and a GitHub on loopback. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { type FakeGitHub, type FakePull, fakeGitHub } from "../helpers/fake-github.ts";
import { inPlayground, until } from "../helpers/gastown.ts";
import { seededRemote, WHO } from "../helpers/seeded-remote.ts";

setDefaultTimeout(120_000);

interface Stage {
  readonly town: string;
  readonly github: FakeGitHub;
  /** Runs git in the remote. */
  git(...args: string[]): string;
  gt(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** A town that is up, with a rig whose work becomes pull requests. */
async function withForge(
  name: string,
  opened: (pull: FakePull, git: Stage["git"]) => void,
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  await inPlayground(name, async place => {
    const town = join(place.dir, "town");
    const remote = await seededRemote(place);
    const git = (...args: string[]): string => {
      const { exitCode, stdout, stderr } = Bun.spawnSync(["git", "-C", remote, ...WHO, ...args]);
      if (exitCode !== 0) throw new Error(stderr.toString());
      return stdout.toString().trim();
    };
    const mergeInto = (into: string, from: string, words: string): string => {
      const tree = git("merge-tree", "--write-tree", into, from);
      const commit = git("commit-tree", tree, "-p", into, "-p", from, "-m", words);
      git("update-ref", `refs/heads/${into}`, commit);
      return commit;
    };
    const github = fakeGitHub({
      token: "token-of-the-town",
      head: branch => {
        const found = git("for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`);
        return found === "" ? undefined : found;
      },
      merge: (branch, target) => mergeInto(target, branch, `Merge pull request of ${branch}`),
      update: (branch, target) => mergeInto(branch, target, `Merge ${target} into ${branch}`),
      opened: pull => opened(pull, git),
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
      await act({ town, github, git, gt });
    } finally {
      await gt("stop", "--agents");
      await github.stop();
    }
  });
}

/** Files a bead and has it worked on. @returns its id */
async function slingOne({ gt }: Stage): Promise<string> {
  const script = "```sh\necho a > a.txt\ngit add -A\ngit commit -qm a\n```";
  const made = await gt("bead", "create", "Make a", "--rig", "web", "--description", script);
  const { id } = JSON.parse(made.stdout) as { id: string };
  expect(await gt("sling", id)).toMatchObject({ code: 0 });
  return id;
}

function untilMerged({ gt }: Stage, id: string): Promise<{ readonly merge_commit?: string }> {
  return until("it is merged", async () => {
    const { stdout } = await gt("mq", "show", id);
    const mr = JSON.parse(stdout) as { state: string; merge_commit?: string };
    return mr.state === "merged" ? mr : undefined;
  });
}

test("a bead is submitted, tested, proposed, and merged by the forge; the token is in no bead and no argument", async () => {
  await withForge(
    "pull",
    () => undefined,
    async stage => {
      const { town, github, git, gt } = stage;
      const id = await slingOne(stage);
      await until("the pull request is open", () => github.pulls[0]);
      expect(github.pulls[0]).toMatchObject({ branch: `polecat/toast/${id}`, target: "main" });
      const shown = await untilMerged(stage, id);
      expect(shown.merge_commit).toBe(git("rev-parse", "main"));
      expect(git("show", "main:a.txt")).toBe("a");
      const bead = JSON.parse((await gt("bead", "show", id)).stdout) as { bead: { status: string } };
      expect(bead.bead.status).toBe("closed");
      const grep = Bun.spawnSync(["grep", "-rl", "token-of-the-town", town])
        .stdout.toString()
        .trim()
        .split("\n");
      expect(grep.every(file => file.startsWith(join(town, "secrets/")))).toBe(true);
    },
  );
});

test("cloud 6.7: a repository that merges only what is up to date: the branch is brought up to date, tested again, and merged", async () => {
  const pushed: string[] = [];
  await withForge(
    "behind",
    (pull, git) => {
      const commit = git("commit-tree", "main^{tree}", "-p", "main", "-m", "Somebody was quicker");
      git("update-ref", "refs/heads/main", commit);
      pushed.push(commit);
      pull.mergeableState = "behind";
    },
    async stage => {
      const { github, git } = stage;
      const id = await slingOne(stage);
      await until("the pull request is open", () => github.pulls[0]);
      await untilMerged(stage, id);
      const updates = github.requests.filter(({ path }) => path.endsWith("/update-branch"));
      expect(updates.map(({ status }) => status)).toEqual([202]);
      expect(github.pulls).toHaveLength(1);
      const log = git("log", "--format=%s", "main").split("\n");
      expect(log[0]).toBe(`Merge pull request of polecat/toast/${id}`);
      expect(log).toContain(`Merge main into polecat/toast/${id}`);
      expect(git("merge-base", pushed[0] ?? "", "main")).toBe(pushed[0] ?? "none");
      expect(git("show", "main:a.txt")).toBe("a");
    },
  );
});
