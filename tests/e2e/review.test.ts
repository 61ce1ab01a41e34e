/** A review by a program, from the command line: it finds the diff in its prompt, cannot submit, and its verdict counts. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { inPlayground, until } from "../helpers/gastown.ts";
import { seededRemote } from "../helpers/seeded-remote.ts";

setDefaultTimeout(120_000);

test("changes are asked for once, made on the same branch, approved, tested and merged", async () => {
  await inPlayground("review", async place => {
    const town = join(place.dir, "town");
    const remote = await seededRemote(place);
    const gt = (...args: string[]) => place.run(["gt", ...args, "--json"], { env: { GASTOWN_TOWN: town } });
    // Submitting is not a reviewer's; then by the diff: what lacks b.txt is sent back with what has to be done.
    const judge = [
      'cp "$GASTOWN_PROMPT_FILE" "$HOME/prompt.md"',
      "gt done && exit 9",
      `if grep -q '^| +b$' "$GASTOWN_PROMPT_FILE"; then gt review approve -m good; else`,
      'printf "b.txt is missing\\n\\n\\140\\140\\140sh\\necho b > b.txt; git add -A; git commit -qm b\\n\\140\\140\\140\\n" > "$HOME/words"',
      'gt review request-changes -m "$(cat "$HOME/words")"; fi',
    ].join("\n");
    try {
      const up = place.start(["gt", "start", "--dir", town, "--port", "0", "--json"]);
      await until("the town is up", () => /^\{.*\}$/m.exec(up.output())?.[0]);
      const rig = ["--prefix", "web", "--agent", "script", "--gate", "check=test -f a.txt && test -f b.txt"];
      expect(await gt("rig", "add", "web", remote, ...rig)).toMatchObject({ code: 0 });
      expect(await gt("rig", "set", "web", "--reviewer-command", judge)).toMatchObject({ code: 0 });
      const script = "```sh\necho a > a.txt\ngit add -A\ngit commit -qm a\n```";
      const made = await gt("bead", "create", "Make a", "--rig", "web", "--description", script);
      const { id } = JSON.parse(made.stdout) as { id: string };
      expect(await gt("sling", id)).toMatchObject({ code: 0 });
      const mr = await until(
        "it is merged",
        async () => {
          const { code, stdout } = await gt("mq", "show", id);
          // There is none before it was submitted.
          if (code !== 0) return undefined;
          const shown = JSON.parse(stdout) as { state: string; review?: { verdict?: string; by?: string } };
          return shown.state === "merged" ? shown : undefined;
        },
        90,
      );
      expect(mr.review).toMatchObject({ verdict: "approved", by: "web/reviewer" });
      expect(await place.git(remote, "show", "main:b.txt")).toBe("b\n");
      const log = (await place.git(remote, "log", "--format=%s", "--no-merges", "main")).trim().split("\n");
      expect(log).toEqual(["b", "a", "one"]);
    } finally {
      await gt("stop", "--agents");
    }
  });
});
