/**
 * A real agent CLI from npm (gemini-cli), isolated, against a scripted model on loopback: it reads its bead, edits a
 * file, commits and submits by the town's own tool; the refinery tests and merges the result.
 */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inPlayground, until } from "../helpers/gastown.ts";
import { startModelServer } from "../helpers/model-server.ts";
import { describeWith } from "../helpers/needs.ts";

describeWith("isolation", "gemini-cli as a polecat", () => {
  test(
    "does a bead from sling to merge",
    () =>
      inPlayground("gemini", async place => {
        const shell = (command: string) => ({ tool: "run_shell_command", args: { command } });
        const model = startModelServer([
          shell('bd show "$GASTOWN_BEAD" --json'),
          shell("printf 'Hello from the model.\\n' > greeting.txt"),
          shell("git add -A && git commit -q -m 'Add a greeting'"),
          { tool: "mcp_gastown_done", args: { summary: "A greeting." } },
          { say: "The greeting is submitted." },
        ]);
        try {
          const remote = join(place.dir, "remote.git");
          const seed = join(place.dir, "seed");
          mkdirSync(seed);
          await place.git(seed, "init", "-q", "-b", "main");
          writeFileSync(join(seed, "README.md"), "# Sample\n");
          await place.git(seed, "add", ".");
          await place.git(
            seed,
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "commit",
            "-q",
            "-m",
            "Start",
          );
          await place.git(place.dir, "clone", "-q", "--bare", seed, remote);

          const town = join(place.dir, "town");
          const env = { GASTOWN_TOWN: town, GEMINI_API_KEY: "dummy", GOOGLE_GEMINI_BASE_URL: model.url };
          const server = place.start(["gt", "start", "--dir", town, "--port", "0"], { env });
          await until(
            "the town to answer",
            async () => (await place.run(["gt", "status", "--json"], { env })).code === 0,
          );

          const added = await place.run(
            [
              "gt",
              "rig",
              "add",
              "web",
              remote,
              "--prefix",
              "web",
              "--gate",
              "greets=grep -q model greeting.txt",
              "--json",
            ],
            { env },
          );
          expect(added).toMatchObject({ code: 0 });
          const created = await place.run(
            ["gt", "bead", "create", "Add a greeting", "--rig", "web", "-d", "Write greeting.txt.", "--json"],
            { env },
          );
          expect(created).toMatchObject({ code: 0 });
          const bead = JSON.parse(created.stdout).id;
          const slung = await place.run(["gt", "sling", bead, "--agent", "gemini", "--json"], { env });
          expect(slung).toMatchObject({ code: 0 });

          const closed = await until(
            "the bead to be merged",
            async () => {
              const shown = await place.run(["gt", "show", bead, "--json"], { env });
              const status = JSON.parse(shown.stdout).bead.status;
              if (status === "failed") throw new Error(shown.stdout);
              return status === "closed" ? shown.stdout : undefined;
            },
            120,
          );
          expect(closed).toContain("Merged");
          expect(await place.git(remote, "show", "main:greeting.txt")).toBe("Hello from the model.\n");
          expect(model.results[0]).toContain("Add a greeting");
          expect(model.results.join("\n")).toContain("submitted");
          expect(await place.git(join(town, "rigs/web.git"), "log", "--format=%s", "beads")).toContain(bead);
          await place.run(["gt", "stop", "--agents"], { env });
          expect(await server.exited).toBe(0);
        } finally {
          await model.stop();
        }
      }),
    240_000,
  );
});
