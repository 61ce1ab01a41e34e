/** From the command line, on real repositories: a rig that pushes nothing, and a convoy that lands as one. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { inPlayground, until } from "../helpers/gastown.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

setDefaultTimeout(120_000);

const script = (file: string) =>
  `\`\`\`sh\necho ${file} > ${file}.txt\ngit add -A\ngit commit -qm ${file}\n\`\`\``;

test("a local rig verifies, merges and pushes nothing; a convoy gathers its work and lands it with one merge", async () => {
  await inPlayground("local", async place => {
    const town = join(place.dir, "town");
    const remote = await seededRemote(place);
    const gt = (...args: string[]) => place.run(["gt", ...args], { env: { GASTOWN_TOWN: town } });
    const json = async (...args: string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await gt(...args, "--json");
      if (code !== 0) throw new Error(`gt ${args.join(" ")}: ${stdout}${stderr}`);
      return JSON.parse(stdout);
    };
    const create = async (title: string, rig: string): Promise<string> => {
      const made = (await json("bead", "create", title, "--rig", rig, "--description", script(title))) as {
        id: string;
      };
      return made.id;
    };
    const merged = (id: string) =>
      until(
        `${id} is merged`,
        async () => {
          const { code, stdout } = await gt("mq", "show", id, "--json");
          return code === 0 && (JSON.parse(stdout) as { state: string }).state === "merged"
            ? true
            : undefined;
        },
        90,
      );
    try {
      const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
      await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
      const flags = ["--agent", "script", "--gate", "check=test -f a.txt"];
      const local = ["--merge-strategy", "local", "--pre-verify", "on"];
      await json("rig", "add", "here", remote, "--prefix", "he", ...flags, ...local);
      const a = await create("a", "here");
      await json("sling", a);
      await merged(a);
      const shown = await gt("mq", "show", a);
      expect(shown.stdout).toContain("not run again: verified at submission");
      const repo = join(town, "rigs/here.git");
      expect(await place.git(repo, "show", "main:a.txt")).toBe("a\n");
      const heads = (await place.git(remote, "for-each-ref", "--format=%(refname)", "refs/heads")).trim();
      const own = heads.split("\n").filter(head => !head.endsWith("/beads"));
      expect(own).toEqual(["refs/heads/main"]);
      expect((await place.git(remote, "log", "--format=%s", "main")).trim()).toBe("one");

      await json("rig", "add", "web", remote, "--prefix", "web", "--agent", "script");
      const ids = [await create("x", "web"), await create("y", "web")];
      const mode = ["--mode", "review-then-land", "--start"];
      const convoy = (await json("convoy", "create", "Together", ...ids, ...mode)) as { id: string };
      await until(
        "the convoy has landed",
        async () => {
          const one = (await json("convoy", "show", convoy.id)) as { state: string };
          return one.state === "landed" ? true : undefined;
        },
        90,
      );
      const line = (await place.git(remote, "log", "--first-parent", "--format=%s", "main"))
        .trim()
        .split("\n");
      expect(line).toHaveLength(2);
      for (const file of ["x", "y"])
        expect(await place.git(remote, "show", `main:${file}.txt`)).toBe(`${file}\n`);
    } finally {
      await gt("stop", "--agents");
    }
  });
});
